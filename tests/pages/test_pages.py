"""The home page, and the pages that an editor makes."""

import pytest
from django.core.exceptions import ValidationError

from tests.factories import make_clip, make_page, make_section

pytestmark = pytest.mark.django_db


def test_home_tells_story_and_evidence_side_by_side(client):
    home = make_page(slug="home", title="Exercises for the neck")
    make_section(page=home, key="story-then", heading="The author at 26", body="<p>At 26.</p>")
    make_section(page=home, key="belief", heading="What the author believes", body="<p>Recovery is possible.</p>")
    make_page(slug="evidence", title="What the evidence says", lead="Most relapse.")

    html = client.get("/").text

    assert html.index("At 26.") < html.index("Most relapse.") < html.index("Recovery is possible.")


def test_a_film_of_the_authors_story_takes_the_place_of_its_drawing(client):
    make_section(page=make_page(slug="home"), key="story-today")
    make_clip(exercise=None, story="now", kind="drawn", title="Center to down")
    filmed = make_clip(exercise=None, story="now", kind="filmed", title="Center to down")

    assert client.get("/").context["now_clips"] == [filmed]


@pytest.mark.parametrize("change", [{"published": False}, {"slug": "proof"}])
def test_a_page_that_every_page_links_to_cannot_be_withdrawn_or_moved(change):
    page = make_page(slug="evidence")

    for name, value in change.items():
        setattr(page, name, value)

    with pytest.raises(ValidationError, match="Every page links to this one"):
        page.full_clean()


def test_a_page_cannot_take_an_address_that_the_site_answers_itself():
    with pytest.raises(ValidationError, match="The site uses this address itself"):
        make_page(slug="search").full_clean()

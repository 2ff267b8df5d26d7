"""Drafts never reach a visitor, by any address."""

import pytest

from tests.factories import make_clip, make_exercise, make_group, make_page, make_problem, make_question, make_stage
from texts.publishing import set_published

pytestmark = pytest.mark.django_db
PLACES = ["/", "/stages/", "/stages/1/", "/exercises/", "/faq/", "/problems/", "/search/?q=secret", "/sitemap.xml"]


def test_a_draft_exercise_is_nowhere(client):
    stage = make_stage(number=1)
    group = make_group(stage=stage)
    make_exercise(group=group, name="Shown turn", slug="shown")
    make_exercise(group=group, name="Secret turn", slug="secret", published=False)

    pages = [client.get(address).text for address in PLACES]

    assert "Shown turn" in pages[2]
    assert not any("Secret" in page for page in pages)
    assert client.get("/exercises/secret/").status_code == 404


def test_exercises_of_a_draft_stage_are_nowhere(client):
    stage = make_stage(number=1, name="Secret stage", published=False)
    make_exercise(group=make_group(stage=stage), name="Secret turn", slug="secret")

    assert not any("Secret" in client.get(address).text for address in PLACES if address != "/stages/1/")
    assert client.get("/stages/1/").status_code == 404
    assert client.get("/exercises/secret/").status_code == 404


def test_an_unanswered_question_stays_with_the_editors(client):
    make_question(question="Secret question?", answer="", top=True)
    make_question(question="Hidden question?", published=False, top=True)
    make_question(question="Open question?", top=True)

    pages = [client.get(address).text for address in PLACES]

    assert "Open question?" in pages[0]
    assert not any("Secret" in page or "Hidden" in page for page in pages)


def test_draft_problems_and_pages_are_missing(client):
    make_problem(name="Secret problem", slug="secret", published=False)
    make_page(title="Secret page", slug="secret-page", published=False)

    assert not any("Secret" in client.get(address).text for address in PLACES)
    assert client.get("/problems/secret/").status_code == 404
    assert client.get("/secret-page/").status_code == 404


def test_an_unpublished_clip_is_not_on_its_page_nor_in_the_sitemap(client):
    exercise = make_exercise(slug="turn")
    draft = make_clip(exercise=exercise, published=False)

    assert draft.public_id not in client.get("/exercises/turn/").text
    assert "There is no film of this exercise yet" in client.get("/exercises/turn/").text
    assert draft.public_id not in client.get("/sitemap.xml").text


def test_a_film_takes_the_place_of_a_drawing_and_gives_it_back_when_withdrawn(client, therapist):
    exercise = make_exercise(slug="turn")
    drawn = make_clip(exercise=exercise, kind="drawn")
    filmed = make_clip(exercise=exercise, kind="filmed")

    assert filmed.public_id in client.get("/exercises/turn/").text

    set_published([filmed], published=False, user=therapist)
    html = client.get("/exercises/turn/").text
    assert drawn.public_id in html
    assert "Drawn demonstration" in html

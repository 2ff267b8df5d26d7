"""What each page offers a visitor."""

import io
import re

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from tests.factories import (
    make_clip,
    make_equipment,
    make_exercise,
    make_group,
    make_page,
    make_problem,
    make_question,
    make_section,
    make_stage,
    make_variation,
)
from tests.walk import words

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("number_of_exercises", [20, 200])
def test_the_stage_page_takes_at_most_four_queries(client, django_assert_max_num_queries, number_of_exercises):
    group = make_group(stage=make_stage(number=1, author_view=True))
    make_page(slug="evidence", title="What the evidence says", lead="It helps some people.")
    clip = make_clip(exercise=make_exercise(group=group))
    for _ in range(number_of_exercises - 1):
        exercise = make_exercise(group=group)
        make_variation(exercise=exercise)
        clip.pk, clip.public_id, clip.exercise = None, f"id{exercise.pk}", exercise
        clip.save()

    with django_assert_max_num_queries(4):
        response = client.get("/stages/1/")

    assert response.text.count('class="card"') == number_of_exercises
    assert "It helps some people." in response.text


@pytest.mark.parametrize("number_of_exercises", [3, 30])
@pytest.mark.parametrize("address", ["/", "/faq/", "/exercises/first/", "/search/?q=turn", "/sitemap.xml"])
def test_pages_take_a_fixed_number_of_queries(client, django_assert_max_num_queries, number_of_exercises, address):
    make_exercise(name="First turn", slug="first")
    for _ in range(number_of_exercises):
        make_exercise(name="Turn")
        make_question()
        make_problem()

    with django_assert_max_num_queries(8):
        assert client.get(address).status_code == 200


def test_a_stage_without_exercises_and_end_looks_finished(client):
    make_stage(number=2)
    make_exercise(group=make_group(stage=make_stage(number=1)))
    make_stage(number=3, starts_when="Your movements look normal.", pain="None.")

    html = client.get("/stages/3/").text

    assert "This stage is for you when" in html
    assert "Move on when" not in html
    assert "No fixed list of exercises" in html


def test_stage_two_shows_its_warning_and_checklist_before_the_exercises_without_locking_them(client):
    make_stage(number=1)
    stage = make_stage(number=2, warning="<p>Not without control.</p>", checklist="You can hold it straight")
    make_exercise(group=make_group(stage=stage), name="Clapping")

    html = words(client.get("/stages/2/").text)

    assert html.index("Not without control.") < html.index("You can hold it straight") < html.index("Clapping")
    assert "Yes, this fits me" in html
    assert "Not yet: go to Stage 1" in html


def test_an_exercise_page_says_all_that_is_known(client):
    exercise = make_exercise(
        slug="turn", name="Center to {left}", repetitions=5, seconds_there=3, seconds_hold=1, seconds_back=3,
        rest_seconds=15, times_a_day=3, do="Move slowly", do_not="Do not hold your breath", easier="Lie down",
        harder="Hold longer", balance_note="Hold on to a chair.", feel="A gentle stretch.",
        caution="<p>Light bottles only.</p>", description="A person turns the head to the {left}.",
    )  # fmt: skip
    exercise.equipment.add(make_equipment(name="Balloon", substitute="a light ball", caution="<p>Mind the string.</p>"))

    html = client.get("/exercises/turn/").text

    for said in ["Center to left", "Sit down.", "Lift your chin.", "5 times", "3 s there, hold 1 s, 3 s back",
                 "15 seconds in between", "3 times a day", "Move slowly", "Do not hold your breath", "Lie down",
                 "Hold longer", "Hold on to a chair.", "A gentle stretch.", "Light bottles only.", "new pain",
                 "a light ball", "Mind the string.", "A person turns the head to the left."]:  # fmt: skip
        assert said in html, said


def test_previous_and_next_follow_the_programme_within_a_stage(client):
    stage = make_stage(number=1)
    first_group, second_group = make_group(stage=stage), make_group(stage=stage)
    make_exercise(group=second_group, name="Third", slug="third")
    make_exercise(group=first_group, name="First", slug="first", position=1)
    make_exercise(group=first_group, name="Second", slug="second", position=2)

    context = client.get("/exercises/second/").context

    assert (context["previous"].name, context["next"].name) == ("First", "Third")
    assert client.get("/exercises/third/").context["next"] is None


def test_filters_combine_count_and_can_be_taken_back(client):
    one = make_group(stage=make_stage(number=1))
    two = make_group(stage=make_stage(number=2))
    make_exercise(group=one, lying=True, movement="total")
    make_exercise(group=one, lying=False, movement="partial")
    make_exercise(group=two, lying=True, movement="total", with_help=True)

    context = client.get("/exercises/?stage=1&position=lying").context

    assert context["page_of_list"].paginator.count == 1
    choices = {(f.heading, c.label): c for f in context["filter_groups"] for c in f.choices}
    assert choices["Stage", "Stage 2"].count == 1
    assert choices["Stage", "Stage 2"].url == "?stage=2&position=lying"
    assert choices["Stage", "Stage 1"].chosen
    assert choices["Stage", "Stage 1"].url == "?position=lying"


def test_nonsense_in_the_filters_never_breaks_the_page(client):
    make_exercise()

    for query in ["stage=x", "stage=99999999999999999999", "position=__class__", "help=2", "part=''", "page=-1",
                  "page=x",
                  "movement=<b>",
                  "equipment=%F0%9F%92%A9", "stage=²"]:  # fmt: skip
        assert client.get(f"/exercises/?{query}").status_code == 200, query


def test_a_filter_that_leads_nowhere_can_still_be_taken_back(client):
    make_stage(number=3)
    make_exercise(lying=True)

    context = client.get("/exercises/?stage=3&position=lying").context

    chosen = [choice.label for group in context["filter_groups"] for choice in group.choices if choice.chosen]
    assert chosen == ["Stage 3", "Lying"]


def test_filters_that_do_not_exist_are_ignored(client):
    make_exercise()

    for query in ["movement=foo", "equipment=foo", "part=foo", "position=foo", "help=foo", "stage=99"]:
        context = client.get(f"/exercises/?{query}").context
        assert context["filters"].chosen == {}, query
        assert context["page_of_list"].paginator.count == 1, query


def test_a_list_shows_its_stills_from_one_sheet(client):
    group = make_group(stage=make_stage(number=1))
    for _ in range(7):
        make_clip(exercise=make_exercise(group=group))
    make_exercise(group=group, name="Without a film")

    html = client.get("/stages/1/").text
    sheet = re.search(r'href="(/stages/1/stills[^"]+)"', html)[1].replace("&amp;", "&")
    response = client.get(sheet)

    assert html.count("<image ") == 7
    assert 'viewBox="0 180 240 180"' in html
    assert Image.open(io.BytesIO(response.content)).size == (1440, 360)
    assert "immutable" in response["Cache-Control"]
    assert "/exercises/stills.webp?" in client.get("/exercises/?stage=1").text


def test_the_sheet_shows_each_visitor_the_side_they_asked_for(client):
    make_clip(exercise=make_exercise(group=make_group(stage=make_stage(number=1))))

    def left_edge(address):
        picture = Image.open(io.BytesIO(client.get(address).content)).convert("L")
        return picture.getpixel((104, 90))  # the left half of a still of 64 by 48 pixels in its middle

    assert left_edge("/stages/1/stills.webp?side=right&view=facing") < 60
    assert left_edge("/stages/1/stills.webp?side=right&view=mirror") > 190
    assert left_edge("/stages/1/stills.webp?side=left&view=mirror") < 60


def test_a_long_list_is_cut_into_pages(client):
    group = make_group()
    for _ in range(30):
        make_exercise(group=group)

    first, second = client.get("/exercises/"), client.get("/exercises/?page=2")

    assert first.text.count('class="card"') == 24
    assert second.text.count('class="card"') == 6
    assert '<link rel="canonical" href="http://testserver/exercises/?page=2">' in second.text


def test_every_answer_has_an_address_and_the_evidence_stands_beside_the_authors_view(client):
    make_page(slug="evidence", title="What the evidence says", lead="It helps some people.")
    make_question(question="How long?", slug="how-long", author_view=True, answer="<p>All your life.</p>")

    html = client.get("/faq/").text

    assert 'id="how-long"' in html
    assert "It helps some people." in html
    assert "This is the author's view." in html or "This is the author&#x27;s view." in html


def test_a_problem_page_says_when_to_get_help_and_names_its_sources(client):
    make_problem(
        slug="pain", when_to_get_help="<ul><li>it is new</li></ul>", emergency="<ul><li>you cannot breathe</li></ul>",
        sources="NHS | Neck pain | https://www.nhs.uk/conditions/neck-pain/\nA book without an address",
    )  # fmt: skip

    html = client.get("/problems/pain/").text

    assert "it is new" in html
    assert html.index("you cannot breathe") < html.index("it is new")
    assert '<a href="https://www.nhs.uk/conditions/neck-pain/" rel="noreferrer">Neck pain</a>, NHS' in html
    assert "A book without an address" in html


def test_home_tells_story_and_evidence_side_by_side(client):
    home = make_page(slug="home", title="Exercises for the neck")
    make_section(page=home, key="belief", heading="What the author believes", body="<p>Recovery is possible.</p>")
    make_page(slug="evidence", title="What the evidence says", lead="Most relapse.")

    html = client.get("/").text

    assert html.index("Recovery is possible.") < html.index("Most relapse.")


def test_a_reviewer_is_named_only_when_there_is_one(client):
    make_problem(slug="new")
    make_problem(slug="seen", reviewed_by="Dr Ada Example, neurologist", reviewed_on="2026-10-01")

    assert "No doctor or therapist has reviewed this text yet" in client.get("/problems/new/").text
    assert "reviewedBy" not in client.get("/problems/new/").text
    assert "Reviewed by Dr Ada Example, neurologist on 1 October 2026" in client.get("/problems/seen/").text
    assert '"reviewedBy"' in client.get("/problems/seen/").text


def test_the_emergency_number_is_named_where_the_operator_has_set_it(client, settings):
    make_problem(slug="pain", emergency="<p>You cannot breathe.</p>")
    assert "Call your local emergency number if:" in client.get("/problems/pain/").text

    settings.EMERGENCY_NUMBER = "112"

    assert "Call 112, the emergency number, if:" in client.get("/problems/pain/").text


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


def test_a_film_of_the_authors_story_takes_the_place_of_its_drawing(client):
    make_section(page=make_page(slug="home"), key="story-today")
    make_clip(exercise=None, story="now", kind="drawn", title="Center to down")
    filmed = make_clip(exercise=None, story="now", kind="filmed", title="Center to down")

    assert client.get("/").context["now_clips"] == [filmed]

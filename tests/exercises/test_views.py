"""The page of an exercise, and the list of all."""

import re

import pytest

from tests.factories import make_clip, make_equipment, make_exercise, make_group, make_stage, make_variation
from tests.walk import words

pytestmark = pytest.mark.django_db


def test_an_exercise_page_says_all_that_is_known(client):
    exercise = make_exercise(
        slug="turn", name="Center to {left}", repetitions=5, seconds_there=3, seconds_hold=1, seconds_back=3,
        rest_seconds=15, times_a_day=3, do="Move slowly", do_not="Do not hold your breath", easier="Lie down",
        harder="Hold longer", balance_note="Hold on to a chair.", feel="A gentle stretch.",
        caution="<p>Light bottles only.</p>", description="A person turns the head to the {left}.",
    )  # fmt: skip
    exercise.equipment.add(make_equipment(name="Balloon", substitute="a light ball", caution="<p>Mind the string.</p>"))

    html = words(client.get("/exercises/turn/").text)

    for sentence in ["Center to left", "Sit down.", "Lift your chin.", "5 times", "3 seconds out, hold 1, 3 back",
                     "Then rest 15 seconds", "3 times a day", "Move slowly", "Do not hold your breath", "Lie down",
                     "Hold longer", "Hold on to a chair.", "A gentle stretch.", "Light bottles only.", "new pain",
                     "a light ball", "Mind the string.", "A person turns the head to the left."]:  # fmt: skip
        assert sentence in html, sentence


def test_the_words_of_an_only_way_are_shown_like_those_of_several(client):
    exercise = make_exercise(slug="turn")
    make_variation(exercise=exercise, number=1, how="With a towel.")

    assert "With a towel." in client.get("/exercises/turn/").text

    make_variation(exercise=exercise, number=2, how="With a ball.")

    html = client.get("/exercises/turn/?fresh=1").text
    assert "With a towel." in html
    assert "With a ball." in html


def test_previous_and_next_follow_the_programme_within_a_stage(client):
    stage = make_stage(number=1)
    first_group, second_group = make_group(stage=stage), make_group(stage=stage)
    make_exercise(group=second_group, name="Third", slug="third")
    make_exercise(group=first_group, name="First", slug="first", position=1)
    make_exercise(group=first_group, name="Second", slug="second", position=2)

    context = client.get("/exercises/second/").context

    assert (context["previous"].name, context["next"].name) == ("First", "Third")
    assert client.get("/exercises/third/").context["next"] is None


def test_a_long_list_is_cut_into_pages(client):
    group = make_group()
    for _ in range(30):
        make_exercise(group=group)

    first, second = client.get("/exercises/"), client.get("/exercises/?page=2")

    assert first.text.count('class="card"') == 24
    assert second.text.count('class="card"') == 6
    assert '<link rel="canonical" href="http://testserver/exercises/?page=2">' in second.text


def test_how_to_get_ready_stands_before_the_steps_for_each_position_of_the_exercise(client):
    make_exercise(
        slug="turn",
        lying=True,
        sitting=True,
        setup_lying="Lie on your {left} side.",
        setup_sitting="Sit back.",
        setup_standing="Stand behind a chair.",
    )

    html = client.get("/exercises/turn/").text
    assert html.index("Sit back.") < html.index("Lift your chin.")
    assert "Lie on your left side." not in html

    html = client.get("/exercises/turn/?position=lying").text
    assert html.index("Lie on your left side.") < html.index("Lift your chin.")
    assert "Sit back." not in html
    assert "Stand behind a chair." not in html


def test_a_chosen_position_shows_its_clip_and_stays_within_the_stage(client):
    exercise = make_exercise(slug="turn", lying=True, sitting=True, setup_lying="Lie down.", setup_sitting="Sit.")
    sitting = make_clip(exercise=exercise)
    lying = make_clip(exercise=exercise, position="lying")

    page = client.get("/exercises/turn/")
    assert sitting.film_url in page.text
    number = exercise.group.stage.number
    assert [(choice.query, choice.chosen) for choice in page.context["positions"]] == [
        (f"?stage={number}&position=lying", False),
        (f"?stage={number}&position=sitting", True),
    ]

    page = client.get(f"/exercises/turn/?stage={number}&position=lying")
    assert lying.film_url in page.text
    assert sitting.film_url not in page.text


def test_a_clip_with_a_night_film_names_the_twin_for_the_view_of_the_visitor(client):
    exercise = make_exercise(slug="turn")
    make_clip(exercise=exercise, film_night="night.mp4", film_night_flipped="night-flipped.mp4")

    html = client.get("/exercises/turn/?view=facing").text

    assert re.search(r'data-night-film="[^"]*/night\.mp4"', html)
    assert re.search(r'data-other-night-film="[^"]*/night-flipped\.mp4"', html)

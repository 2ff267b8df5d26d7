"""The page of a stage: its signs, its exercises, its warning."""

import re

import pytest

from tests.factories import make_clip, make_exercise, make_group, make_page, make_stage, make_variation
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


def test_a_stage_without_exercises_and_end_looks_finished(client):
    make_stage(number=2)
    make_exercise(group=make_group(stage=make_stage(number=1)))
    make_stage(number=3, starts_when="Your movements look normal.", pain="None.")

    html = client.get("/stages/3/").text

    assert "This stage is for you when" in html
    assert "Move on when" not in html
    assert "No fixed list of exercises" in html


def test_ticks_are_for_today_and_sent_nowhere(client):
    make_stage(number=2, warning="<p>Not without control.</p>", checklist="You can hold it straight")

    page = client.get("/stages/2/").text

    assert '<form id="signs" method="dialog" autocomplete="off" hidden>' in page
    assert re.findall("<input type=.checkbox.[^>]*>", page) == ['<input type="checkbox" id="sign-1" form="signs">']


def test_stage_two_shows_its_warning_and_checklist_before_the_exercises_without_locking_them(client):
    make_stage(number=1)
    stage = make_stage(number=2, warning="<p>Not without control.</p>", checklist="You can hold it straight")
    make_exercise(group=make_group(stage=stage), name="Clapping")

    html = words(client.get("/stages/2/").text)

    assert html.index("Not without control.") < html.index("You can hold it straight") < html.index("Clapping")
    assert "Yes, this fits me" in html
    assert "Not yet: go to Stage 1" in html
    assert html.index("Not yet: go to Stage 1") < html.index("Start a round")


def test_the_exercises_come_before_what_there_is_to_read(client):
    stage = make_stage(number=1, starts_when="Your neck moves.", ends_when="It is calm.", how_to="<p>Slowly.</p>")
    make_exercise(group=make_group(stage=stage, introduction="<p>The whole movement.</p>"), name="Turn", lying=True)

    html = words(client.get("/stages/1/").text)

    order = ["Start a round", "Stop if you have", "Turn", "The whole movement.", "Is this my stage?", "Slowly."]
    assert sorted(order, key=html.index) == order


def test_behind_a_warning_the_text_of_a_group_comes_before_its_exercises(client):
    stage = make_stage(number=2, warning="<p>Not without control.</p>")
    make_exercise(group=make_group(stage=stage, introduction="<p>Hold on to a chair.</p>"), name="Stepping")

    html = words(client.get("/stages/2/").text)

    assert html.index("Hold on to a chair.") < html.index("Stepping")


def test_the_round_of_those_who_lie_leads_from_one_lying_exercise_to_the_next(client):
    group = make_group(stage=make_stage(number=1))
    for number, lying in enumerate([False, True, False, True]):
        make_exercise(group=group, slug=f"turn-{number}", lying=lying)

    stage = client.get("/stages/1/")
    assert [each.url for each in stage.context["rounds"]] == [
        "/exercises/turn-0/",
        "/exercises/turn-1/?stage=1&position=lying",
    ]

    page = client.get("/exercises/turn-1/?stage=1&position=lying")
    assert 'href="/exercises/turn-3/?stage=1&amp;position=lying"' in page.text

"""The page of a stage: its signs, its exercises, its warning."""

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


def test_stage_two_shows_its_warning_and_checklist_before_the_exercises_without_locking_them(client):
    make_stage(number=1)
    stage = make_stage(number=2, warning="<p>Not without control.</p>", checklist="You can hold it straight")
    make_exercise(group=make_group(stage=stage), name="Clapping")

    html = words(client.get("/stages/2/").text)

    assert html.index("Not without control.") < html.index("You can hold it straight") < html.index("Clapping")
    assert "Yes, this fits me" in html
    assert "Not yet: go to Stage 1" in html

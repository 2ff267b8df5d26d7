"""Where do I start?"""

import pytest

from tests.factories import make_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def stages():
    make_stage(number=1, checklist="It moves all the time\nIt hurts a lot")
    make_stage(number=2, checklist="Straight in some situations\nBetter control", warning="<p>Not too early.</p>")
    make_stage(number=3, checklist="Looks normal")


@pytest.mark.parametrize(
    ("ticked", "stage"),
    [
        ([], 1),
        (["1-1", "1-2"], 1),
        (["2-1"], 1),
        (["2-1", "2-2"], 2),
        (["1-2", "2-1", "2-2"], 1),
        (["1-1", "2-1", "2-2"], 1),
        (["2-1", "2-2", "3-1"], 3),
        (["3-1"], 3),
        (["nonsense", "99-99"], 1),
    ],
)
def test_the_furthest_stage_whose_signs_are_all_there_is_recommended(client, stages, ticked, stage):
    response = client.get("/start/", {"answered": "1"} | dict.fromkeys(ticked, "yes"))

    assert response.context["answer"].stage.number == stage


def test_the_answer_says_why_what_is_missing_and_always_warns(client, stages):
    html = client.get("/start/?answered=1&1-1=yes&2-1=yes").text

    assert "You could start with Stage 1" in html
    assert "It moves all the time" in html
    assert "Better control" in html
    assert "Not too early." in html


def test_nothing_is_answered_before_the_form_is_sent_and_nothing_is_stored(client, stages):
    response = client.get("/start/")

    assert "You could start" not in response.text
    assert not response.cookies

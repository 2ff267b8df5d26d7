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
    response = client.get("/start/", {"answered": "1", "named": "yes"} | dict.fromkeys(ticked, "yes"))

    assert response.context["answer"].stage.number == stage


def test_the_answer_says_why_what_is_missing_and_always_warns(client, stages):
    html = client.get("/start/?answered=1&named=yes&1-1=yes&2-1=yes").text

    assert "You could start with Stage 1" in html
    assert "It moves all the time" in html
    assert "Better control" in html
    assert "Not too early." in html


@pytest.mark.parametrize("named", ["", "&named=no", "&named=nonsense"])
def test_without_a_diagnosis_a_doctor_comes_before_every_stage(client, stages, named):
    html = client.get(f"/start/?answered=1{named}&2-1=yes&2-2=yes").text

    assert "See a doctor first" in html
    assert "You could start" not in html
    assert 'href="/before-you-start/"' in html


def test_the_way_to_the_stage_sets_the_side_that_was_answered(client, stages):
    html = client.get("/start/?answered=1&named=yes&pull=left").text
    assert 'name="side" value="left"' in html
    assert 'name="next" value="/stages/1/"' in html

    response = client.post("/sides/", {"side": "left", "next": "/stages/1/"})

    assert (response["Location"], response.cookies["side"].value) == ("/stages/1/", "left")


def test_a_head_that_tilts_gets_an_honest_answer_and_no_side(client, stages):
    html = client.get("/start/?answered=1&named=yes&pull=other").text

    assert "written for a head that turns" in html
    assert 'href="/new-to-cd/#tilt"' in html
    assert 'name="side"' not in html


def test_nothing_is_answered_before_the_form_is_sent_and_nothing_is_stored(client, stages):
    response = client.get("/start/")

    assert "You could start" not in response.text
    assert not response.cookies

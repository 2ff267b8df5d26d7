"""Chosen filters travel along from the list to an exercise and on to the next."""

import pytest

from tests.factories import make_exercise, make_group, make_stage
from tests.walk import words

pytestmark = pytest.mark.django_db

LYING = "?stage=1&position=lying"


@pytest.fixture
def turns():
    """Four exercises of stage 1; the second and the last can be done lying down."""
    group = make_group(stage=make_stage(number=1))
    return [make_exercise(group=group, slug=f"turn-{n}", name=f"Turn {n}", lying=n in (1, 3)) for n in range(4)]


def test_the_list_hands_its_filters_to_the_exercises(client, turns):
    html = client.get(f"/exercises/{LYING}").text

    assert 'href="/exercises/turn-1/?stage=1&amp;position=lying"' in html


def test_next_and_previous_stay_within_the_chosen_list(client, turns):
    context = client.get(f"/exercises/turn-1/{LYING}").context
    assert (context["previous"], context["next"]) == (None, turns[3])

    context = client.get("/exercises/turn-1/").context
    assert (context["previous"], context["next"]) == (turns[0], turns[2])


def test_the_way_back_leads_to_the_chosen_list_and_says_what_was_chosen(client, turns):
    page = client.get(f"/exercises/turn-1/{LYING}")

    assert ("Stage 1, Lying", f"/exercises/{LYING}") in page.context["trail"]
    assert "Stage 1, Lying" in words(page.text)


def test_an_exercise_that_does_not_fit_the_filters_stands_in_its_stage(client, turns):
    context = client.get(f"/exercises/turn-2/{LYING}").context

    assert (context["previous"], context["next"], context["query"]) == (turns[1], turns[3], "")


def test_the_address_for_search_engines_is_without_filters(client, turns):
    html = client.get(f"/exercises/turn-1/{LYING}").text

    assert '<link rel="canonical" href="http://testserver/exercises/turn-1/">' in html


@pytest.mark.parametrize(
    ("query", "label"),
    [("movement=total", "Total"), ("help=no", "Without help"), ("equipment=none", "Nothing needed")],
)
def test_every_filter_has_words(client, query, label):
    make_exercise(slug="turn", movement="total")

    trail = client.get(f"/exercises/turn/?{query}").context["trail"]

    assert trail[-2] == (label, f"/exercises/?{query}")

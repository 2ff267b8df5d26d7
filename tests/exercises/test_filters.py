"""The filters of the list of exercises."""

import pytest

from tests.factories import make_exercise, make_group, make_stage
from tests.walk import words

pytestmark = pytest.mark.django_db


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


def test_an_empty_choice_offers_the_nearest_lists_that_have_something(client):
    one = make_group(stage=make_stage(number=1))
    make_exercise(group=one, lying=True)
    make_exercise(group=one, lying=True)
    make_exercise(group=make_group(stage=make_stage(number=2)), lying=False, movement="total")

    page = client.get("/exercises/?stage=2&position=lying")

    assert [(choice.label, choice.count, choice.url) for choice in page.context["nearest"]] == [
        ("Lying", 2, "?position=lying"),
        ("Stage 2", 1, "?stage=2"),
    ]
    assert "No exercise fits all of these. The nearest:" in words(page.text)
    assert "Show all" in page.text


def test_a_filtered_list_says_how_long_it_takes_and_starts_with_its_first_exercise(client):
    group = make_group(stage=make_stage(number=1))
    for slug in ["first", "second"]:
        make_exercise(group=group, slug=slug, lying=True, repetitions=10, seconds_there=3, seconds_back=3,
                      rest_seconds=0)  # fmt: skip

    page = client.get("/exercises/?position=lying")

    assert "Practise these, about 2 min" in words(page.text)
    assert page.context["round"].url == "/exercises/first/?position=lying"
    assert client.get("/exercises/").context["round"] is None


def test_stage_and_position_can_be_chosen_before_the_list_and_a_chosen_filter_is_in_sight(client):
    group = make_group(stage=make_stage(number=1))
    make_exercise(group=group, name="Turn", lying=True, movement="total")

    html = client.get("/exercises/").text
    assert html.index('id="filters"') < html.index("Lying") < html.index('id="found"')
    assert "<details>" in html

    assert "<details open>" in client.get("/exercises/?movement=total").text

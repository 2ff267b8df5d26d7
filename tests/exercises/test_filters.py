"""The filters of the list of exercises."""

import pytest

from tests.factories import make_exercise, make_group, make_stage

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

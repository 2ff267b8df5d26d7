"""What the forms and lists of all texts have in common."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from tests.factories import (
    make_body_part,
    make_clip,
    make_equipment,
    make_exercise,
    make_group,
    make_page,
    make_problem,
    make_question,
    make_section,
    make_stage,
    make_topic,
)
from tests.workshop.forms import address, changelist

pytestmark = pytest.mark.django_db

MAKERS: dict[str, Callable[[], Any]] = {
    "stages_stage": make_stage,
    "exercises_exercisegroup": make_group,
    "exercises_exercise": lambda: make_clip(exercise=make_exercise(name="Turn to the {right}")).exercise,
    "exercises_bodypart": make_body_part,
    "exercises_equipment": make_equipment,
    "faq_topic": make_topic,
    "faq_question": make_question,
    "faq_problem": make_problem,
    "pages_page": lambda: make_section().page,
}


@pytest.mark.parametrize("model", MAKERS)
def test_a_list_asks_as_many_questions_for_30_rows_as_for_one(workshop, model, django_assert_max_num_queries):
    MAKERS[model]()
    with django_assert_max_num_queries(20) as for_one:
        assert workshop.get(changelist(model)).status_code == 200
    for _ in range(29):
        MAKERS[model]()

    with django_assert_max_num_queries(len(for_one)):
        response = workshop.get(changelist(model))

    assert response.context["cl"].result_count == 30


@pytest.mark.parametrize("model", MAKERS)
def test_every_text_has_a_form_that_can_be_searched_for(workshop, model):
    row = MAKERS[model]()

    assert workshop.get(address(row)).status_code == 200
    assert workshop.get(reverse(f"admin:{model}_add")).status_code == 200
    assert workshop.get(changelist(model, q="nothing of the kind")).context["cl"].result_count == 0


@pytest.mark.parametrize(
    ("review", "expected"),
    [
        ({}, "Not reviewed"),
        (
            {"reviewed_by": "Dr Example", "reviewed_on": date(2020, 1, 2), "next_review_on": date(2120, 1, 2)},
            "Reviewed 02/01/2020",
        ),
        ({"reviewed_by": "Dr Example", "reviewed_on": date(2020, 1, 2)}, "Review is due"),
        (
            {
                "reviewed_by": "Dr Example",
                "reviewed_on": date(2020, 1, 2),
                "next_review_on": date(2021, 1, 2),
            },
            "Review is due",
        ),
    ],
)
def test_a_list_says_whether_a_clinician_has_reviewed_a_text(workshop, review, expected):
    make_problem(**review)

    response = workshop.get(changelist("faq_problem"))

    assert f"{expected}</" in response.text


def test_an_address_stays_as_it_is_once_it_exists(workshop):
    page = make_section(key="who", page=make_page(slug="about")).page

    response = workshop.get(address(page))

    assert "slug" not in response.context["adminform"].form.fields
    assert '<div class="readonly">about</div>' in response.text


def test_a_withdrawn_text_has_no_link_to_a_page_that_visitors_cannot_see(workshop):
    shown = make_exercise()
    hidden = make_exercise(published=False)

    assert f'href="{shown.get_absolute_url()}" class="viewsitelink"' in workshop.get(address(shown)).text
    assert "viewsitelink" not in workshop.get(address(hidden)).text


def test_somebody_who_is_not_staff_gets_the_sign_in_page(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("visitor"))

    response = client.get(changelist("exercises_exercise"))

    assert response.status_code == 302
    assert response.url.startswith(reverse("admin:login"))

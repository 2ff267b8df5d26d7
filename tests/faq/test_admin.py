"""Questions in the workshop."""

import pytest

from faq.models import Question
from tests.factories import make_question
from tests.workshop.forms import changelist

pytestmark = pytest.mark.django_db


def test_withdrawing_takes_a_question_from_the_site(workshop):
    question = make_question()

    workshop.post(changelist("faq_question"), {"action": "withdraw", "_selected_action": [question.pk]}, follow=True)

    assert not Question.objects.published().exists()


def test_a_question_without_an_answer_is_marked_and_can_be_filtered(workshop):
    make_question(question="Answered?")
    make_question(question="Open?", answer="")

    response = workshop.get(changelist("faq_question", answer="no"))

    assert [row.question for row in response.context["cl"].result_list] == ["Open?"]
    assert "To be answered</strong>" in response.text

"""Structured data of questions and answers."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest

from faq.models import Question
from texts.addresses import absolute_address


def faq_page(request: HttpRequest, questions: Iterable[Question]) -> dict[str, Any]:
    """Return the FAQPage of `questions` and their answers."""
    return {
        "@type": "FAQPage",
        "url": absolute_address(request, request.path),
        "mainEntity": [
            {
                "@type": "Question",
                "name": question.question,
                "url": absolute_address(request, question.get_absolute_url()),
                "acceptedAnswer": {"@type": "Answer", "text": question.answer},
            }
            for question in questions
        ],
    }

"""What a search engine reads about the questions."""

import pytest

from tests.factories import make_question
from tests.walk import graph, of_type

pytestmark = pytest.mark.django_db


def test_questions_are_a_faq_page(client):
    make_question(question="How long?", answer="<p>All your life.</p>")
    make_question(question="Draft?", answer="")

    page = of_type(graph(client.get("/faq/").text), "FAQPage")[0]

    assert [entry["name"] for entry in page["mainEntity"]] == ["How long?"]
    assert page["mainEntity"][0]["acceptedAnswer"]["text"] == "<p>All your life.</p>"

"""Questions with their answers, and problems with their help."""

import pytest

from tests.factories import make_page, make_problem, make_question

pytestmark = pytest.mark.django_db


def test_every_answer_has_an_address_and_the_evidence_stands_beside_the_authors_view(client):
    make_page(slug="evidence", title="What the evidence says", lead="It helps some people.")
    make_question(question="How long?", slug="how-long", author_view=True, answer="<p>All your life.</p>")

    html = client.get("/faq/").text

    assert 'id="how-long"' in html
    assert "It helps some people." in html
    assert "This is the author's view." in html or "This is the author&#x27;s view." in html


def test_a_problem_page_says_when_to_get_help_and_names_its_sources(client):
    make_problem(
        slug="pain", when_to_get_help="<ul><li>it is new</li></ul>", emergency="<ul><li>you cannot breathe</li></ul>",
        sources="NHS | Neck pain | https://www.nhs.uk/conditions/neck-pain/\nA book without an address",
    )  # fmt: skip

    html = client.get("/problems/pain/").text

    assert "it is new" in html
    assert html.index("you cannot breathe") < html.index("it is new")
    assert '<a href="https://www.nhs.uk/conditions/neck-pain/" rel="noreferrer">Neck pain</a>, NHS' in html
    assert "A book without an address" in html


def test_a_reviewer_is_named_only_when_there_is_one(client):
    make_problem(slug="new")
    make_problem(slug="seen", reviewed_by="Dr Ada Example, neurologist", reviewed_on="2026-10-01")

    assert "No doctor or therapist has reviewed this text yet" in client.get("/problems/new/").text
    assert "reviewedBy" not in client.get("/problems/new/").text
    assert "Reviewed by Dr Ada Example, neurologist on 1 October 2026" in client.get("/problems/seen/").text
    assert '"reviewedBy"' in client.get("/problems/seen/").text


def test_the_emergency_number_is_named_where_the_operator_has_set_it(client, settings):
    make_problem(slug="pain", emergency="<p>You cannot breathe.</p>")
    assert "Call your local emergency number if:" in client.get("/problems/pain/").text

    settings.EMERGENCY_NUMBER = "112"

    assert "Call 112, the emergency number, if:" in client.get("/problems/pain/").text

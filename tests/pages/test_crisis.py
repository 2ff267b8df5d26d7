"""Somebody who searches for a way to die finds help first, and nobody else is startled."""

import re
from pathlib import Path

import pytest

from pages.crisis import calls_for_help
from tests.factories import make_exercise, make_problem
from tests.walk import words

SEARCHES = Path(__file__).parent / "searches"
IN_NEED = (SEARCHES / "in_need.txt").read_text().splitlines()
HARMLESS = (SEARCHES / "harmless.txt").read_text().splitlines()
CARD = "Are you thinking about dying or hurting yourself?"


def test_everybody_in_need_is_recognised():
    assert len(IN_NEED) > 300
    assert [search for search in IN_NEED if not calls_for_help(search)] == []


def test_nobody_else_is_startled():
    assert len(HARMLESS) > 300
    assert [search for search in HARMLESS if calls_for_help(search)] == []


def test_the_programmes_own_names_are_harmless(programme, client):
    titles = {
        result.title
        for search in ["neck", "head", "hand", "face", "what", "trouble"]
        for result in client.get("/search/", {"q": search}).context["results"]
    }

    assert len(titles) > 40
    assert [title for title in titles if calls_for_help(title)] == []


def test_a_thousand_words_are_judged_at_once():
    assert not calls_for_help("i do not want to be " + "very " * 1000)


@pytest.mark.django_db
class TestTheCard:
    def test_stands_above_the_results(self, client):
        make_exercise(name="Hopeless turn")

        html = client.get("/search/?q=hopeless").text

        assert html.index(CARD) < html.index("Hopeless turn")
        assert html.index("<h1>") < html.index(CARD) < html.index("<search")

    def test_is_a_named_part_of_the_page_with_a_heading(self, client):
        html = client.get("/search/?q=i+want+to+die").text

        assert '<section class="care care-emergency text' in html
        assert 'aria-labelledby="crisis"' in html
        assert re.search(rf'<h2 id="crisis">[^/]*</span>\s*{re.escape(CARD)}\s*</h2>', html)

    def test_names_the_emergency_number_and_department_where_no_line_is_set(self, client):
        shown = words(client.get("/search/?q=suicide").text)

        assert "Call your local emergency number or go to an emergency department" in shown
        assert "tel:" not in client.get("/search/?q=suicide").text

    def test_names_the_line_that_the_operator_has_set(self, client, settings):
        settings.CRISIS_LINE = "Samaritans: 116 123"
        settings.EMERGENCY_NUMBER = "999"

        html = client.get("/search/?q=suicide").text

        assert '<a class="button" href="tel:116123">Samaritans: 116 123</a>' in html
        assert "999" in words(html)

    @pytest.mark.parametrize(
        ("line", "call"),
        [
            ("988 Suicide & Crisis Lifeline", 'href="tel:988"'),
            ("Telefonseelsorge, +49 (0)800 111 0 111, 24 hours", 'href="tel:+49'),
            ("Night line 0800-123 4567 (open 24/7)", 'href="tel:08001234567"'),
        ],
    )
    def test_the_line_can_be_called_with_a_tap(self, client, settings, line, call):
        settings.CRISIS_LINE = line

        assert call in client.get("/search/?q=suicide").text

    def test_a_line_without_a_number_is_no_link(self, client, settings):
        settings.CRISIS_LINE = "Your crisis team <b>"

        html = client.get("/search/?q=suicide").text

        assert "Your crisis team &lt;b&gt;" in html
        assert "tel:" not in html

    def test_leads_on_to_low_mood_and_asks_nobody_to_check_the_spelling(self, client):
        make_problem(slug="low-mood-and-worry", name="Low mood and worry")

        html = client.get("/search/?q=kms").text

        assert 'href="/problems/low-mood-and-worry/"' in html
        assert "Check the spelling" not in html

    def test_sees_to_the_end_of_a_long_search(self, client):
        assert CARD in client.get("/search/", {"q": "my neck hurts so much " * 6 + "that I want to die"}).text

    def test_is_not_shown_for_anything_else(self, client):
        for search in ["neck", "painkiller", "deadlift", ""]:
            assert CARD not in client.get("/search/", {"q": search}).text, search


def test_somebody_with_a_low_mood_finds_the_page_about_it(programme, client):
    for search in ["depression", "depressed", "anxiety", "anxious", "sad", "phobia", "low mood"]:
        urls = [result.url for result in client.get("/search/", {"q": search}).context["results"][:2]]
        assert "/problems/low-mood-and-worry/" in urls, search

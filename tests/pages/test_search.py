"""Search is forgiving, and shows where it found the words."""

import re

import pytest

from tests.factories import make_clip, make_exercise, make_page, make_problem, make_question, make_section
from texts import freshness

pytestmark = pytest.mark.django_db


def titles(client, words):
    return [result.title for result in client.get("/search/", {"q": words}).context["results"]]


@pytest.fixture
def texts():
    make_exercise(name="Half-full bottle of water", steps="Hold a closed bottle.")
    make_exercise(name="Clapping hard", purpose="Clap firmly.")
    make_question(question="What about a collar?", answer="<p>Ask your doctor about collars.</p>")
    make_problem(name="Blepharospasm", what_it_is="<p>The eyelids close.</p>")
    make_section(page=make_page(title="Café and privacy"), body="<p>Nothing is stored.</p>")


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("bottle", "Half-full bottle of water"),
        ("BOTTLES", "Half-full bottle of water"),
        ("botle", "Half-full bottle of water"),
        ("claping", "Clapping hard"),
        ("clap", "Clapping hard"),
        ("collars", "What about a collar?"),
        ("blefarospasm", "Blepharospasm"),
        ("eyelid", "Blepharospasm"),
        ("cafe", "Café and privacy"),
        ("hard clapping", "Clapping hard"),
    ],
)
def test_case_accents_plurals_and_small_typos_do_no_harm(client, texts, words, title):
    assert titles(client, words)[0] == title


def test_the_snippet_marks_the_words_and_escapes_the_rest(client):
    make_exercise(name="Turn", steps="Hold <b>the bottle</b> & turn.")

    html = client.get("/search/?q=bottle").text

    assert "<mark>bottle</mark>" in html
    assert "&lt;b&gt;the" in html


def test_words_that_hit_more_of_what_was_asked_come_first(client):
    make_exercise(name="Bottle up", steps="Turn.")
    make_exercise(name="Turn", steps="Hold the bottle with the cold water.")

    assert titles(client, "cold bottle")[0] == "Turn"


def test_nothing_found_offers_other_ways(client, texts):
    html = client.get("/search/?q=xyzzyq").text

    assert "Nothing found" in html
    assert "Questions and answers" in html


def test_an_empty_search_is_a_form_and_not_an_error(client):
    response = client.get("/search/?q=++")

    assert response.status_code == 200
    assert response.context["results"] == []
    assert "Nothing found" not in response.text


def test_what_was_typed_is_escaped(client):
    html = client.get("/search/", {"q": '"><script>alert(1)</script>'}).text

    assert "<script>alert" not in html


def test_an_edit_is_found_at_once(client):
    exercise = make_exercise(name="Turn", steps="Sit.")
    assert titles(client, "balloon") == []

    exercise.steps = "Hold a balloon."
    exercise.save()
    freshness.touch()

    assert titles(client, "balloon") == ["Turn"]


def test_results_are_not_indexed_by_search_engines(client):
    assert '<meta name="robots" content="noindex">' in client.get("/search/?q=neck").text


@pytest.mark.parametrize(
    ("words", "url"),
    [
        ("botox", "/faq/#what-if-i-do-not-want-medication"),
        ("tremor", "/problems/neck-trembling/"),
        ("can't swallow", "/problems/trouble-swallowing/"),
        ("stage 2", "/stages/2/"),
        ("collar", "/stages/1/"),
        ("balloon", "/exercises/balloon-down/"),
    ],
)
def test_what_patients_call_it_finds_what_the_texts_call_it(programme, client, words, url):
    assert url in [result.url for result in client.get("/search/", {"q": words}).context["results"][:4]]


def test_snippets_begin_with_a_whole_word_and_show_no_markup(client):
    make_problem(
        name="Stiffness", what_it_is="<ul><li><p>at the cinema</p></li><li><p>at work &amp; home</p></li></ul>"
    )

    snippet = client.get("/search/?q=stiffness").context["results"][0].snippet

    assert snippet.startswith("It can come with CD. at the cinema at work &amp; home")


def test_ten_results_stand_on_a_page_and_exercises_show_their_still(client):
    clip = make_clip(exercise=make_exercise(name="Turning", slug="turning"))
    stage = clip.exercise.group.stage
    for _ in range(12):
        make_exercise(name="Turning again")

    first, second = client.get("/search/?q=turning"), client.get("/search/?q=turning&page=2")

    assert first.text.count('<li class="result') == 10
    assert second.text.count('<li class="result') == 3
    (result,) = re.findall(r'<li class="result result-with-picture">(.*?)</li>', first.text + second.text, re.DOTALL)
    assert f"/exercises/stills/{stage.number}.webp?" in result
    assert ">Turning</a>" in result
    assert "page 1 of 2" in first.text

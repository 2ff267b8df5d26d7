"""Emergencies, the people behind the site, and what is shown as whose: the same on every page."""

import re

import pytest
from django.template.loader import render_to_string

from exercises.models import Exercise
from faq.models import Problem
from pages.models import Section
from tests.factories import make_clip, make_exercise, make_page, make_problem, make_section
from tests.walk import part, words
from texts import freshness

EMERGENCIES = "<ul><li>your face drops on one side</li><li>you suddenly have trouble seeing</li></ul>"


@pytest.fixture
def emergencies(db):
    return make_section(page=make_page(slug="before-you-start"), key="emergency", body=EMERGENCIES)


def items(html):
    """Return the words of each item of a list."""
    return [re.sub(r"<[^>]*>", "", item) for item in re.findall("<li>(.*?)</li>", html, re.DOTALL)]


class TestEmergencies:
    def test_every_exercise_and_every_problem_show_the_whole_list(self, programme, client):
        signs = items(Section.objects.get(key="emergency").body)
        assert len(signs) >= 8

        for exercise in Exercise.objects.published():
            shown = part(client.get(exercise.get_absolute_url()).text, "stop")
            assert [sign for sign in signs if sign not in shown] == [], exercise.slug
        for problem in Problem.objects.published():
            shown = part(client.get(problem.get_absolute_url()).text, "emergency")
            assert [sign for sign in signs if sign not in shown] == [], problem.slug
        shown = part(client.get("/before-you-start/").text, "emergency-heading")
        assert [sign for sign in signs if sign not in shown] == []

    @pytest.mark.parametrize("sign", ["seeing", "speaking", "swallowing", "walking", "numb", "face drops"])
    def test_signs_of_a_stroke_are_on_every_exercise(self, programme, client, sign):
        assert sign in part(client.get("/exercises/first-diagonal/").text, "stop")

    def test_no_text_has_a_list_of_its_own(self, programme):
        shared = Section.objects.get(key="emergency").body

        own = [(each.slug, sign) for each in Problem.objects.published() for sign in items(each.emergency)]
        assert own
        assert [(slug, sign) for slug, sign in own if sign in shared] == []

    def test_an_edit_changes_every_page(self, emergencies, client):
        exercise, problem = make_exercise(), make_problem(emergency="")
        emergencies.body = "<ul><li>your lips turn blue</li></ul>"
        emergencies.save()
        freshness.touch()

        for address in [exercise.get_absolute_url(), problem.get_absolute_url(), "/before-you-start/"]:
            assert "your lips turn blue" in client.get(address).text, address

    def test_a_page_without_the_list_still_says_when_to_call(self, db, client):
        html = client.get(make_exercise().get_absolute_url()).text

        assert "Call your local emergency number if:" in html
        assert "something sudden or severe happens to you" in html

    def test_the_red_strip_stands_directly_under_the_dose(self, emergencies, client):
        html = client.get(make_exercise(caution="<p>Slowly.</p>", balance_note="Hold on.").get_absolute_url()).text

        assert html.index('id="dose"') < html.index('class="stop-line"') < html.index('id="how"')
        assert html.index('id="how"') < html.index("Keep your balance") < html.index('id="stop"')
        between = html[html.index("</section>", html.index('id="dose"')) : html.index('class="stop-line"')]
        assert re.sub(r"<[^>]*>?", "", between).strip() == ""

    def test_the_red_strip_names_every_sign_and_leads_to_what_to_do_then(self, emergencies, client):
        html = client.get(make_exercise(stop_if="new pain\ndizziness\ntrouble seeing").get_absolute_url()).text

        strip = html[html.index('class="stop-line"') : html.index('id="how"')]
        assert "new pain · dizziness · trouble seeing." in " ".join(strip.split())
        assert 'href="#stop"' in strip

    def test_a_problem_begins_with_when_to_get_help(self, emergencies, client):
        html = client.get(make_problem(what_it_is="<p>A tight neck.</p>").get_absolute_url()).text

        assert html.index('id="emergency"') < html.index('id="get-help"') < html.index("A tight neck.")

    def test_before_you_start_shows_care_cards_in_the_order_of_urgency(self, programme, client):
        html = client.get("/before-you-start/").text

        cards = re.findall(r'<section class="care ([\w-]+)" id="([\w-]+)"', html)
        assert cards == [
            ("care-emergency", "emergency"),
            ("care-today", "stop-if"),
            ("care-today", "same-day"),
            ("care-ask", "ask-first"),
        ]
        assert html.index('id="ask-first"') < html.index('id="how-to-practise"')

    def test_the_number_of_the_operator_is_named_everywhere(self, emergencies, client, settings):
        settings.EMERGENCY_NUMBER = "112"
        exercise, problem = make_exercise(), make_problem()

        for address in [exercise.get_absolute_url(), problem.get_absolute_url(), "/before-you-start/"]:
            assert "Call 112, the emergency number, if:" in words(client.get(address).text), address

    def test_low_mood_names_the_crisis_line(self, programme, client, settings):
        settings.CRISIS_LINE = "Samaritans: 116 123"

        html = client.get("/problems/low-mood-and-worry/").text

        assert html.index("tel:116123") < html.index("What it is")
        assert "tel:" not in client.get("/problems/neck-pain/").text


class TestWhoseItIs:
    def test_an_exercise_known_by_its_name_alone_says_so_where_it_is_described(self, db, client):
        html = client.get(make_exercise(steps="Nod slowly.", name_only=True).get_absolute_url()).text

        line = "The programme gives only this name; CD Trainer chose the movement."
        assert html.index('id="how"') < html.index(line) < html.index("Nod slowly.")
        assert line not in client.get(make_exercise().get_absolute_url()).text

    def test_twenty_exercises_of_the_programme_are_known_by_name_alone(self, programme):
        assert Exercise.objects.filter(name_only=True).count() == 20
        assert set(Exercise.objects.exclude(reading_note="")) == set(Exercise.objects.filter(name_only=True))

    def test_a_drawing_is_no_proof_of_recovery(self, db, client):
        home = make_page(slug="home")
        make_section(page=home, key="story-today", body="<p>The neck moves normally.</p>")
        make_section(page=home, key="story-films", heading="The author's films", body="<p>They are not here.</p>")
        make_clip(exercise=None, story="now", kind="drawn", title="Center to down")

        html = client.get("/").text

        assert "Play the clip" not in html
        assert "They are not here." in html

    def test_home_promises_no_film_that_is_not_there(self, programme, client):
        shown = words(client.get("/").text)

        assert "A re-enactment shows 2 movements" not in shown
        assert "4 movements show it" not in shown
        assert "Those films are not on this site." in shown

    def test_the_authors_own_films_are_shown_with_the_story(self, db, client):
        home = make_page(slug="home")
        make_section(page=home, key="story-then", body="<p>At 26.</p>")
        make_section(page=home, key="story-films", body="<p>They are not here.</p>")
        make_clip(exercise=None, story="then", kind="filmed", title="Center to down")

        html = client.get("/").text

        assert "Show the films of this time" in html
        assert "They are not here." not in html

    def test_a_shared_link_for_neither_side_says_for_whom(self, db, client):
        shown = client.get(f"{make_exercise().get_absolute_url()}?side=neither").text

        assert "for a head that pulls to neither side" in shown


class TestThePeopleWhoRunTheSite:
    PAGES = ("/about/", "/accessibility/", "/privacy/")
    WORDS = "the people who run this site"

    def test_are_named_in_plain_words_where_nothing_is_set(self, programme, client):
        for address in self.PAGES:
            html = client.get(address).text
            assert self.WORDS in html.casefold(), address
            assert "/contact/" not in html, address
            assert "mailto:" not in html, address

    def test_are_reached_by_mail(self, programme, client, settings):
        settings.CONTACT_NAME, settings.CONTACT_EMAIL = "Clinic <North>", "neck@example.org"

        for address in self.PAGES:
            html = client.get(address).text
            links = re.findall("[^>]*</a> \\(Clinic &lt;North&gt;, neck@example.org\\)", html)
            assert links, address
            assert all(link.casefold().startswith(self.WORDS) for link in links), links
            found = len(re.findall(self.WORDS, html, re.IGNORECASE))
            assert html.count('<a href="mailto:neck@example.org">') == found > 0, address

    def test_are_reached_by_their_form_first(self, programme, client, settings):
        settings.CONTACT_EMAIL, settings.CONTACT_URL = "neck@example.org", "https://example.org/contact?a=1&b=2"

        html = client.get("/about/").text

        link = '<a href="https://example.org/contact?a=1&amp;b=2">The people who run this site</a>'
        assert f"{link} (neck@example.org)" in html

    def test_are_named_on_the_page_for_our_own_mistakes(self, client, settings, rf):
        settings.CONTACT_URL = "https://example.org/contact"

        html = render_to_string("errors/500.html", request=rf.get("/"))

        assert '<a href="https://example.org/contact">the people who run this site</a>' in html

"""Structured data, sitemap and robots, parsed as a search engine does."""

import json
import re
from xml.etree import ElementTree

import pytest

from tests.factories import make_clip, make_exercise, make_question

pytestmark = pytest.mark.django_db


def graph(html):
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)[1])["@graph"]


def of_type(items, kind):
    return [item for item in items if item["@type"] == kind]


def test_an_exercise_has_a_plan_a_video_and_a_trail(client):
    exercise = make_exercise(
        slug="turn", name='Turn "{left}" </script>', repetitions=5, seconds_there=8, seconds_hold=0, seconds_back=8
    )
    clip = make_clip(exercise=exercise, seconds=75.2)

    items = graph(client.get("/exercises/turn/").text)

    plan, video, trail = (of_type(items, kind)[0] for kind in ("ExercisePlan", "VideoObject", "BreadcrumbList"))
    assert plan["name"] == 'Turn "left" </script>'
    assert plan["activityDuration"] == "PT1M20S"
    assert video["duration"] == "PT1M15S"
    assert video["contentUrl"] == f"http://testserver{clip.film_flipped.url}"
    assert [item["name"] for item in trail["itemListElement"]][-1] == 'Turn "left" </script>'
    assert of_type(items, "MedicalWebPage")[0]["about"]["name"] == "Cervical dystonia"


def test_questions_are_a_faq_page(client):
    make_question(question="How long?", answer="<p>All your life.</p>")
    make_question(question="Draft?", answer="")

    page = of_type(graph(client.get("/faq/").text), "FAQPage")[0]

    assert [entry["name"] for entry in page["mainEntity"]] == ["How long?"]
    assert page["mainEntity"][0]["acceptedAnswer"]["text"] == "<p>All your life.</p>"


def test_every_page_of_the_programme_has_data_that_parses(every_address, client):
    for address in every_address:
        if not address.startswith(("/start/", "/search/", "/my-side/")):
            assert graph(client.get(address).text), address


def test_the_sitemap_lists_films_by_the_video_sitemaps_rules(client):
    clip = make_clip(
        exercise=make_exercise(slug="turn", name="Turn & <nod>"), seconds=6.4, description="A {left} turn."
    )
    names = {
        "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
        "v": "http://www.google.com/schemas/sitemap-video/1.1",
    }

    tree = ElementTree.fromstring(client.get("/sitemap.xml").content)  # noqa: S314 - our own page

    video = tree.find(".//v:video", names)
    assert video.find("v:title", names).text == "Turn & <nod>"
    assert video.find("v:content_loc", names).text == f"http://testserver{clip.film_flipped.url}"
    assert video.find("v:duration", names).text == "6"
    assert "http://testserver/exercises/turn/" in [loc.text for loc in tree.iterfind(".//s:loc", names)]


def test_robots_are_kept_out_of_the_workshop_and_told_where_the_sitemap_is(client):
    text = client.get("/robots.txt").text

    assert "Disallow: /admin/" in text
    assert "Sitemap: http://testserver/sitemap.xml" in text


def test_every_page_has_one_address_where_the_site_says_which(client, settings):
    settings.SITE_URL = "https://exercises.example.org"
    make_exercise(slug="turn")

    html = client.get("/exercises/turn/?page=5").text

    assert '<link rel="canonical" href="https://exercises.example.org/exercises/turn/">' in html
    assert "https://exercises.example.org/exercises/turn/" in client.get("/sitemap.xml").text

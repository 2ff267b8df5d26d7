"""Sitemap and robots, parsed as a search engine does."""

from xml.etree import ElementTree

import pytest

from tests.factories import make_clip, make_exercise

pytestmark = pytest.mark.django_db


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

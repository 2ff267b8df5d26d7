"""What all pages tell a search engine: data that parse, and one address each."""

import pytest

from tests.factories import make_exercise
from tests.walk import graph

pytestmark = pytest.mark.django_db


def test_every_page_of_the_programme_has_data_that_parses(every_address, fetch):
    for address in every_address:
        if not address.startswith(("/start/", "/search/", "/my-side/")):
            assert graph(fetch(address).text), address


def test_every_page_has_one_address_where_the_site_says_which(client, settings):
    settings.SITE_URL = "https://exercises.example.org"
    make_exercise(slug="turn")

    html = client.get("/exercises/turn/?page=5").text

    assert '<link rel="canonical" href="https://exercises.example.org/exercises/turn/">' in html
    assert "https://exercises.example.org/exercises/turn/" in client.get("/sitemap.xml").text

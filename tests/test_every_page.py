"""Promises that hold for every page of a fresh install."""

import re
from urllib.parse import urlsplit

import pytest
from django.db import OperationalError

from stages.models import StageQuerySet
from tests.factories import make_exercise, make_problem, make_question
from tests.walk import links, words

pytestmark = pytest.mark.django_db


def test_every_page_answers_and_sets_no_cookie(every_address, fetch):
    assert len(every_address) > 50

    for address in every_address:
        response = fetch(address)

        assert response.status_code == 200, address
        assert not response.cookies, address


def test_every_page_has_one_heading_a_title_a_description_and_a_canonical_address(every_address, fetch):
    for address in every_address:
        html = fetch(address).text

        assert html.count("<h1") == 1, address
        assert re.search(r"<title>[^<]{5,}</title>", html), address
        assert re.search(r'<meta name="description" content="[^"]{10,}"', html), address
        path = urlsplit(address).path
        assert f'<link rel="canonical" href="http://testserver{path}">' in html, address


def test_no_heading_is_empty_and_no_placeholder_is_left(every_address, fetch):
    for address in every_address:
        html = fetch(address).text

        for level, heading in re.findall(r"<h([1-6])[^>]*>(.*?)</h\1>", html, re.DOTALL):
            assert re.sub(r"<[^>]*>", "", heading).strip(), f"empty h{level} on {address}"
        assert not re.search(r"lorem|TODO|TBD|\bNone\b|[{}]", words(html)), address


def test_no_link_is_dead(every_address, fetch):
    pages = {address: links(fetch(address).text, address) for address in every_address}
    targets = {link for found, _ids in pages.values() for link in found}
    answers = {}

    for target in targets:
        parts = urlsplit(target)
        if parts.path.startswith(("/static/", "/admin/")) or parts.path == "/sides/":
            continue
        if parts.fragment == "answer":
            parts = parts._replace(query="answered=1")  # where the form of "Where do I start?" leads
        address = parts.path + (f"?{parts.query}" if parts.query else "")
        if address not in answers:
            answers[address] = fetch(address)
        assert answers[address].status_code == 200, target
        if parts.fragment:
            assert parts.fragment in links(answers[address].text, address)[1], target


def test_no_page_asks_another_host_for_anything(every_address, fetch):
    for address in every_address:
        html = fetch(address).text

        fetched = re.findall(r'<(?:script|img|link|video|source|iframe)[^>]+(?:src|href)="(https?://[^"]+)"', html)
        assert [url for url in fetched if not url.startswith("http://testserver")] == [], address


def test_pages_carry_the_security_headers_and_no_inline_code(every_address, fetch):
    for address in every_address:
        response = fetch(address)

        policy = response["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == "same-origin"
        assert "geolocation=()" in response["Permissions-Policy"]
        assert not re.search(r" style=| on\w+=|<style|<script>", response.text), address


def test_public_addresses_stay_where_they_are(fetch):
    for address in ["/", "/stages/", "/stages/1/", "/stages/2/", "/stages/3/", "/start/", "/exercises/",
                    "/exercises/center-to-left/", "/faq/", "/problems/", "/problems/trouble-swallowing/", "/search/",
                    "/my-side/", "/about/", "/before-you-start/", "/evidence/", "/privacy/", "/accessibility/",
                    "/new-to-cd/",
                    "/robots.txt", "/sitemap.xml"]:  # fmt: skip
        assert fetch(address).status_code == 200, address


def test_pages_without_any_content_still_look_finished(db, client):
    for address in [
        "/",
        "/stages/",
        "/start/",
        "/exercises/",
        "/faq/",
        "/problems/",
        "/search/?q=neck",
        "/sitemap.xml",
    ]:
        response = client.get(address)

        assert response.status_code == 200, address


@pytest.mark.parametrize("address", ["/nowhere/", "/stages/9/", "/exercises/none/", "/problems/none/"])
def test_a_missing_page_is_a_404_in_the_sites_look(db, client, address):
    response = client.get(address)

    assert response.status_code == 404
    assert "Page not found" in response.text
    assert "site-header" in response.text


@pytest.mark.parametrize("status", [400, 403, 404, 408, 413, 415, 429, 500, 503])
def test_every_error_page_renders_without_the_database(rf, status):
    from cdtrainer import errors
    from exercises.sides import Sides

    request = rf.get("/anything/")
    request.sides = Sides()
    request.resolver_match = None

    response = errors.page(request, status)

    assert response.status_code == status
    assert "<h1>" in response.text


def test_a_nul_byte_in_an_address_is_refused_in_plain_words(db, client):
    response = client.get("/search/?q=%00")

    assert response.status_code == 400
    assert "We could not read that address" in response.text
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_a_form_that_is_too_large_is_refused_in_plain_words(db, client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    for address in ["/sides/", "/admin/login/"]:
        response = client.post(address, "side=" + "left" * 1000, content_type="application/x-www-form-urlencoded")
        if response.status_code != 302:
            assert response.status_code == 413, address
            assert "That is too large" in response.text


def test_a_form_from_a_stranger_is_refused(db, client):
    response = client.post("/sides/", {"side": "left"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert response.status_code == 403
    assert not response.cookies


def test_while_the_database_is_away_visitors_are_asked_to_come_back(db, client, monkeypatch):
    def locked(*_args):
        raise OperationalError("database is locked")

    monkeypatch.setattr(StageQuerySet, "with_number_of_exercises", locked)

    response = client.get("/")

    assert response.status_code == 503
    assert response["Retry-After"] == "10"
    assert "We will be back in a moment" in response.text


def test_an_unknown_host_is_refused_in_plain_words(db, client):
    response = client.get("/", headers={"Host": "evil.example"})

    assert response.status_code == 400
    assert "We could not read that address" in response.text


@pytest.mark.parametrize("number_of_exercises", [3, 30])
@pytest.mark.parametrize("address", ["/", "/faq/", "/exercises/first/", "/search/?q=turn", "/sitemap.xml"])
def test_pages_take_a_fixed_number_of_queries(client, django_assert_max_num_queries, number_of_exercises, address):
    make_programme(number_of_exercises)
    assert client.get("/search/?q=first").status_code == 200  # the first search after an edit builds the index

    with django_assert_max_num_queries(8):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("number_of_exercises", [3, 30])
def test_the_index_of_the_search_is_built_with_a_fixed_number_of_queries(
    client, django_assert_max_num_queries, number_of_exercises
):
    make_programme(number_of_exercises)

    with django_assert_max_num_queries(12):
        assert client.get("/search/?q=turn").status_code == 200
    with django_assert_max_num_queries(4):
        assert client.get("/search/?q=turns").status_code == 200


def make_programme(number_of_exercises):
    make_exercise(name="First turn", slug="first")
    for _ in range(number_of_exercises):
        make_exercise(name="Turn")
        make_question()
        make_problem()

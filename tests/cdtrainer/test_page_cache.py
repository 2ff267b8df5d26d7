"""Cached pages: cheap for visitors, never stale, never somebody else's."""

import gzip

import pytest

from tests.factories import make_exercise, make_stage
from texts import freshness

pytestmark = pytest.mark.django_db


def test_the_second_visit_takes_no_query_but_the_versions(client, django_assert_max_num_queries):
    make_stage(number=1)
    client.get("/stages/1/")

    with django_assert_max_num_queries(1):
        assert client.get("/stages/1/").status_code == 200


def test_an_edit_shows_as_soon_as_the_version_is_read_again(client):
    stage = make_stage(number=1, summary="Old words.")
    assert "Old words." in client.get("/stages/1/").text

    stage.summary = "New words."
    stage.save()
    freshness.touch()

    assert "New words." in client.get("/stages/1/").text


def test_each_side_and_view_has_a_page_of_its_own(client):
    make_exercise(slug="turn", name="Center to {left}")
    assert "Center to left" in client.get("/exercises/turn/").text

    client.cookies["side"] = "left"

    assert "Center to right" in client.get("/exercises/turn/").text
    assert "Cookie" in client.get("/exercises/turn/")["Vary"]


def test_a_browser_that_has_the_page_gets_304(client):
    make_stage(number=1)
    first = client.get("/stages/1/")

    second = client.get("/stages/1/", headers={"If-None-Match": first["ETag"]})

    assert second.status_code == 304
    assert second.content == b""


def test_pages_are_kept_compressed_and_plain_for_who_asks(client):
    make_stage(number=1, summary="Words. " * 100)
    packed = client.get("/stages/1/", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/stages/1/")
    again = client.get("/stages/1/", headers={"Accept-Encoding": "gzip"})

    assert packed["Content-Encoding"] == again["Content-Encoding"] == "gzip"
    assert not plain.has_header("Content-Encoding")
    assert gzip.decompress(again.content).decode() == plain.text


def test_staff_always_get_the_page_made_for_them(workshop, client):
    make_stage(number=1)

    response = workshop.get("/stages/1/")

    assert not response.has_header("ETag")


def test_missing_pages_are_not_kept(client):
    assert client.get("/stages/1/").status_code == 404
    make_stage(number=1)

    assert client.get("/stages/1/").status_code == 200

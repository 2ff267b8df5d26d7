"""What visitors and editors meet while the database does not answer, or cannot take anything."""

import errno
import sqlite3
from contextlib import contextmanager
from html import unescape
from urllib.parse import urlencode

import pytest
from django.contrib.admin import ModelAdmin
from django.db import OperationalError, connection
from django.urls import reverse

from tests.factories import make_page, make_stage
from texts import freshness

pytestmark = pytest.mark.django_db


@contextmanager
def refusing(message="database is locked", code=sqlite3.SQLITE_BUSY, only=""):
    """Within this block, the database refuses every statement that has `only` in it."""

    def refuse(execute, sql, params, many, context):
        if only not in sql:
            return execute(sql, params, many, context)
        cause = sqlite3.OperationalError(message)
        cause.sqlite_errorcode = code
        raise OperationalError(message) from cause

    with connection.execute_wrapper(refuse):
        freshness._read_at = 0.0
        yield


def send(browser, address, **fields):
    return browser.post(address, urlencode(fields, doseq=True), content_type="application/x-www-form-urlencoded")


def test_kept_pages_are_served_while_the_database_does_not_answer(client):
    make_stage(number=1, summary="Words of the stage.")
    client.get("/stages/1/")

    with refusing():
        response = client.get("/stages/1/")

    assert response.status_code == 200
    assert "Words of the stage." in response.text


def test_the_next_edit_shows_as_soon_as_it_answers_again(client):
    stage = make_stage(number=1, summary="Old words.")
    client.get("/stages/1/")
    with refusing():
        client.get("/stages/1/")

    stage.summary = "New words."
    stage.save()
    freshness.touch()

    assert "New words." in client.get("/stages/1/").text


def test_a_process_that_never_knew_a_version_serves_nothing_as_fresh(monkeypatch):
    monkeypatch.setattr(freshness, "_version", None)

    with refusing(), pytest.raises(OperationalError):
        freshness.version()


@pytest.mark.parametrize("path", ["/stages/1/", "/exercises/", "/search/?q=neck", "/nowhere/"])
def test_pages_that_are_not_kept_say_when_to_come_back(client, path):
    with refusing():
        response = client.get(path)

    assert response.status_code in (404, 503)
    assert path == "/nowhere/" or (response.status_code, response["Retry-After"]) == (503, "10")


def test_the_staff_are_told_so_too_although_their_session_cannot_be_read(workshop):
    with refusing():
        response = workshop.get("/admin/")

    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert "We will be back in a moment" in response.text


def test_a_save_that_fails_keeps_every_word(workshop):
    page = make_page()
    words = 'Line one.\r\nLine <two>, with “quotes” & "more".'
    address = reverse("admin:pages_page_change", args=[page.pk]) + "?_changelist_filters=o%3D1"

    with refusing("database is locked", only="SAVEPOINT"):
        response = send(workshop, address, title=words, tags=["a", "b"])

    assert response.status_code == 503
    assert "Not saved yet" in response.text
    assert f'action="{address}"' in unescape(response.text)
    assert unescape(response.text).count(f'name="title" value="{words}"') == 1
    assert response.text.count('name="tags"') == 2


def test_a_full_disk_is_named_to_the_staff(workshop):
    address = reverse("admin:pages_page_change", args=[make_page().pk])

    with refusing("database or disk is full", sqlite3.SQLITE_FULL, only="SAVEPOINT"):
        response = send(workshop, address, title="Words")

    assert "disk is full" in response.text


def test_a_password_is_never_shown_again(client, therapist):
    with refusing(only="auth_user"):
        response = client.post(reverse("account_login"), {"login": "ana", "password": "a long password for ana"})

    assert response.status_code == 503
    assert "a long password" not in response.text


@pytest.mark.parametrize("path", ["add/", "{pk}/password/"])
def test_nor_one_that_an_operator_sets(workshop, therapist, path):
    with refusing(only="django_session"):
        response = send(workshop, "/admin/auth/user/" + path.format(pk=therapist.pk), password1="a new long password")

    assert response.status_code == 503
    assert "a new long password" not in response.text


def test_a_disk_that_is_read_only_is_named_to_the_staff(workshop, monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError(errno.EROFS, "Read-only file system", "/media/clips")

    monkeypatch.setattr(ModelAdmin, "changeform_view", refuse)

    response = send(workshop, "/admin/pages/page/add/", title="Words")

    assert response.status_code == 503
    assert "The server cannot write to its disk" in response.text
    assert 'value="Words"' in response.text

"""What probes are answered."""

import shutil
from collections import namedtuple
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from clips.conversion import heartbeat
from upkeep import health

Disk = namedtuple("Disk", ["total", "used", "free"])
GIGABYTE = 1024**3


@pytest.fixture
def worker(monkeypatch):
    """Return a function that says when a worker was last seen."""

    def seen(ago):
        at = None if ago is None else timezone.now() - timedelta(seconds=ago)
        monkeypatch.setattr(heartbeat, "worker_seen_at", lambda: at)

    seen(5)
    return seen


def test_a_living_process_says_ok_without_a_database(client):
    response = client.get("/healthz")

    assert (response.status_code, response.text) == (200, "ok")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_a_site_that_can_work_says_ok(client, worker):
    response = client.get("/readyz")

    assert (response.status_code, response.text) == (200, "ok")


@pytest.mark.django_db
@pytest.mark.parametrize("ago", [None, 61])
def test_a_silent_worker_is_named(client, worker, ago):
    worker(ago)

    response = client.get("/readyz")

    assert (response.status_code, response.text) == (503, "worker")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("total", "free", "ok"),
    [(1000, 3, True), (1000, 1, False), (10, 1.5, True), (10, 0.5, False)],
)
def test_a_full_disk_is_named(client, worker, monkeypatch, total, free, ok):
    disk = Disk(total * GIGABYTE, (total - free) * GIGABYTE, free * GIGABYTE)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: disk)

    assert client.get("/readyz").text == ("ok" if ok else "disk")


@pytest.mark.django_db
def test_media_that_cannot_be_written_are_named(client, worker, settings, tmp_path):
    (tmp_path / "a-file").touch()
    settings.MEDIA_ROOT = tmp_path / "a-file"

    assert client.get("/readyz").text == "media"


@pytest.mark.django_db
def test_missing_migrations_are_named_until_they_are_applied(client, worker, monkeypatch):
    monkeypatch.setattr(health, "_migrated", False)
    with monkeypatch.context() as older:
        older.setattr(MigrationExecutor, "migration_plan", lambda executor, targets: ["one"])
        assert client.get("/readyz").text == "migrations"

    assert client.get("/readyz").text == "ok"


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_named_without_a_word_more(client, worker, monkeypatch):
    def refuse(*args, **kwargs):
        raise OperationalError("secret details of the server")

    monkeypatch.setattr(connection, "cursor", refuse)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert "database" in response.text.split("\n")
    assert "secret" not in response.text


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_probes_only_read(client, address):
    assert client.post(address).status_code == 405

"""A locked database: whoever has to wait for it keeps nobody else from running."""

import sqlite3
import threading
import time

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler
from django.http import HttpResponse

from cdtrainer.sqlite import base, patience
from tests.cdtrainer.locks import held_lock

pytestmark = pytest.mark.django_db


@pytest.fixture
def database(tmp_path, settings):
    """A connection of the site's own kind to a database in a file, with one table."""
    default = settings.DATABASES["default"]
    if default["ENGINE"] != "cdtrainer.sqlite":
        pytest.skip("these tests are about SQLite")
    own = {"ENGINE": default["ENGINE"], "NAME": str(tmp_path / "db.sqlite3"), "OPTIONS": default["OPTIONS"]}
    connection = ConnectionHandler({"default": own})["default"]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE words (word TEXT)")
    yield connection
    connection.close()


@pytest.fixture
def pauses(monkeypatch):
    """How long each attempt took, each pause between two that was asked for, and each as it was, in seconds."""
    taken: dict[str, list[float]] = {"attempts": [], "pauses": [], "slept": []}
    sleep, ended = time.sleep, [time.monotonic()]

    def pause(seconds):
        taken["attempts"].append(time.monotonic() - ended[0])
        taken["pauses"].append(seconds)
        begun = time.monotonic()
        sleep(seconds)
        ended[0] = time.monotonic()
        taken["slept"].append(ended[0] - begun)

    monkeypatch.setattr(time, "sleep", pause)
    return taken


def write(connection):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO words VALUES (%s)", ["neck"])


def count(connection):
    with connection.cursor() as cursor:
        return cursor.execute("SELECT COUNT(*) FROM words").fetchone()[0]


def test_waiting_happens_in_python_where_others_can_run(database, pauses):
    with held_lock(database.settings_dict["NAME"]), patience.at_most(1), pytest.raises(OperationalError):
        write(database)

    assert len(pauses["pauses"]) > 5
    assert max(pauses["pauses"]) <= 0.1
    assert max(pauses["attempts"][1:]) < 0.2
    assert sum(pauses["pauses"]) < 1.2
    assert sum(pauses["slept"]) + sum(pauses["attempts"]) > 0.9
    assert sum(pauses["slept"]) > sum(pauses["attempts"])


def test_a_save_that_gave_up_has_saved_nothing(database):
    with held_lock(database.settings_dict["NAME"]), patience.at_most(0.2), pytest.raises(OperationalError):
        write(database)

    assert count(database) == 0


def test_a_save_succeeds_as_soon_as_the_lock_is_free(database):
    holder = sqlite3.connect(database.settings_dict["NAME"], isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    threading.Timer(0.5, holder.commit).start()
    began = time.monotonic()

    write(database)

    assert 0.4 < time.monotonic() - began < 5
    holder.close()
    assert count(database) == 1


def test_readers_do_not_wait_for_a_writer(database, pauses):
    with held_lock(database.settings_dict["NAME"]):
        assert count(database) == 0

    assert pauses["pauses"] == []


def test_a_request_waits_no_longer_in_all_than_it_may(database):
    began = time.monotonic()

    with held_lock(database.settings_dict["NAME"]), patience.at_most(0.5):
        for _statement in range(5):
            with pytest.raises(OperationalError):
                write(database)
        took = time.monotonic() - began

    assert took < 3  # of which the other process needs some to start


def test_opening_a_database_waits_too(database, tmp_path):
    database.close()
    with held_lock(tmp_path / "db.sqlite3", "exclusive"), patience.at_most(0.3), pytest.raises(OperationalError):
        count(database)

    assert count(database) == 0


def test_nothing_is_tried_again_within_a_transaction(database, pauses):
    with sqlite3.connect(database.settings_dict["NAME"]) as other:
        database.transaction_mode = "DEFERRED"
        database._start_transaction_under_autocommit()
        assert count(database) == 0
        other.execute("INSERT INTO words VALUES ('other')")
        other.commit()

        with pytest.raises(OperationalError):
            write(database)
    other.close()

    assert pauses["pauses"] == []
    database.connection.rollback()


@pytest.mark.parametrize(
    ("method", "path", "seconds"),
    [
        ("GET", "/stages/", patience.READING),
        ("GET", "/admin/pages/page/", patience.READING),
        ("POST", "/sides/", patience.READING),
        ("POST", "/admin/pages/page/1/change/", patience.SAVING),
        ("PATCH", "/admin/uploads/x/", patience.SAVING),
    ],
)
def test_a_save_may_wait_longer_than_a_page(rf, method, path, seconds):
    def view(request):
        return HttpResponse(str(patience.current().left))

    assert patience.PatienceMiddleware(view)(rf.generic(method, path)).text == str(seconds)
    assert patience.current().left == patience.SAVING


def test_a_new_database_lets_readers_read_while_somebody_writes(database):
    with database.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_connecting_does_not_write_to_a_database_that_is_there(database, monkeypatch):
    database.close()
    journal_modes: list[object] = []
    monkeypatch.setattr(base, "use_write_ahead_log", journal_modes.append)

    count(database)

    assert journal_modes == []


def test_a_serving_process_keeps_its_database_open(database, tmp_path, monkeypatch):
    monkeypatch.setattr(base, "keeper", base.Keeper())
    base.keeper.is_wanted = True
    database.close()

    count(database)
    database.close()

    assert (tmp_path / "db.sqlite3-shm").exists()
    base.keeper.connection.close()
    assert not (tmp_path / "db.sqlite3-shm").exists()


def test_a_restored_database_gets_its_write_ahead_log_when_it_is_served(database, tmp_path, monkeypatch):
    with database.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode = DELETE")
    monkeypatch.setattr(base, "keeper", base.Keeper())
    base.keeper.is_wanted = True
    database.close()

    count(database)

    with database.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    base.keeper.connection.close()

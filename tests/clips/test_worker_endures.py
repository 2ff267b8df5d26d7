"""A worker outlives a database that is locked or away, and a full disk."""

import logging

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django_tasks_db.management.commands.db_worker import Worker

from clips.conversion import heartbeat, jobs
from clips.management.commands import work

pytestmark = pytest.mark.django_db


@pytest.fixture
def rounds(monkeypatch):
    """Let the queue's own loop end as told, once for each exception (None: as when told to stop); return the pauses."""
    monkeypatch.setattr(work.Housekeeper, "start", lambda self: None)
    monkeypatch.setattr(work.FilmWorker, "configure_signals", lambda self: None)
    pauses: list[float] = []
    monkeypatch.setattr(jobs.stopping, "wait", pauses.append)

    def play(*endings):
        waiting = list(endings)

        def run(worker):
            ending = waiting.pop(0)
            if ending is not None:
                raise ending
            worker.running = False

        monkeypatch.setattr(Worker, "run", run)
        call_command("work")
        assert waiting == []
        return pauses

    return play


def test_it_waits_and_goes_on_when_the_database_does_not_answer(rounds, caplog):
    locked, full = OperationalError("database is locked"), OperationalError("database or disk is full")

    with caplog.at_level(logging.WARNING):
        assert rounds(locked, full, None) == [2, 4]

    messages = [record.getMessage() for record in caplog.records if record.name == work.__name__]
    assert messages == [
        "The database does not answer: database is locked. The worker goes on in 2 seconds.",
        "The database does not answer: database or disk is full. The worker goes on in 4 seconds.",
    ]
    assert not any(record.exc_info for record in caplog.records)


def test_it_never_waits_longer_than_half_a_minute(rounds):
    locked = [OperationalError("database is locked") for _ in range(8)]

    assert max(rounds(*locked, None)) == 30


def test_a_mistake_of_ours_still_ends_it(rounds):
    with pytest.raises(ZeroDivisionError):
        rounds(ZeroDivisionError())


@pytest.mark.parametrize("error", [OperationalError("database is locked"), OSError(28, "No space left on device")])
def test_housekeeping_at_the_start_can_wait(rounds, monkeypatch, error):
    def fail():
        raise error

    monkeypatch.setattr(heartbeat, "beat", fail)
    monkeypatch.setattr(jobs, "reap", fail)

    assert rounds(None) == []


def test_old_sessions_and_results_are_cleared_when_the_day_is_over(monkeypatch):
    called = []
    monkeypatch.setattr(work, "call_command", lambda name, **options: called.append(name))

    work.clean_up()

    assert called == ["clearsessions", "prune_db_task_results"]

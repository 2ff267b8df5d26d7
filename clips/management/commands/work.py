import logging
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import Error as DatabaseError
from django.db import connection
from django_tasks_db.management.commands.db_worker import Worker

from cdtrainer.sqlite.base import keep_open
from clips.conversion import files, heartbeat, jobs
from clips.conversion.leases import new_token
from clips.purging import purge_what_is_over
from uploads.expiry import expire_uploads

log = logging.getLogger(__name__)

ALIVE_EVERY = 10  # seconds
REAP_EVERY = 60  # seconds
TIDY_EVERY = 24 * 60 * 60  # seconds
FIRST_PAUSE, LONGEST_PAUSE = 2, 30  # seconds between two tries while the database does not answer
STEADY = 60  # seconds of work after which the next failure is a first one again
KEEP_RESULTS = 7  # days


class FilmWorker(Worker):
    """The queue's own worker, which gives its film back when told to stop and outlives a database that is away."""

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        jobs.stopping.set()
        super().shutdown(signum, frame)

    def run(self) -> None:
        """Work until stopped. Films wait while the database is locked, away or on a full disk."""
        pause = FIRST_PAUSE
        while self.running:
            begun = time.monotonic()
            try:
                super().run()
            except DatabaseError as error:
                connection.close()
                if time.monotonic() - begun > STEADY:
                    pause = FIRST_PAUSE
                log.warning("The database does not answer: %s. The worker goes on in %d seconds.", error, pause)
                jobs.stopping.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)


class Housekeeper(threading.Thread):
    """Shows that the worker lives, and finds what other workers have lost."""

    def __init__(self) -> None:
        super().__init__(name="housekeeper", daemon=True)

    def run(self) -> None:
        seconds = 0
        while not jobs.stopping.wait(ALIVE_EVERY):
            seconds += ALIVE_EVERY
            keep_house(heartbeat.beat)
            if seconds % REAP_EVERY == 0:
                keep_house(jobs.reap)
            if seconds % TIDY_EVERY == 0:
                keep_house(clean_up)


def keep_house(task: Callable[[], Any]) -> None:
    """Do a task that can wait for its next turn, when the database or the disk does not let it."""
    try:
        task()
    except (DatabaseError, OSError) as error:
        log.warning("Housekeeping has to wait: %s", error)
        connection.close()


def clean_up() -> None:
    """Do once a day, and when a worker starts, what has no hurry."""
    purge_what_is_over()
    files.tidy()
    expire_uploads()
    call_command("clearsessions")
    call_command("prune_db_task_results", queue_name="*", min_age_days=KEEP_RESULTS, verbosity=0)


class Command(BaseCommand):
    help = "Convert the films that editors upload, until stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        # Quiet about every single task; what went wrong is still said.
        for name in ("django_tasks", "django_tasks_db"):
            logging.getLogger(name).setLevel(logging.WARNING)
        worker = FilmWorker(
            queue_names=["*"],
            interval=1,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=new_token(),
            excluded_queue_names=[],
        )
        worker.configure_signals()
        keep_open()
        for task in (heartbeat.beat, jobs.reap, clean_up):
            keep_house(task)
        Housekeeper().start()
        self.stdout.write("Waiting for films.")
        worker.run()

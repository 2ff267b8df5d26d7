import logging
import threading
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
from uploads.expiry import expire_uploads

log = logging.getLogger(__name__)

ALIVE_EVERY = 10  # seconds
REAP_EVERY = 60  # seconds
TIDY_EVERY = 24 * 60 * 60  # seconds
KEEP_RESULTS = 7  # days


class FilmWorker(Worker):
    """The queue's own worker, but one that gives its film back when told to stop instead of finishing it."""

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        jobs.stopping.set()
        super().shutdown(signum, frame)


class Housekeeper(threading.Thread):
    """Shows that the worker lives, and finds what other workers have lost."""

    def __init__(self) -> None:
        super().__init__(name="housekeeper", daemon=True)

    def run(self) -> None:
        seconds = 0
        while not jobs.stopping.wait(ALIVE_EVERY):
            seconds += ALIVE_EVERY
            try:
                heartbeat.beat()
                if seconds % REAP_EVERY == 0:
                    jobs.reap()
                if seconds % TIDY_EVERY == 0:
                    clean_up()
            except (DatabaseError, OSError):
                log.exception("Housekeeping")
                connection.close()


def clean_up() -> None:
    files.tidy()
    expire_uploads()
    call_command("clearsessions")
    call_command("prune_db_task_results", queue_name="*", min_age_days=KEEP_RESULTS, verbosity=0)


class Command(BaseCommand):
    help = "Convert the films that editors upload, until stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        # Quiet about every single task; what went wrong is still said.
        logging.getLogger("django_tasks").setLevel(logging.WARNING)
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
        heartbeat.beat()
        jobs.reap()
        clean_up()
        Housekeeper().start()
        self.stdout.write("Waiting for films.")
        worker.run()

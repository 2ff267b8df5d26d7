"""Liveness and readiness, for probes. Neither tells a stranger more than the names of what fails."""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from clips.conversion.folders import require_writable_films
from clips.conversion.heartbeat import worker_is_alive
from upkeep.disks import disks

_migrated = False


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Return "ok": this process answers, whatever the rest does."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Return "ok", or 503 with the names of the checks that fail, one a line."""
    failing = [name for name, check in CHECKS.items() if not passes(check)]
    return HttpResponse("\n".join(failing) or "ok", status=503 if failing else 200, content_type="text/plain")


def passes(check: Callable[[], bool]) -> bool:
    """Whether `check` succeeds; an error of the database or of a disk is a failure."""
    try:
        return check()
    except (DatabaseError, OSError):
        return False


def database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def migrations_are_applied() -> bool:
    """Whether all migrations are applied; once they are, the database is not asked again."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def media_can_be_written() -> bool:
    """Whether a new clip could be stored; a storage that is not a disk of ours answers for itself."""
    require_writable_films()
    return True


def disks_have_room() -> bool:
    """Whether every disk that the site writes to has 2 GB or a tenth of itself left."""
    return not any(disk.is_low for disk in disks())


CHECKS: dict[str, Callable[[], bool]] = {
    "database": database_answers,
    "migrations": migrations_are_applied,
    "media": media_can_be_written,
    "disk": disks_have_room,
    "worker": worker_is_alive,
}

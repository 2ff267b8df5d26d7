"""Two addresses for probes: is the process alive, and can the site do its work?

Neither tells a stranger more than the names of what fails.
"""

import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

LEAST_FREE_BYTES = 2 * 1024**3
LEAST_FREE_SHARE = 0.1
WORKER_SILENT = timedelta(seconds=60)

_migrated = False


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process answers, and nothing about the rest."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Say "ok", or with 503 the names of the checks that fail, one a line."""
    failing = [name for name, check in CHECKS.items() if not passes(check)]
    return HttpResponse("\n".join(failing) or "ok", status=503 if failing else 200, content_type="text/plain")


def passes(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (DatabaseError, OSError):
        return False


def database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def migrations_are_applied() -> bool:
    """Whether the database has every table of this version; asked until it has, and remembered from then on."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def media_can_be_written() -> bool:
    """Whether a new clip could be stored; a storage that is not a disk of ours answers for itself."""
    if isinstance(default_storage, FileSystemStorage):
        folder = Path(settings.MEDIA_ROOT)
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"ok")
    return True


def there_is_room() -> bool:
    """Whether every disk that the site writes to has 2 GB or a tenth of itself left."""
    for folder in {Path(settings.MEDIA_ROOT), Path(settings.ORIGINALS_ROOT), database_folder()}:
        existing = next(place for place in [folder, *folder.parents] if place.exists())
        disk = shutil.disk_usage(existing)
        if disk.free < LEAST_FREE_BYTES and disk.free < disk.total * LEAST_FREE_SHARE:
            return False
    return True


def database_folder() -> Path:
    """Return where SQLite keeps its file; another database looks after its own disk."""
    if connection.vendor == "sqlite" and not connection.is_in_memory_db():  # type: ignore[attr-defined]
        return Path(str(connection.settings_dict["NAME"])).parent
    return Path(settings.MEDIA_ROOT)


def worker_is_alive() -> bool:
    from clips.jobs import worker_seen_at  # the web process needs the jobs only here

    seen = worker_seen_at()
    return seen is not None and timezone.now() - seen < WORKER_SILENT


CHECKS: dict[str, Callable[[], bool]] = {
    "database": database_answers,
    "migrations": migrations_are_applied,
    "media": media_can_be_written,
    "disk": there_is_room,
    "worker": worker_is_alive,
}

urlpatterns = [path("healthz", healthz, name="healthz"), path("readyz", readyz, name="readyz")]

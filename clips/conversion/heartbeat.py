"""Is a worker alive? Each shows that it is by touching a file, which every web process on its disk can see."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

SILENT_AFTER = timedelta(seconds=60)  # a worker shows itself every 10 seconds


def heartbeat_file() -> Path:
    """Return the file whose time says when a worker was last seen; private, beside the originals."""
    return Path(settings.ORIGINALS_ROOT).parent / "worker-alive"


def beat() -> None:
    """Show that this worker is alive."""
    path = heartbeat_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def worker_seen_at() -> datetime | None:
    """Return when a worker was last alive, None when never."""
    try:
        return datetime.fromtimestamp(heartbeat_file().stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


def worker_is_alive() -> bool:
    """Whether a worker has shown itself within the last minute."""
    seen = worker_seen_at()
    return seen is not None and datetime.now(UTC) - seen < SILENT_AFTER

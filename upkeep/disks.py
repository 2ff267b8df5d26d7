"""Free space on the disks that the site writes to, for the start page of the workshop and for /readyz."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

LEAST_FREE_BYTES = 2 * 1024**3
LEAST_FREE_SHARE = 0.1


@dataclass(frozen=True)
class Disk:
    """Free and all bytes of one disk."""

    free: int
    total: int

    @property
    def least(self) -> int:
        """How many bytes should be free: 2 GB or a tenth of the disk, whichever is less."""
        return min(LEAST_FREE_BYTES, int(self.total * LEAST_FREE_SHARE))

    @property
    def is_low(self) -> bool:
        return self.free < self.least


def disks() -> list[Disk]:
    """Return each disk that the site writes to: films, originals, uploads in progress and an SQLite database."""
    disks_by_device = {}
    for folder in (settings.MEDIA_ROOT, settings.ORIGINALS_ROOT, settings.UPLOADS_ROOT, database_folder()):
        path = Path(folder)
        existing = next(parent for parent in [path, *path.parents] if parent.exists())
        usage = shutil.disk_usage(existing)
        disks_by_device[existing.stat().st_dev] = Disk(usage.free, usage.total)
    return list(disks_by_device.values())


def database_folder() -> Path:
    """Return where SQLite keeps its file, and a folder of films for a database with a disk of its own."""
    if connection.vendor == "sqlite" and not connection.is_in_memory_db():  # type: ignore[attr-defined]
        return Path(str(connection.settings_dict["NAME"])).parent
    return Path(settings.MEDIA_ROOT)

"""How is the site itself? For the start page of the workshop, in words."""

import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.timesince import timesince
from django.utils.translation import gettext

from clips import ffmpeg
from clips.jobs import worker_seen_at
from pages.health import LEAST_FREE_BYTES, LEAST_FREE_SHARE, WORKER_SILENT, database_folder


@dataclass(frozen=True)
class Disk:
    """One disk that the site writes to, in bytes and in words."""

    said: str
    used: int
    total: int
    high: int  # from here on it is getting full
    is_low: bool


@dataclass(frozen=True)
class SiteState:
    """What the start page says below "How is the site?"."""

    disks: list[Disk]
    worker: str
    worker_is_missing: bool
    ffmpeg: str


def state_of_the_site() -> SiteState:
    seen = worker_seen_at()
    missing = seen is None or datetime.now(UTC) - seen > WORKER_SILENT
    if not missing:
        worker = gettext("Films are being converted: the worker is running.")
    elif seen is None:
        worker = gettext("No worker has ever run: films wait. Please tell whoever runs the server.")
    else:
        worker = gettext("The worker was last seen %s ago: films wait. Please tell whoever runs the server.")
        worker %= timesince(seen)
    return SiteState(
        disks=[state_of(*disk) for disk in disks()],
        worker=worker,
        worker_is_missing=missing,
        ffmpeg=ffmpeg_version(ffmpeg.binary()),
    )


def disks() -> list[tuple[int, int]]:
    """Return free and all bytes of each disk that the site writes to."""
    found = {}
    for folder in (settings.MEDIA_ROOT, settings.ORIGINALS_ROOT, settings.UPLOADS_ROOT, database_folder()):
        path = Path(folder)
        existing = next(place for place in [path, *path.parents] if place.exists())
        usage = shutil.disk_usage(existing)
        found[existing.stat().st_dev] = (usage.free, usage.total)
    return list(found.values())


def state_of(free: int, total: int) -> Disk:
    """Say how full a disk is, and whether the site's own measure calls that too full."""
    least = min(LEAST_FREE_BYTES, int(total * LEAST_FREE_SHARE))
    said = gettext("%(free)s of %(total)s are free.") % {"free": filesizeformat(free), "total": filesizeformat(total)}
    is_low = free < least
    if is_low:
        said += " " + gettext("That is too little. Please tell whoever runs the server.")
    return Disk(said=said, used=total - free, total=total, high=total - least, is_low=is_low)


@lru_cache(maxsize=2)
def ffmpeg_version(path: str) -> str:
    """Return the version of the program that converts films; asked once, it does not change while the site runs."""
    try:
        done = subprocess.run([path, "-version"], capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return gettext("ffmpeg cannot be started: films wait. Please tell whoever runs the server.")
    words = done.stdout.split()
    # As in "ffmpeg version n9.0.2-17-g2a571b6068-20260930 Copyright …".
    return f"ffmpeg {words[2].partition('-')[0].lstrip('n')}" if len(words) > 2 else Path(path).name

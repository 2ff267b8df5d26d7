"""The state of the site, in sentences for the workshop's start page."""

import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.template.defaultfilters import filesizeformat
from django.utils.timesince import timesince
from django.utils.translation import gettext

from cdtrainer import __version__
from clips.conversion import ffmpeg
from clips.conversion.heartbeat import worker_is_alive, worker_seen_at
from upkeep.disks import Disk, disks


@dataclass(frozen=True)
class DiskLine:
    """How full one disk is, in bytes and in words."""

    message: str
    used: int
    total: int
    high: int  # from here on it is getting full
    is_low: bool


@dataclass(frozen=True)
class SiteState:
    """What the start page says about the site itself."""

    disks: list[DiskLine]
    worker: str
    worker_is_missing: bool
    ffmpeg: str
    version: str  # of the site itself


def state_of_the_site() -> SiteState:
    """Return how full the disks are, whether a worker is alive, and the versions of the site and of its ffmpeg."""
    return SiteState(
        disks=[disk_line(disk) for disk in disks()],
        worker=state_of_the_worker(),
        worker_is_missing=not worker_is_alive(),
        ffmpeg=ffmpeg_version(ffmpeg.binary()),
        version=__version__,
    )


def state_of_the_worker() -> str:
    """Return whether films are being converted, in a sentence."""
    seen = worker_seen_at()
    if seen is None:
        return gettext("No worker has ever run: films wait. Please tell whoever runs the server.")
    if worker_is_alive():
        return gettext("Films are being converted: the worker is running.")
    sentence = gettext("The worker was last seen %s ago: films wait. Please tell whoever runs the server.")
    return sentence % timesince(seen)


def disk_line(disk: Disk) -> DiskLine:
    """Return how full a disk is, and whether that is too full for the site."""
    sizes = {"free": filesizeformat(disk.free), "total": filesizeformat(disk.total)}
    message = gettext("%(free)s of %(total)s are free.") % sizes
    if disk.is_low:
        message += " " + gettext("That is too little. Please tell whoever runs the server.")
    return DiskLine(message, disk.total - disk.free, disk.total, disk.total - disk.least, disk.is_low)


@lru_cache(maxsize=2)
def ffmpeg_version(path: str) -> str:
    """Return the version of the ffmpeg at `path`, asked once a process."""
    try:
        completed = subprocess.run([path, "-version"], capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return gettext("ffmpeg cannot be started: films wait. Please tell whoever runs the server.")
    words = completed.stdout.split()
    # As in "ffmpeg version n9.0.2-17-g2a571b6068-20260930 Copyright …".
    return f"ffmpeg {words[2].partition('-')[0].lstrip('n')}" if len(words) > 2 else Path(path).name

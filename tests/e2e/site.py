"""The real site, as `make run` starts it: its own folder, its own port, Ctrl-C at the end."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def environment_of(folder: Path) -> dict[str, str]:
    """Return the environment of a site that keeps everything below `folder`."""
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "MEDIA_ROOT": str(folder / "media"),
        "ORIGINALS_ROOT": str(folder / "originals"),
        "UPLOADS_ROOT": str(folder / "uploads"),
        "STATIC_ROOT": str(folder / "static"),
        "DEBUG": "False",
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    return environment


@dataclass
class Site:
    """A running site: where it is, what it printed, and its private folder."""

    url: str
    folder: Path
    process: subprocess.Popen[str]

    def printed(self) -> str:
        return (self.folder / "run.log").read_text()

    def stop(self) -> None:
        """Press Ctrl-C."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(timeout=60)


def start_site(folder: Path) -> Site:
    """Start `make run` with its data in `folder` and wait until it answers."""
    port = free_port()
    environment = environment_of(folder) | {"PORT": str(port)}
    with (folder / "run.log").open("a") as log:
        process = subprocess.Popen(
            ["make", "run"], cwd=ROOT, env=environment, stdout=log, stderr=log, text=True, start_new_session=True
        )
    site = Site(f"http://127.0.0.1:{port}", folder, process)
    deadline = time.monotonic() + 180
    while not (answers(f"{site.url}/healthz") and answers(f"{site.url}/readyz")):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"make run did not come up:\n{site.printed()[-4000:]}")
        time.sleep(0.3)
    return site

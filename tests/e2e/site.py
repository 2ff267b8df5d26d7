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

from tests.prepared import ROOT, copy_installed, environment_of


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
    """Start `make run` with its data in `folder`, set up already, and wait until it answers."""
    port = free_port()
    copy_installed(folder)
    environment = environment_of(folder) | {"PORT": str(port)}
    with (folder / "run.log").open("a") as log:
        process = subprocess.Popen(
            ["make", "--old-file=setup", "run"],
            cwd=ROOT, env=environment, stdout=log, stderr=log, text=True, start_new_session=True,
        )  # fmt: skip
    site = Site(f"http://127.0.0.1:{port}", folder, process)
    deadline = time.monotonic() + 180
    while not (answers(f"{site.url}/healthz") and answers(f"{site.url}/readyz")):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"make run did not come up:\n{site.printed()[-4000:]}")
        time.sleep(0.3)
    return site

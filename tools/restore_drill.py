"""Restores a backup into an empty clone, exactly as docs/operator.md says, and compares the two sites.

    python tools/restore_drill.py

A clone of this repository is set up, gets words and a film of its own, and is backed up. A second clone then runs the
commands of docs/operator.md, "To restore", word by word; only the folder of the backup is another. Exits with 1 when a
command fails, when a row or a byte differs, or when the restored site does not serve the same pages. Installs packages,
so the first run needs a network.
"""

import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.uploads.real_server import free_port

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("/", "/exercises/", "/exercises/balloon-up/", "/faq/", "/before-you-start/")
DOCUMENTED_BACKUP = "/backup/2026-11-22"
FOLDERS = ("media", "var/originals", "var/uploads")
OWN_WORDS = """
from exercises.models import Exercise
exercise = Exercise.objects.get(slug="balloon-up")
exercise.lead = "These are words of our own."
exercise.save()
"""


def documented_commands() -> list[str]:
    """Return the commands of the block below "To restore" in docs/operator.md, without their comments."""
    guide = (ROOT / "docs" / "operator.md").read_text()
    block = re.search(r"^To restore.*?^```\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)
    if block is None:
        raise SystemExit("docs/operator.md no longer says how to restore a backup.")
    return [line.split("#")[0].strip() for line in block[1].splitlines()]


class Clone:
    """A clone of the repository in a folder of its own, run by `make` as an operator runs it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        # Nothing of the site that runs the drill: neither its settings nor its environment.
        settings = {line.partition("=")[0].strip("# ") for line in (ROOT / ".env.example").read_text().splitlines()}
        self.environment = {name: value for name, value in os.environ.items() if name not in settings}
        self.environment["PORT"] = str(self.port)
        subprocess.run(["/usr/bin/env", "git", "clone", "--quiet", str(ROOT), str(folder)], check=True)

    def run(self, command: str) -> None:
        """Run one command line in the clone; end the drill when it fails."""
        sys.stdout.write(f"{self.folder.name}$ {command}\n")
        sys.stdout.flush()
        shell = ["/bin/bash", "-c", command]
        if subprocess.run(shell, cwd=self.folder, env=self.environment, check=False).returncode:
            raise SystemExit(f"This command failed: {command}")

    @contextlib.contextmanager
    def served(self, command: str) -> Iterator[None]:
        """Serve the site with `command` for the time of a with statement."""
        sys.stdout.write(f"{self.folder.name}$ {command}\n")
        sys.stdout.flush()
        server = subprocess.Popen(
            ["/bin/bash", "-c", f"exec {command}"], cwd=self.folder, env=self.environment, start_new_session=True
        )
        try:
            self.wait_until_served()
            yield
        finally:
            os.killpg(server.pid, signal.SIGINT)
            server.wait(timeout=30)

    def wait_until_served(self, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                self.page("/healthz")
                return
            time.sleep(0.2)
        raise SystemExit(f"The site was not served within {seconds:.0f} seconds.")

    def page(self, path: str) -> bytes:
        """Return what a visitor gets at `path`, with the port left out of the site's own address."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as response:
            return bytes(response.read()).replace(f":{self.port}".encode(), b"")

    def rows(self) -> dict[str, list[str]]:
        """Return every row of every table."""
        with contextlib.closing(sqlite3.connect(self.folder / "var" / "db.sqlite3")) as database:
            tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='table'")]
            return {
                name: sorted(map(repr, database.execute(f'SELECT * FROM "{name}"')))  # noqa: S608
                for name in tables
            }

    def files(self) -> dict[str, bytes]:
        """Return the bytes of every film, still, original and unfinished upload."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for name in FOLDERS
            for path in (self.folder / name).rglob("*")
            if path.is_file()
        }


def used_site(folder: Path) -> Clone:
    """Return a clone with the programme, an edited exercise and half an upload."""
    site = Clone(folder)
    site.run("make setup")
    site.run(f".venv/bin/python manage.py shell -v 0 -c '{OWN_WORDS}'")
    uploads = folder / "var" / "uploads"
    uploads.mkdir(exist_ok=True)
    (uploads / "half").write_bytes(os.urandom(1_000_000))
    return site


def difference(before: dict, after: dict) -> list[str]:
    """Return the names whose values differ."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def differing_pages(site: Clone, copy: Clone, serve: str) -> list[str]:
    """Return the addresses where the two sites show visitors something else."""
    with site.served("make run"), copy.served(serve):
        return [path for path in PAGES if site.page(path) != copy.page(path)]


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="drill-") as temporary:
        backup = f"{temporary}/backup"
        site = used_site(Path(temporary) / "site")
        site.run(f".venv/bin/python manage.py back_up {backup}")
        rows, files = site.rows(), site.files()
        copy = Clone(Path(temporary) / "copy")
        *commands, serve = documented_commands()
        for command in commands:
            copy.run(command.replace(DOCUMENTED_BACKUP, backup))
        differences = difference(rows, copy.rows()) + difference(files, copy.files())
        differences += differing_pages(site, copy, serve)
    count = sum(map(len, rows.values()))
    result = f"different: {', '.join(differences)}" if differences else "all equal"
    sys.stdout.write(f"Compared {count} rows, {len(files)} files and {len(PAGES)} pages: {result}.\n")
    return int(bool(differences))


if __name__ == "__main__":
    raise SystemExit(main())

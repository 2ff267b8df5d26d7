"""Sites that are set up once for each state of the code; every server of the tests begins with a copy of one.

Setting up a site takes five CPU seconds, copying it a tenth of one. What has been set up is kept in `var/tests/`, for
all processes of a run and for the next run, under a name that is made of everything it depends on.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var" / "tests"
FRESH = 6 * 60 * 60  # seconds; the sessions in it end after twelve hours
NO_PART = {"docs", "figure", "media", "node_modules", "tests", "tools", "var"}

PEOPLE = """
import json, django
django.setup()
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
cookies = {}
for name in ("ana", "ben"):
    user = get_user_model().objects.create_superuser(name, f"{name}@example.org", "a long password")
    client = Client()
    client.force_login(user)
    cookies[name] = client.cookies[settings.SESSION_COOKIE_NAME].value
print(json.dumps(cookies))
"""


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


def copy_installed(folder: Path) -> None:
    """Copy what `make setup` makes into `folder`: programme, clips and static files, and nobody who can sign in."""
    with _prepared(_install) as made:
        shutil.copytree(made, folder, dirs_exist_ok=True)


def copy_static(folder: Path) -> None:
    """Copy the collected static files into `folder`."""
    with _prepared(_install) as made:
        shutil.copytree(made / "static", folder, dirs_exist_ok=True)


def copy_with_people(folder: Path, *, programme: bool) -> dict[str, str]:
    """Copy a site, empty or with the programme, into `folder`; return the session keys of its people, ana and ben."""
    with _prepared(_people_and_programme if programme else _people) as made:
        shutil.copytree(made, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("sessions.json"))
        sessions: dict[str, str] = json.loads((made / "sessions.json").read_text())
    return sessions


def _install(folder: Path) -> None:
    _run(folder, "make", "setup")


def _people(folder: Path) -> None:
    printed = _run(folder, sys.executable, "-W", "ignore", "-c", PEOPLE)
    (folder / "sessions.json").write_text(printed.splitlines()[-1])


def _people_and_programme(folder: Path) -> None:
    _people(folder)
    _run(folder, sys.executable, "manage.py", "load_programme", "--quiet")


def _run(folder: Path, *command: str) -> str:
    """Run a command of the site in `folder` and return what it prints."""
    environment = environment_of(folder) | {"DJANGO_SETTINGS_MODULE": "cdtrainer.settings"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[:2]} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


@contextmanager
def _prepared(set_up: Callable[[Path], None]) -> Iterator[Path]:
    """Give the folder that `set_up` has filled, now or earlier; no process changes it within this block."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        state = KEPT / _state()
        made = state / set_up.__name__.strip("_")
        if not _is_fresh(made):
            _clear(state, made)
            made.with_suffix(".part").mkdir(parents=True)
            set_up(made.with_suffix(".part"))
            made.with_suffix(".part").rename(made)
        yield made


def _is_fresh(made: Path) -> bool:
    return made.exists() and time.time() - made.stat().st_mtime < FRESH


def _clear(state: Path, made: Path) -> None:
    """Delete every other state of the code, and what is left of a stopped or an old preparation."""
    outdated = [path for path in KEPT.iterdir() if path.is_dir() and path != state]
    for path in [*outdated, made, made.with_suffix(".part")]:
        shutil.rmtree(path, ignore_errors=True)


def _state() -> str:
    """Return a hash of all that a site is made of: code, templates, static files, programme, settings, libraries."""
    digest = hashlib.sha256(f"{sys.prefix} {sys.version} {os.environ.get('SECRET_KEY')}".encode())
    folders = [path for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "." and path.name not in NO_PART]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    for path in sorted([*files, ROOT / "Makefile", ROOT / ".env"]):
        digest.update(f"{path.relative_to(ROOT)}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes() if path.exists() else b"").digest())
    return digest.hexdigest()[:16]

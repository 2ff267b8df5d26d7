"""What an editor and a worker write about the same clip at the same moment: nothing of either is lost."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 20


@pytest.fixture
def race(db, tmp_path):
    """Return a function that runs one of the races of `race.py` and returns what was lost in it."""
    connection.ensure_connection()
    with sqlite3.connect(tmp_path / "db.sqlite3") as copy:
        copy.executescript("\n".join(connection.connection.iterdump()))

    def run(kind):
        environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
            "MEDIA_ROOT": f"{tmp_path}/media",
            "ORIGINALS_ROOT": f"{tmp_path}/originals",
            "TMPDIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "cdtrainer.settings",
        }
        code = f"import django; django.setup(); from tests.clips import race; race.main({kind!r}, {ROUNDS})"
        command = [sys.executable, "-c", code]
        ended = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert (ended.returncode, ended.stderr) == (0, "")
        return ended.stdout.splitlines()

    return run


@pytest.mark.parametrize("kind", ["save", "replace", "turn"])
def test_nothing_is_lost_when_an_editor_saves_while_a_worker_publishes(race, kind):
    assert race(kind) == []


def test_a_form_that_wrote_the_whole_row_would_lose_films(race):
    assert "the worker's film" in " ".join(race("save carelessly"))

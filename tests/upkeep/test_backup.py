"""A backup is complete, can be checked, and makes an empty site the same as the one it came from."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.core.management import CommandError, call_command

from cdtrainer import __version__
from tests.factories import make_clip, make_question
from upkeep import backup


class Site:
    """A site of its own, run as its operator runs it."""

    def __init__(self, folder):
        self.folder = folder
        self.media, self.originals, self.uploads = (folder / name for name in ("media", "originals", "uploads"))
        self.database = folder / "var" / "db.sqlite3"

    def manage(self, *arguments):
        places = {
            "DATABASE_URL": f"sqlite:///{self.database}",
            "MEDIA_ROOT": self.media,
            "ORIGINALS_ROOT": self.originals,
            "UPLOADS_ROOT": self.uploads,
            "CACHE_URL": "locmemcache://",
        }
        return subprocess.run(
            [sys.executable, "manage.py", *map(str, arguments)],
            env=os.environ | {name: str(place) for name, place in places.items()},
            capture_output=True,
            text=True,
            check=False,
        )

    def rows(self):
        """Return every row of every table."""
        with closing(sqlite3.connect(self.database)) as database:
            tables = database.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY name").fetchall()
            return {
                name: sorted(map(repr, database.execute(f'SELECT * FROM "{name}"')))  # noqa: S608
                for (name,) in tables
            }

    def files(self):
        """Return the bytes of every file."""
        folders = (self.media, self.originals, self.uploads)
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for folder in folders
            for path in folder.rglob("*")
            if path.is_file()
        }


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_a_backup_of_a_used_site_makes_an_empty_one_the_same(tmp_path):
    site, copy = Site(tmp_path / "site"), Site(tmp_path / "copy")
    site.database.parent.mkdir(parents=True)
    assert site.manage("migrate", "--verbosity=0").returncode == 0
    assert site.manage("load_programme", "--quiet", "--clips", tmp_path / "none").returncode == 0
    write(site.media / "clips/abc/film.mp4", os.urandom(3_000_000))
    write(site.originals / "abc/1", b"as it came from the phone")
    write(site.uploads / "half", b"")
    with closing(sqlite3.connect(site.database)) as visitor:  # the site runs: somebody has the database open
        visitor.execute("BEGIN")
        visitor.execute("SELECT count(*) FROM exercises_exercise").fetchone()
        backed_up = site.manage("back_up", tmp_path / "backup")
    assert backed_up.returncode == 0, backed_up.stderr
    assert site.manage("verify_backup", tmp_path / "backup").stdout.startswith("Sound: ")

    restored = copy.manage("restore_backup", tmp_path / "backup")

    assert restored.returncode == 0, restored.stderr
    assert copy.rows() == site.rows()
    assert len(copy.rows()["exercises_exercise"]) > 20
    assert copy.files() == site.files()
    assert copy.manage("migrate", "--check").returncode == 0
    again = copy.manage("restore_backup", tmp_path / "backup")
    assert again.returncode == 1
    assert "This site is not empty" in again.stderr
    assert copy.rows() == site.rows()


@pytest.fixture
def backup_folder(transactional_db, tmp_path, settings):
    """A backup of a small site."""
    settings.UPLOADS_ROOT = tmp_path / "uploads"
    make_clip()
    storages["originals"].save("abc/1", ContentFile(b"as it came from the phone"))
    folder = tmp_path / "backup"
    call_command("back_up", folder)
    return folder


def test_the_manifest_names_every_file_with_its_sum_and_the_versions(backup_folder):
    manifest = json.loads((backup_folder / "manifest.json").read_text())

    assert {name.partition("/")[0] for name in manifest["files"]} == {
        manifest["database"]["file"],
        "media",
        "originals",
    }
    assert manifest["files"]["originals/abc/1"] == {
        "sha256": "7a9f29ac9a440fd97713f0161a589f38df3947a2d8c89b457ac643fc6bd413df",
        "bytes": 25,
    }
    assert "texts.0001_initial" in manifest["migrations"]
    assert manifest["site"] == __version__
    assert backup_folder.stat().st_mode & 0o077 == 0


def test_a_backup_needs_a_folder_of_its_own(backup_folder):
    with pytest.raises(CommandError, match="is not empty"):
        call_command("back_up", backup_folder)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / "originals/abc/1").unlink(), "originals/abc/1 is missing"),
        (lambda folder: (folder / "originals/abc/1").write_bytes(b"x"), "originals/abc/1 has changed"),
        (lambda folder: (folder / "media/more").write_bytes(b"x"), "media/more does not belong"),
        (lambda folder: (folder / "manifest.json").unlink(), "no complete backup"),
        (lambda folder: (folder / "manifest.json").write_text("{"), "is damaged"),
        (lambda folder: (folder / "manifest.json").write_text('{"format": 2}'), "another version"),
        (lambda folder: next(folder.glob("database.*")).write_bytes(b"x"), r"database\.\w+ has changed"),
    ],
)
def test_a_damaged_backup_is_noticed_and_never_restored(backup_folder, damage, message):
    damage(backup_folder)

    with pytest.raises(CommandError, match=message):
        call_command("verify_backup", backup_folder)
    with pytest.raises(CommandError, match=message):
        call_command("restore_backup", backup_folder)


def test_a_site_with_texts_or_films_of_its_own_is_left_alone(backup_folder):
    with pytest.raises(CommandError, match="This site is not empty: it has"):
        call_command("restore_backup", backup_folder)


def test_a_backup_of_a_newer_version_is_refused(backup_folder, transactional_db):
    path = backup_folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["migrations"].append("texts.0999_from_the_future")
    path.write_text(json.dumps(manifest))

    with pytest.raises(CommandError, match="newer version of the site"):
        call_command("restore_backup", backup_folder)


def test_a_file_that_is_deleted_while_it_is_copied_stops_nothing(transactional_db, tmp_path, monkeypatch, settings):
    settings.UPLOADS_ROOT = tmp_path / "uploads"
    clip = make_clip()
    walk = backup.walk
    monkeypatch.setattr(backup, "walk", lambda storage, folder="": [*walk(storage, folder), "gone"])

    backup.make(tmp_path / "backup")

    assert (tmp_path / "backup/media" / clip.film.name).is_file()
    assert not (tmp_path / "backup/media/gone").exists()


def test_a_film_that_arrives_during_the_backup_is_in_it(transactional_db, tmp_path, monkeypatch, settings):
    settings.UPLOADS_ROOT = tmp_path / "uploads"
    write(tmp_path / "uploads/film", b"half")
    dump = backup.dump_database

    def slow_dump(folder):
        make_question()
        storages["originals"].save("new/1", ContentFile(b"new"))
        write(Path(settings.UPLOADS_ROOT) / "film", b"half and whole")
        return dump(folder)

    monkeypatch.setattr(backup, "dump_database", slow_dump)

    backup.make(tmp_path / "backup")

    assert (tmp_path / "backup/originals/new/1").read_bytes() == b"new"
    assert (tmp_path / "backup/uploads/film").read_bytes() == b"half and whole"
    backup.verify(tmp_path / "backup")


def test_an_upload_that_is_taken_over_between_the_two_copies_is_not_in_the_backup(
    transactional_db, tmp_path, monkeypatch, settings
):
    settings.UPLOADS_ROOT = tmp_path / "uploads"
    upload = tmp_path / "uploads/film"
    write(upload, b"half")
    dump, size = backup.dump_database, FileSystemStorage.size

    def slow_dump(folder):
        write(upload, b"half and whole")
        return dump(folder)

    def size_before_it_is_gone(storage, name):
        bytes_there = size(storage, name)
        if name == "film":
            upload.unlink()
        return bytes_there

    monkeypatch.setattr(backup, "dump_database", slow_dump)
    monkeypatch.setattr(FileSystemStorage, "size", size_before_it_is_gone)

    backup.make(tmp_path / "backup")

    assert not (tmp_path / "backup/uploads/film").exists()
    backup.verify(tmp_path / "backup")

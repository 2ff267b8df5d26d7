"""A backup in a folder: the database, every file of the site, and a manifest that can be checked at any time.

```
manifest.json            written last: a folder without it is no backup
database.sqlite3         or database.dump, from PostgreSQL
media/ originals/ uploads/
```
A backup is made while the site runs. Files are copied before the database and, those that have come since, once more
after it: so every file that the copy of the database names is there. Files never change under their name; only
uploads grow.
"""

import hashlib
import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import django
from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from cdtrainer import __version__

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK_SIZE = 1024 * 1024  # bytes held in memory at once
IGNORED_FILES = (".gitkeep",)

Manifest = dict[str, Any]
Fingerprint = dict[str, Any]  # of a file: its "sha256" and its size in "bytes"


class BackupError(Exception):
    """Why a backup cannot be made, trusted or restored, in words for the operator."""


@dataclass(frozen=True)
class Summary:
    """What a backup holds."""

    files: int
    size: int  # bytes, the database included
    made_at: str


def summary(manifest: Manifest) -> Summary:
    files = manifest["files"].values()
    return Summary(len(files), sum(file["bytes"] for file in files), manifest["made_at"])


# Making one ----------------------------------------------------------------------------


def make(folder: Path) -> Summary:
    """Back the site up into `folder`, which has to be new or empty.

    Raises:
        BackupError: when it is not, or the database cannot be copied.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(f"{folder} is not empty. Every backup needs a folder of its own.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    files: dict[str, Fingerprint] = {}
    copy_files(folder, files)
    database = dump_database(folder)
    copy_files(folder, files)
    files[database.name] = fingerprint(database)
    manifest = manifest_of(files, database)
    partial = folder / f"{MANIFEST}.part"
    partial.write_text(json.dumps(manifest, indent=1))
    partial.replace(folder / MANIFEST)
    return summary(manifest)


def manifest_of(files: dict[str, Fingerprint], database: Path) -> Manifest:
    """Return what the manifest of a backup made now says."""
    return {
        "format": FORMAT,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "site": __version__,
        "django": django.get_version(),
        "database": {"vendor": connection.vendor, "file": database.name},
        "migrations": sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()),
        "files": dict(sorted(files.items())),
    }


def file_storages() -> dict[str, Storage]:
    """Return every storage in which the site keeps files, by the name of its folder in a backup."""
    return {
        "media": storages["default"],
        "originals": storages["originals"],
        "uploads": FileSystemStorage(location=settings.UPLOADS_ROOT),
    }


def walk(storage: Storage, folder: str = "") -> Iterator[str]:
    """Yield the names of all files in a storage; there may be none yet."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(files):
        if name not in IGNORED_FILES:
            yield f"{folder}{name}"
    for name in sorted(folders):
        yield from walk(storage, f"{folder}{name}/")


def copy_files(folder: Path, copied: dict[str, Fingerprint]) -> None:
    """Copy what is not in `copied` yet into the backup, and add its fingerprint there.

    An upload that has grown since it was copied is copied again.
    """
    for prefix, storage in file_storages().items():
        for name in walk(storage):
            path = f"{prefix}/{name}"
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                if path in copied and copied[path]["bytes"] == storage.size(name):
                    continue
                with storage.open(name) as source, target.open("wb") as copy:
                    copied[path] = copy_and_hash(source, copy)
            except FileNotFoundError:  # deleted in the meantime
                target.unlink(missing_ok=True)
                copied.pop(path, None)


def copy_and_hash(source: Any, target: IO[bytes] | None) -> Fingerprint:
    """Copy a file and return its fingerprint; only read it when there is no `target`."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK_SIZE):
        digest.update(chunk)
        size += len(chunk)
        if target:
            target.write(chunk)
    if target:
        target.flush()
        os.fsync(target.fileno())
    return {"sha256": digest.hexdigest(), "bytes": size}


def fingerprint(path: Path) -> Fingerprint:
    with path.open("rb") as file:
        return copy_and_hash(file, None)


def dump_database(folder: Path) -> Path:
    """Copy the database into the backup and return the file.

    Raises:
        BackupError: when it is neither SQLite nor PostgreSQL, or pg_dump fails.
    """
    if connection.vendor == "sqlite":
        target = folder / "database.sqlite3"
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(target)])
        return target
    if connection.vendor == "postgresql":
        target = folder / "database.dump"
        run_postgres("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")
        return target
    raise BackupError(f"This command does not know how to copy a {connection.display_name} database.")


def run_postgres(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs on the site's database; the password goes through the environment.

    Raises:
        BackupError: with the program's error output.
    """
    options = connection.settings_dict
    server = {"--host": options["HOST"], "--port": options["PORT"], "--username": options["USER"]}
    command = [program, *arguments, *(f"{flag}={value}" for flag, value in server.items() if value)]
    command.append(f"--dbname={options['NAME']}")
    environment = os.environ | ({"PGPASSWORD": options["PASSWORD"]} if options["PASSWORD"] else {})
    try:
        subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise BackupError(f"{program} is not installed here. It comes with PostgreSQL's client programs.") from error
    except subprocess.CalledProcessError as error:
        raise BackupError(f"{program}: {error.stderr.strip()}") from error


# Checking one --------------------------------------------------------------------------


def verify(folder: Path) -> Summary:
    """Read every byte of a backup again and compare it with its manifest.

    Raises:
        BackupError: naming everything that is missing, changed or not in the manifest.
    """
    return summary(verified_manifest(folder))


def verified_manifest(folder: Path) -> Manifest:
    """Return the manifest of a backup in which every file is as the manifest says.

    Raises:
        BackupError: naming everything that is missing, changed or not in the manifest.
    """
    manifest = read_manifest(folder)
    problems = file_problems(folder, manifest["files"])
    if not problems and manifest["database"]["vendor"] == "sqlite":
        problems = sqlite_problems(folder / manifest["database"]["file"])
    if problems:
        raise BackupError(f"{folder} is not sound.\n" + "\n".join(problems))
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest in `folder`.

    Raises:
        BackupError: when there is none, or none that this version understands.
    """
    path = folder / MANIFEST
    try:
        manifest: Manifest = json.loads(path.read_text())
    except FileNotFoundError as error:
        raise BackupError(f"{folder} holds no complete backup: there is no {MANIFEST}.") from error
    except ValueError as error:
        raise BackupError(f"{path} is damaged: {error}") from error
    if manifest.get("format") != FORMAT:
        raise BackupError(f"{folder} was made by another version of this site, in a form that this one cannot read.")
    return manifest


def file_problems(folder: Path, files: dict[str, Fingerprint]) -> list[str]:
    """Return a sentence for each file that is missing, has changed or does not belong to the backup."""
    problems = []
    for name, expected in files.items():
        path = folder / name
        if not is_inside(path, folder) or not path.is_file():
            problems.append(f"{name} is missing.")
        elif fingerprint(path) != expected:
            problems.append(f"{name} has changed.")
    present = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    return problems + [f"{name} does not belong to it." for name in sorted(present - files.keys() - {MANIFEST})]


def is_inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def sqlite_problems(path: Path) -> list[str]:
    """Return what SQLite finds wrong with a database file, ten lines of it at most."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as database:
        try:
            messages = [row[0] for row in database.execute("PRAGMA integrity_check")]
        except sqlite3.DatabaseError as error:
            messages = [str(error)]
    return [] if messages == ["ok"] else [f"{path.name}: {message}" for message in messages[:10]]

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
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import django
from django.apps import apps
from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from cdtrainer import __version__

FORMAT = 1
MANIFEST = "manifest.json"
PIECE = 1024 * 1024  # bytes held in memory at once
IGNORED = (".gitkeep",)
#: Tables that a site has rows in before anybody has used it.
BORN_WITH = ("contenttypes", "auth.permission", "auth.group", "texts.contentversion", "sessions")


class BackupError(Exception):
    """Why a backup cannot be made, trusted or restored, in words for the operator."""


@dataclass(frozen=True)
class Summary:
    """What a backup holds."""

    files: int
    size: int  # bytes, the database included
    made_at: str


# Making one ----------------------------------------------------------------------------


def make(folder: Path) -> Summary:
    """Back the site up into `folder`, which has to be new or empty.

    Raises:
        BackupError: when it is not, or the database cannot be copied.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(f"{folder} is not empty. Every backup needs a folder of its own.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    files: dict[str, dict[str, Any]] = {}
    copy_files(folder, files)
    database = dump_database(folder)
    copy_files(folder, files)
    files[database.name] = fingerprint(database)
    manifest = {
        "format": FORMAT,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "site": __version__,
        "django": django.get_version(),
        "database": {"vendor": connection.vendor, "file": database.name},
        "migrations": sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()),
        "files": dict(sorted(files.items())),
    }
    unfinished = folder / f"{MANIFEST}.part"
    unfinished.write_text(json.dumps(manifest, indent=1))
    unfinished.replace(folder / MANIFEST)
    return summary(manifest)


def summary(manifest: dict[str, Any]) -> Summary:
    files = manifest["files"].values()
    return Summary(len(files), sum(file["bytes"] for file in files), manifest["made_at"])


def rooms() -> dict[str, Storage]:
    """Return every place where the site keeps files, by the name of its folder in a backup."""
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
        if name not in IGNORED:
            yield f"{folder}{name}"
    for name in sorted(folders):
        yield from walk(storage, f"{folder}{name}/")


def copy_files(folder: Path, known: dict[str, dict[str, Any]]) -> None:
    """Copy what is not `known` yet into the backup, and note its size and SHA-256.

    An upload that has grown since it was copied is copied again.
    """
    for room, storage in rooms().items():
        for name in walk(storage):
            path = f"{room}/{name}"
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                if path in known and known[path]["bytes"] == storage.size(name):
                    continue
                with storage.open(name) as source, target.open("wb") as copy:
                    known[path] = copied(source, copy)
            except FileNotFoundError:  # deleted in the meantime
                target.unlink(missing_ok=True)


def copied(source: Any, target: IO[bytes] | None) -> dict[str, Any]:
    """Copy a file and return its size and SHA-256; only read it when there is no `target`."""
    digest, size = hashlib.sha256(), 0
    while piece := source.read(PIECE):
        digest.update(piece)
        size += len(piece)
        if target:
            target.write(piece)
    if target:
        target.flush()
        os.fsync(target.fileno())
    return {"sha256": digest.hexdigest(), "bytes": size}


def fingerprint(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return copied(file, None)


def dump_database(folder: Path) -> Path:
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


def run_postgres(program: str, *arguments: str, database: str = "--dbname") -> None:
    """Run one of PostgreSQL's own programs on the site's database; the password goes through the environment.

    Raises:
        BackupError: with what the program said.
    """
    options = connection.settings_dict
    given = {"--host": options["HOST"], "--port": options["PORT"], "--username": options["USER"]}
    command = [program, *arguments]
    command += [f"{name}={value}" for name, value in given.items() if value]
    command.append(f"{database}={options['NAME']}")
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
    return summary(verified(folder))


def verified(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError as error:
        raise BackupError(f"{folder} holds no complete backup: there is no {MANIFEST}.") from error
    except ValueError as error:
        raise BackupError(f"{path} is damaged: {error}") from error
    if manifest.get("format") != FORMAT:
        raise BackupError(f"{folder} was made by another version of this site, in a form that this one cannot read.")
    wrong = []
    for name, expected in manifest["files"].items():
        file = folder / name
        if not is_inside(file, folder) or not file.is_file():
            wrong.append(f"{name} is missing.")
        elif fingerprint(file) != expected:
            wrong.append(f"{name} has changed.")
    found = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    wrong += [f"{name} does not belong to it." for name in sorted(found - manifest["files"].keys() - {MANIFEST})]
    if not wrong and manifest["database"]["vendor"] == "sqlite":
        wrong += broken_sqlite(folder / manifest["database"]["file"])
    if wrong:
        raise BackupError(f"{folder} is not sound.\n" + "\n".join(wrong))
    return manifest


def is_inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def broken_sqlite(path: Path) -> list[str]:
    opened = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        said = [row[0] for row in opened.execute("PRAGMA integrity_check")]
    except sqlite3.DatabaseError as error:
        said = [str(error)]
    finally:
        opened.close()
    return [] if said == ["ok"] else [f"{path.name}: {line}" for line in said[:10]]


# Restoring one -------------------------------------------------------------------------


def restore(folder: Path) -> Summary:
    """Put a backup into an empty site. Nothing is written before all of it has been checked.

    Raises:
        BackupError: when the backup is not sound, comes from a newer version or another kind of database, or when
            the site holds anything that the backup does not.
    """
    manifest = verified(folder)
    if connection.vendor == "sqlite":
        Path(str(connection.settings_dict["NAME"])).parent.mkdir(parents=True, exist_ok=True)
    refuse_other_database(manifest)
    refuse_newer(manifest)
    refuse_used_site(manifest)
    for name in manifest["files"]:
        room, _slash, path = name.partition("/")
        if path:
            put_back(folder / name, rooms()[room], path)
    # Last: a site without rows can be restored again after an interruption.
    restore_database(folder / manifest["database"]["file"])
    return summary(manifest)


def refuse_other_database(manifest: dict[str, Any]) -> None:
    vendor = manifest["database"]["vendor"]
    if vendor != connection.vendor:
        raise BackupError(f"The backup comes from {vendor}, and DATABASE_URL says {connection.vendor}.")


def refuse_newer(manifest: dict[str, Any]) -> None:
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    ours = {app.label for app in apps.get_app_configs()}
    newer = [name for name in manifest["migrations"] if name not in known and name.partition(".")[0] in ours]
    if newer:
        raise BackupError(f"The backup comes from a newer version of the site (it knows {newer[0]}). Upgrade first.")


def refuse_used_site(manifest: dict[str, Any]) -> None:
    """Refuse to overwrite anything. Files that an interrupted restore of this very backup left do not count."""
    tables = set(connection.introspection.table_names())
    for model in apps.get_models():
        label = model._meta.label_lower
        born = label in BORN_WITH or model._meta.app_label in BORN_WITH
        if model._meta.db_table in tables and not born and model._base_manager.exists():
            raise BackupError(
                f"This site is not empty: it has {model._meta.verbose_name_plural}. Restore into a new, empty site."
            )
    for room, storage in rooms().items():
        for name in walk(storage):
            expected = manifest["files"].get(f"{room}/{name}")
            if expected is None or fingerprint_in(storage, name) != expected:
                raise BackupError(f"This site is not empty: it has {room}/{name}. Restore into a new, empty site.")


def fingerprint_in(storage: Storage, name: str) -> dict[str, Any]:
    with storage.open(name) as file:
        return copied(file, None)


def put_back(source: Path, storage: Storage, name: str) -> None:
    if storage.exists(name):  # from an interrupted restore, and checked
        return
    with source.open("rb") as file:
        saved = storage.save(name, File(file))
    if saved != name:
        raise BackupError(f"{name} could not be put back under its name.")


def restore_database(source: Path) -> None:
    if connection.vendor == "postgresql":
        run_postgres(
            "pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error", str(source)
        )
        return
    target = Path(str(connection.settings_dict["NAME"]))
    connection.close()
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.part")
    shutil.copyfile(source, unfinished)
    with unfinished.open("rb") as file:
        os.fsync(file.fileno())
    for ending in ("-wal", "-shm"):  # they belong to the database that is replaced
        target.with_name(target.name + ending).unlink(missing_ok=True)
    unfinished.replace(target)

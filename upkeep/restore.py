"""Putting a backup into an empty site. Nothing that is there is ever overwritten."""

import os
import shutil
from pathlib import Path

from django.apps import apps
from django.core.files import File
from django.core.files.storage import Storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from upkeep.backup import (
    BackupError,
    Fingerprint,
    Manifest,
    Summary,
    copy_and_hash,
    file_storages,
    run_postgres,
    summary,
    verified_manifest,
    walk,
)

#: Apps and models that have rows before anybody has used the site.
IGNORED_TABLES = ("contenttypes", "auth.permission", "auth.group", "texts.contentversion", "sessions")


def restore(folder: Path) -> Summary:
    """Put a backup into an empty site. Nothing is written before all of it has been checked.

    Raises:
        BackupError: when the backup is not sound, comes from a newer version or another kind of database, or when
            the site holds anything that the backup does not.
    """
    manifest = verified_manifest(folder)
    if connection.vendor == "sqlite":
        Path(str(connection.settings_dict["NAME"])).parent.mkdir(parents=True, exist_ok=True)
    refuse_other_database(manifest)
    refuse_newer(manifest)
    refuse_used_database()
    refuse_used_storages(manifest)
    for name in manifest["files"]:
        prefix, _slash, path = name.partition("/")
        if path:
            restore_file(folder / name, file_storages()[prefix], path)
    # Last: a site without rows can be restored again after an interruption.
    restore_database(folder / manifest["database"]["file"])
    return summary(manifest)


def refuse_other_database(manifest: Manifest) -> None:
    vendor = manifest["database"]["vendor"]
    if vendor != connection.vendor:
        raise BackupError(f"The backup comes from {vendor}, and DATABASE_URL says {connection.vendor}.")


def refuse_newer(manifest: Manifest) -> None:
    """Refuse a backup with migrations that this version of the site does not have."""
    migrations = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    labels = {app.label for app in apps.get_app_configs()}
    newer = [name for name in manifest["migrations"] if name not in migrations and name.partition(".")[0] in labels]
    if newer:
        raise BackupError(f"The backup comes from a newer version of the site (it knows {newer[0]}). Upgrade first.")


def refuse_used_database() -> None:
    """Refuse to overwrite any row."""
    tables = set(connection.introspection.table_names())
    for model in apps.get_models():
        meta = model._meta
        ignored = meta.label_lower in IGNORED_TABLES or meta.app_label in IGNORED_TABLES
        if meta.db_table in tables and not ignored and model._base_manager.exists():
            raise BackupError(
                f"This site is not empty: it has {meta.verbose_name_plural}. Restore into a new, empty site."
            )


def refuse_used_storages(manifest: Manifest) -> None:
    """Refuse to overwrite any file. Those that an interrupted restore of this very backup left do not count."""
    for prefix, storage in file_storages().items():
        for name in walk(storage):
            expected = manifest["files"].get(f"{prefix}/{name}")
            if expected is None or stored_fingerprint(storage, name) != expected:
                raise BackupError(f"This site is not empty: it has {prefix}/{name}. Restore into a new, empty site.")


def stored_fingerprint(storage: Storage, name: str) -> Fingerprint:
    with storage.open(name) as file:
        return copy_and_hash(file, None)


def restore_file(source: Path, storage: Storage, name: str) -> None:
    """Put a file of the backup into its storage.

    Raises:
        BackupError: when the storage gave it another name.
    """
    if storage.exists(name):  # from an interrupted restore, and checked
        return
    with source.open("rb") as file:
        stored_name = storage.save(name, File(file))
    if stored_name != name:
        raise BackupError(f"{name} could not be put back under its name.")


def restore_database(source: Path) -> None:
    """Replace the site's database by the copy in a backup."""
    if connection.vendor == "postgresql":
        run_postgres(
            "pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error", str(source)
        )
        return
    target = Path(str(connection.settings_dict["NAME"]))
    connection.close()
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.part")
    shutil.copyfile(source, partial)
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    for ending in ("-wal", "-shm"):  # they belong to the database that is replaced
        target.with_name(target.name + ending).unlink(missing_ok=True)
    partial.replace(target)

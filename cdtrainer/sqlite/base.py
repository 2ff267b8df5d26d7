"""Django's SQLite backend, which waits for a lock without keeping anybody else from running.

SQLite would wait inside C, where gevent cannot answer another request meanwhile: two writers that waited stopped both
web processes. Here SQLite answers "busy" at once, and what can be tried again safely is: a statement outside a
transaction (BEGIN IMMEDIATE above all), opening the database, and COMMIT. A statement within a transaction is not: with
BEGIN IMMEDIATE it holds the lock already, and otherwise two of them might wait for each other.
"""

import logging
import os
import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from django.db import Error as DatabaseError
from django.db.backends.sqlite3 import base

from cdtrainer.sqlite import patience

log = logging.getLogger(__name__)
T = TypeVar("T")

FIRST_PAUSE, LONGEST_PAUSE = 0.005, 0.1  # seconds


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that waits as long as `patience` says."""

    def get_connection_params(self) -> dict[str, Any]:
        return super().get_connection_params() | {"timeout": 0}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        is_new = self.has_file() and not has_content(conn_params["database"])
        connection = when_free(partial(super().get_new_connection, conn_params))
        if is_new:
            when_free(partial(use_write_ahead_log, connection))
        if self.has_file():
            keeper.hold(conn_params["database"])
        return connection

    def has_file(self) -> bool:
        return not self.is_in_memory_db()

    def create_cursor(self, name: Any = None) -> Any:
        return self.connection.cursor(factory=PatientCursor)

    def _commit(self) -> None:
        when_free(super()._commit)  # type: ignore[misc]


class PatientCursor(base.SQLiteCursorWrapper):
    """A cursor that tries a statement again while the database is busy, but not within a transaction."""

    def execute(self, query: Any, params: Any = None) -> Any:
        statement = partial(super().execute, query, params)
        return when_free(statement, is_safe=lambda: not self.connection.in_transaction)


def when_free(action: Callable[[], T], is_safe: Callable[[], bool] = lambda: True) -> T:
    """Return what `action` returns, trying it again while the database is busy and `is_safe` allows it.

    Raises:
        sqlite3.OperationalError: when it is still busy after all the patience there is, or for any other reason.
    """
    left = patience.current()
    pause = FIRST_PAUSE
    while True:
        try:
            return action()
        except (sqlite3.OperationalError, DatabaseError) as error:
            if not is_busy(error) or not is_safe() or not left.wait(pause):
                raise
        pause = min(pause * 2, LONGEST_PAUSE)


def is_busy(error: Exception) -> bool:
    """Whether an error, as SQLite or Django tells it, means that somebody else has the lock."""
    code = getattr(error, "sqlite_errorcode", None) or getattr(error.__cause__, "sqlite_errorcode", None) or 0
    return code & 0xFF == sqlite3.SQLITE_BUSY and code != sqlite3.SQLITE_BUSY_SNAPSHOT


def has_content(database: Any) -> bool:
    """Whether there is a database already in this file."""
    try:
        return os.stat(database).st_size > 0  # noqa: PTH116 - Django allows a name that is no path
    except OSError:
        return False


def use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Let readers read while somebody writes. The file remembers it: doing this each time would write to the disk."""
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        connection.execute("PRAGMA journal_mode = WAL")


class Keeper:
    """Keeps one connection of a serving process open, so that the files beside the database stay.

    The last connection that closes removes `-wal` and `-shm`; the next one has to make them again, which takes time
    and, on a full disk, fails: then nobody could even read.
    """

    def __init__(self) -> None:
        self.is_wanted = False
        self.connection: sqlite3.Connection | None = None

    def hold(self, database: Any) -> None:
        """Open the kept connection, when this process wants one and has none yet; the next request tries again."""
        if not self.is_wanted or self.connection is not None:
            return
        try:
            connection = sqlite3.connect(database, timeout=0, check_same_thread=False, uri=True)
            use_write_ahead_log(connection)
            connection.execute("SELECT 1 FROM sqlite_master").fetchall()
        except sqlite3.Error as error:
            log.warning("The database cannot be kept open: %s", error)
            return
        self.connection = connection


keeper = Keeper()


def keep_open() -> None:
    """Keep the database open from now on in this process; called by what serves, after it has been forked."""
    from django.db import connection

    keeper.is_wanted = True
    if connection.vendor != "sqlite":
        return
    try:
        with patience.at_most(patience.READING):
            connection.ensure_connection()
    except DatabaseError as error:
        log.warning("The database does not answer yet: %s", error)
    connection.close()

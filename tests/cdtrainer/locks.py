"""Another process that holds the lock of an SQLite database."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOLD = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=5)
try:
    if sys.argv[2] == "exclusive":
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("BEGIN EXCLUSIVE")
    else:
        database.execute("BEGIN IMMEDIATE")
except sqlite3.OperationalError as error:
    sys.exit(print(error, flush=True))
print("held", flush=True)
sys.stdin.read()
database.commit()
"""


@contextmanager
def held_lock(database: Path | str, mode: str = "write") -> Iterator[None]:
    """Hold the lock within this block: `write` as a long save does, `exclusive` to keep readers away as well.

    Raises:
        sqlite3.OperationalError: when the lock cannot be had within five seconds.
    """
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database), mode], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        answer = holder.stdout.readline().strip() if holder.stdout else ""
        if answer != "held":
            raise sqlite3.OperationalError(answer)
        yield
    finally:
        holder.communicate("")

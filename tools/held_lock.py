"""Holds the database's lock for 30 seconds while visitors read, staff save and strangers ask for passkeys.

    python tools/held_lock.py [SECONDS] [write|exclusive]

`write` is what a long save or a VACUUM does (BEGIN IMMEDIATE); `exclusive` wants to keep readers away as well. Before
that, the same visitors come for ten seconds without a lock. Exits with 1 when a visitor waits half a second longer for
a page that is kept than without the lock, or more than three seconds for one that is not.
"""

import itertools
import sqlite3
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.cdtrainer.locks import held_lock
from tests.uploads.real_server import CSRF, RealServer
from tools.visitors import HEADINGS, KEPT_PAGES, Visits, searches, visitors

PASSKEY = "/admin/account/2fa/webauthn/login/"
QUIET_SECONDS = 10.0


def trial(server: RealServer, seconds: float, mode: str | None) -> list[Visits]:
    """Let visitors come for `seconds` while another process holds the lock, or nobody does; return what they met."""
    name = f"lock: {mode}" if mode else "no lock"
    kinds = ("pages that are kept", "pages that are not", "passkeys asked for", "a save")
    kept, new, passkeys, save = (Visits(f"{name}, {kind}") for kind in kinds)
    for path in [*KEPT_PAGES, next(searches())] * 10:  # each process has its own cache
        Visits("").visit(server.port, path)
    words = {"name": f"Knee {mode}", "slug": f"knee-{mode}", "position": "1", "csrfmiddlewaretoken": CSRF}
    form = ("/admin/exercises/bodypart/add/", words, {"Cookie": server.headers()["Cookie"]})
    saving = threading.Thread(target=save.visit, args=(server.port, *form))
    with ExitStack() as stack:
        stack.enter_context(visitors(server.port, kept, itertools.cycle(KEPT_PAGES), 4))
        stack.enter_context(visitors(server.port, new, searches()))
        ajax = {"X-Requested-With": "XMLHttpRequest"}
        stack.enter_context(visitors(server.port, passkeys, itertools.repeat(PASSKEY), 2, ajax))
        if mode:
            stack.enter_context(held_lock(server.folder / "db.sqlite3", mode))
        saving.start()
        time.sleep(seconds)
    saving.join()
    return [kept, new, passkeys, save]


def main(seconds: float, mode: str) -> int:
    with tempfile.TemporaryDirectory(prefix="cdtrainer-lock-") as folder:
        server = RealServer(Path(folder), programme=True)
        server.start()
        try:
            quiet = trial(server, QUIET_SECONDS, None)
            try:
                locked = trial(server, seconds, mode)
            except sqlite3.OperationalError as error:
                sys.stdout.write(f"Nobody else can have this lock while the site is served: {error}.\n")
                return 0
        finally:
            server.kill()
    sys.stdout.write(HEADINGS)
    sys.stdout.writelines(visits.line() for visits in [*quiet, *locked])
    return int(locked[0].worst > quiet[0].worst + 0.5 or locked[1].worst > max(3.0, quiet[1].worst + 0.5))


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 30, sys.argv[2] if len(sys.argv) > 2 else "write"))

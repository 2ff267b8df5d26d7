"""Visitors who keep asking a running site for pages, and note how long each of them waited."""

import http.client
import itertools
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlencode

PAUSE = 0.05  # seconds between two visits of the same visitor
KEPT_PAGES = ("/", "/stages/", "/stages/1/", "/exercises/", "/faq/")
HEADINGS = f"{'':<34} {'visits':>6} {'median s':>8} {'worst s':>8}   answers\n"


class Visits:
    """What visitors of one kind met: the seconds each of them waited, and the answers."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.waits: list[float] = []
        self.answers: Counter[str] = Counter()

    @property
    def worst(self) -> float:
        return max(self.waits, default=0.0)

    def line(self) -> str:
        """Return this row of the table under `HEADINGS`."""
        middle = statistics.median(self.waits) if self.waits else 0
        answers = ", ".join(f"{count} x {answer}" for answer, count in sorted(self.answers.items()))
        return f"{self.name:<34} {len(self.waits):>6} {middle:>8.3f} {self.worst:>8.3f}   {answers}\n"

    def visit(
        self, port: int, path: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        """Ask the site on `port` for `path`, or send `form` there, on a connection of its own."""
        sent = dict(headers or {})
        if form:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        begun = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=90)
        try:
            connection.request("POST" if form else "GET", path, urlencode(form) if form else None, sent)
            response = connection.getresponse()
            response.read()
            answer = str(response.status)
        except (OSError, http.client.HTTPException) as error:
            answer = type(error).__name__
        finally:
            connection.close()
        self.waits.append(time.monotonic() - begun)
        self.answers[answer] += 1


def searches() -> Iterator[str]:
    """Yield addresses that nobody has asked for before, so that no cache has their pages."""
    return (f"/search/?q=neck+{number}" for number in itertools.count(time.monotonic_ns()))


@contextmanager
def visitors(
    port: int, visits: Visits, addresses: Iterable[str], number: int = 1, headers: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Have `number` visitors come again and again within this block."""
    over = threading.Event()
    waiting, lock = iter(addresses), threading.Lock()

    def come() -> None:
        while not over.wait(PAUSE):
            with lock:
                path = next(waiting)
            visits.visit(port, path, headers=headers)

    people = [threading.Thread(target=come) for _ in range(number)]
    for person in people:
        person.start()
    try:
        yield
    finally:
        over.set()
        for person in people:
            person.join()

"""Sends forty films of all kinds through the page "Upload clips" on a bad evening; every one has to end as it should.

    python tools/forty_films.py [SEED]

Chromium sends 32 good films (HEVC, HDR, rotated, 4K60, variable frame rate ...) and 8 broken ones through a slow line,
which is cut three times, to a real server, which is killed with -9 twice. It takes two to three minutes. Exits with 1
unless every good film has become one ready clip whose original is the film, bit for bit, and every broken one has been
refused with a reason.
"""

import hashlib
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.clips.films import H264, ffmpeg, make_film
from tests.uploads.real_server import RealServer

GOOD = {
    "plain.mp4": 2,
    "hevc.mov": 3,
    "hlg.mov": 2,
    "pq.mov": 2,
    "ten-bit.mp4": 1,
    "4k60.mp4": 1,
    "vfr.mp4": 3,
    "rotated-90.mov": 1,
    "rotated-180.mov": 1,
    "rotated-270.mov": 1,
    "odd.mp4": 2,
    "wide-pixels.mp4": 1,
    "silent.mp4": 2,
    "gps.mov": 2,
    "sixty.mp4": 1,
    "twelve.mp4": 1,
    "tall-4k.mp4": 1,
    "faststart.mp4": 1,
    "marked.mp4": 1,
    "film.webm": 1,
    "film.mkv": 1,
    "unknown-sound.avi": 1,
}
BROKEN = [
    "letter.mp4",
    "cut-before-its-index.mp4",
    "concat.mp4",
    "playlist.mp4",
    "picture.jpg",
    "sound-only.mp4",
    "long.mp4",
    "magicyuv.avi",
]
FOUR_K = ["-f", "lavfi", "-i", "testsrc2=size=3840x2160:rate=60:duration=1", *H264]

PADDING = (1_000_000, 4_000_000)  # bytes more for a film, so that there is something to send
LONG_PADDING = 12_000_000  # for every eighth film: more than one request
SLOW = 2_000_000  # bytes a second
AWAY_FOR = 4.0  # seconds without a network or a server
#: What happens when that many films have arrived.
EVENING = [(2, "cut"), (7, "kill"), (13, "cut"), (19, "kill"), (26, "cut")]
MOST_SECONDS = 480.0
ARRIVED = {"checking", "converting", "ready", "failed"}
OVER = {"ready", "failed", "refused"}

NAMES = """
import json
import django
django.setup()
from clips.names import last_variation, suggest
from exercises.models import Exercise
exercises = list(Exercise.objects.in_order())
names = {}
most = max(last_variation(exercise) for exercise in exercises)
for number in range(1, most + 1):
    for exercise in exercises:
        name = f"{exercise.slug.replace('-', ' ')} {number}"
        found = suggest(f"{name}.mp4", exercises)
        if found and (found.exercise, found.variation) == (exercise, number):
            names[name] = [exercise.slug, number]
print(json.dumps(names))
"""

CLIPS = """
import hashlib, json
import django
django.setup()
from clips.models import Clip
clips = []
for clip in Clip.objects.filter(kind="filmed"):
    with clip.original.open("rb") as film:
        sha256 = hashlib.file_digest(film, "sha256").hexdigest()
    shows = [clip.exercise.slug if clip.exercise else "", clip.variation]
    clips.append([clip.original_filename, clip.status, sha256, clip.problem, shows])
print(json.dumps(clips))
"""

ROWS = """() => [...document.querySelectorAll(".upload-row")].map((row) => ({
    name: row.querySelector("h3").textContent,
    stage: row.dataset.stage,
    problem: row.querySelector('[data-part="problem"]').textContent,
}))"""


@dataclass
class Film:
    """One of the forty."""

    path: Path
    kind: str
    shows: list[Any]  # exercise and variation
    is_good: bool
    sha256: str


@dataclass
class Evening:
    """What happened."""

    server: RealServer
    page: Page
    network: Any  # a CDP session
    films: list[Film]
    begun: float = field(default_factory=time.monotonic)
    happened: Counter[str] = field(default_factory=Counter)
    interrupted: int = 0  # films that were on their way when it happened
    complaints: list[str] = field(default_factory=list)

    def rows(self) -> list[dict[str, str]]:
        return self.page.evaluate(ROWS)  # type: ignore[no-any-return]

    def say(self, text: str) -> None:
        sys.stdout.write(f"{time.monotonic() - self.begun:4.0f} s  {text}\n")
        sys.stdout.flush()

    def set_network(self, *, offline: bool) -> None:
        conditions = {"offline": offline, "latency": 20, "downloadThroughput": -1, "uploadThroughput": SLOW}
        self.network.send("Network.emulateNetworkConditions", conditions)

    def wait(self, until: Callable[[list[dict[str, str]]], bool], seconds: float) -> list[dict[str, str]]:
        """Return the rows once they are as wanted, or when the time is over."""
        end = time.monotonic() + seconds
        while not until(rows := self.rows()) and time.monotonic() < end:
            self.page.wait_for_timeout(100)
        return rows

    def happen(self, what: str) -> None:
        """Cut the network or kill the server in the middle of a film, and mend it some seconds later."""
        if what == "kill":
            self.server.kill()
        else:
            self.set_network(offline=True)
        rows = self.wait(lambda rows: any(row["stage"] == "away" for row in rows), 20)
        away = sum(row["stage"] == "away" for row in rows)
        self.page.wait_for_timeout(AWAY_FOR * 1000)
        self.interrupted += max(away, sum(row["stage"] == "away" for row in self.rows()))
        if what == "kill":
            self.server.start()
        else:
            self.set_network(offline=False)
        self.happened[what] += bool(away)
        self.say(f"{what}: {sum(row['stage'] in ARRIVED for row in rows)} films had arrived")


def padding(name: str, content: bytes) -> bytes:
    """Return bytes that a film of that container may carry behind it without meaning anything."""
    size = len(content)
    if name.endswith((".mp4", ".mov")):
        return (size + 8).to_bytes(4, "big") + b"free" + content
    if name.endswith(".avi"):
        return b"JUNK" + size.to_bytes(4, "little") + content
    return b"\xec" + (size | 1 << 56).to_bytes(8, "big") + content  # Void, of Matroska


def make_films(folder: Path, names: dict[str, list[Any]], chance: random.Random) -> list[Film]:
    """Make the forty, each named after an exercise and a variation, in any order."""
    recipes, chosen = folder / "recipes", folder / "phone"
    recipes.mkdir()
    chosen.mkdir()
    ffmpeg(*FOUR_K, recipes / "4k60.mp4")  # type: ignore[no-untyped-call]
    kinds = [(kind, True) for kind, count in GOOD.items() for _ in range(count)] + [(kind, False) for kind in BROKEN]
    if len(kinds) > len(names):
        raise SystemExit(f"{len(kinds)} films need as many names; the programme's exercises give only {len(names)}.")
    chance.shuffle(kinds)
    films: list[Film] = []
    for (kind, is_good), (name, shows) in zip(kinds, names.items(), strict=False):
        content = make_film(recipes, kind).read_bytes()
        if is_good:
            more = LONG_PADDING if len(films) % 8 == 0 else chance.randrange(*PADDING) // 2 * 2
            content += padding(kind, chance.randbytes(more))
        suffix = ".mp4" if kind.endswith(".jpg") else Path(kind).suffix
        path = chosen / f"{name}{suffix}"
        path.write_bytes(content)
        films.append(Film(path, kind, shows, is_good, hashlib.sha256(content).hexdigest()))
    if not len(films) == len(kinds) == len({film.sha256 for film in films}) == 40:
        raise SystemExit("These are not forty different films.")
    return films


def send(evening: Evening) -> list[dict[str, str]]:
    """Choose all films at once, let the evening happen, and return the rows when all is over or the time is up."""
    evening.set_network(offline=False)
    evening.page.check("[data-made][value=facing]")
    paths = [str(film.path) for film in evening.films]
    evening.page.set_input_files("#upload-files", paths)
    for least, what in EVENING:

        def is_time(rows: list[dict[str, str]], least: int = least) -> bool:
            arrived = sum(row["stage"] in ARRIVED for row in rows)
            return arrived >= least and any(row["stage"] == "sending" for row in rows)

        evening.wait(is_time, MOST_SECONDS / 4)
        evening.happen(what)
        if any(row["stage"] in ("again", "unreadable") for row in evening.rows()):
            evening.page.set_input_files("#upload-files", paths)
            evening.happened["chosen again"] += 1
    left = MOST_SECONDS - (time.monotonic() - evening.begun)
    return evening.wait(lambda rows: all(row["stage"] in OVER for row in rows), left)


def judge(evening: Evening, rows: list[dict[str, str]]) -> Counter[str]:
    """Count what went wrong, by its name; all of it has to be 0."""
    clips = json.loads(evening.server.python("-c", CLIPS).splitlines()[-1])
    shown = {row["name"]: row for row in rows}
    names = ["lost", "doubled", "changed", "not ready", "not refused", "without a reason", "with another exercise"]
    names += ["complaints of the page", "cuts and kills that missed"]
    wrong = Counter(dict.fromkeys(names, 0))
    for film in evening.films:
        own_clips = [clip for clip in clips if clip[0] == film.path.name]
        row = shown.get(film.path.name, {"stage": "no row", "problem": ""})
        wrong["lost"] += not own_clips
        wrong["doubled"] += len(own_clips) > 1
        for _name, status, sha256, problem, shows in own_clips[:1]:
            wrong["changed"] += sha256 != film.sha256
            wrong["with another exercise"] += shows != film.shows
            if film.is_good:
                wrong["not ready"] += (status, row["stage"]) != ("ready", "ready")
            else:
                wrong["not refused"] += (status, row["stage"]) != ("failed", "failed")
                wrong["without a reason"] += not problem or row["problem"] != problem
        sys.stdout.write(f"  {film.kind:26}{film.path.name:40}{row['stage']:8}{row['problem'][:100]}\n")
    wrong["doubled"] += max(0, len(clips) - len(evening.films), len(rows) - len(evening.films))
    wrong["complaints of the page"] = len(evening.complaints)
    wrong["cuts and kills that missed"] = len(EVENING) - evening.happened["cut"] - evening.happened["kill"]
    return wrong


def main(seed: int) -> int:
    with tempfile.TemporaryDirectory(prefix="cdtrainer-forty-") as place, sync_playwright() as playwright:
        folder = Path(place)
        server = RealServer(folder, programme=True)
        names = json.loads(server.python("-c", NAMES).splitlines()[-1])
        films = make_films(folder, names, random.Random(seed))  # noqa: S311
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            server.start()
            server.start_worker()
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            context.add_cookies([{"name": "sessionid", "value": server.sessions["ana"], "url": server.url}])
            page = context.new_page()
            evening = Evening(server, page, context.new_cdp_session(page), films)
            page.on("pageerror", lambda error: evening.complaints.append(str(error)))
            page.goto(f"{server.url}/admin/clips/upload/")
            page.wait_for_load_state("networkidle")
            rows = send(evening)
            seconds = time.monotonic() - evening.begun
            wrong = judge(evening, rows)
        finally:
            browser.close()
            server.stop_worker()
            server.kill()
    good = sum(film.is_good for film in films)
    happened = evening.happened
    sys.stdout.write("".join(f"{complaint}\n" for complaint in evening.complaints))
    sys.stdout.write(
        f"seed {seed}: {good} good and {len(films) - good} broken films, server killed {happened['kill']} times, "
        f"network cut {happened['cut']} times, {evening.interrupted} films interrupted, films chosen again "
        f"{happened['chosen again']} times; {', '.join(f'{count} {what}' for what, count in wrong.items())}; "
        f"{seconds:.0f} s\n"
    )
    return int(any(wrong.values()))


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:2] or ["1"])))

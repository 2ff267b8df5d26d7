"""The command line: `python -m figure check | sheet | render`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from figure.spec import MOVEMENTS, Clip, SpecError, check, problems, read, read_all


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 1 when something is wrong with a movement."""
    parser = argparse.ArgumentParser(prog="python -m figure", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check", help="validate every movement without drawing")
    checking.add_argument("slug", nargs="*")
    sheets = commands.add_parser("sheet", help="make a contact sheet of any movements")
    sheets.add_argument("slug", nargs="*")
    sheets.add_argument("--to", type=Path, default=Path("sheet.png"))
    sheets.add_argument("--columns", type=int, default=6)
    sheets.add_argument("--width", type=int, default=320)
    rendering = commands.add_parser("render", help="draw the films that have changed")
    rendering.add_argument("slug", nargs="*")
    rendering.add_argument("--to", type=Path, default=None, help="folder for the films (programme/clips)")
    rendering.add_argument("--again", action="store_true", help="draw even what has not changed")
    rendering.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    asked = parser.parse_args(words)
    try:
        clips = _chosen(asked.slug)
        match asked.command:
            case "check":
                return _check(clips)
            case "sheet":
                return _sheet(clips, asked)
            case _:
                return _render(clips, asked)
    except SpecError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _chosen(slugs: Sequence[str]) -> list[Clip]:
    if not slugs:
        return read_all()
    missing = [slug for slug in slugs if not (MOVEMENTS / f"{slug}.toml").is_file()]
    if missing:
        raise SpecError(f"There is no movement {missing[0]!r} in {MOVEMENTS.name}/.")
    return [read(MOVEMENTS / f"{slug}.toml") for slug in slugs]


def _check(clips: Sequence[Clip]) -> int:
    wrong = 0
    for clip in clips:
        for problem in problems(clip):
            sys.stderr.write(f"{clip.slug}.toml: {problem}\n")
            wrong += 1
    sys.stdout.write(f"{len(clips)} movements, {wrong} problems\n")
    return 1 if wrong else 0


def _sheet(clips: Sequence[Clip], asked: argparse.Namespace) -> int:
    from figure.sheet import sheet  # needs OpenGL, which checking does not

    sheet(clips, asked.to, columns=asked.columns, width=asked.width)
    sys.stdout.write(f"{asked.to}\n")
    return 0


def _render(clips: Sequence[Clip], asked: argparse.Namespace) -> int:
    from figure import catalogue
    from figure.film import FILES, draw_one, flip

    folder: Path = asked.to or catalogue.CLIPS
    folder.mkdir(parents=True, exist_ok=True)
    for clip in clips:
        check(clip)
    everything = read_all()
    done = catalogue.drawn(folder)

    def fresh(clip: Clip) -> bool:
        there = all((folder / clip.slug / name).is_file() for name in FILES)
        return not asked.again and there and done.get(clip.slug) == catalogue.fingerprint(clip)

    by_slug = {clip.slug: clip for clip in everything}
    sources = {clip.mirror_of or clip.slug: by_slug[clip.mirror_of or clip.slug] for clip in clips}
    todo = sorted((c for c in sources.values() if not fresh(c)), key=lambda c: -c.frames)
    sys.stdout.write(f"{len(todo)} to draw, {len(sources) - len(todo)} unchanged\n")
    sys.stdout.flush()
    start = time.monotonic()

    def finished(slug: str) -> None:
        done[slug] = catalogue.fingerprint(by_slug[slug])
        for twin in everything:
            if twin.mirror_of == slug:
                flip(folder / slug, folder / twin.slug)
                done[twin.slug] = catalogue.fingerprint(twin)
        catalogue.write(folder, everything, done)

    # A new process for every clip: a studio's pictures of one clip are of no use to the next.
    with ProcessPoolExecutor(asked.jobs, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        for future in as_completed([pool.submit(draw_one, clip.slug, folder) for clip in todo]):
            slug, seconds = future.result()
            finished(slug)
            size = sum((folder / slug / name).stat().st_size for name in FILES)
            sys.stdout.write(f"{slug}: {by_slug[slug].frames} frames, {size / 1000:.0f} kB, {seconds:.0f} s\n")
            sys.stdout.flush()
    for slug in sources.keys() - {clip.slug for clip in todo}:
        finished(slug)
    catalogue.write(folder, everything, done)
    sys.stdout.write(f"done in {time.monotonic() - start:.0f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

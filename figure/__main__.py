"""The command line: `python -m figure check | sheet | render`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from figure.check import check, problems
from figure.spec import MOVEMENTS, SpecError, read, read_all
from figure.timeline import Clip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 1 when something is wrong with a movement."""
    options = _parser().parse_args(arguments)
    try:
        clips = _chosen(options.slug)
        match options.command:
            case "check":
                return _check(clips)
            case "sheet":
                return _sheet(clips, options)
            case _:
                return _render(clips, options)
    except SpecError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
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
    return parser


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


def _sheet(clips: Sequence[Clip], options: argparse.Namespace) -> int:
    from figure.sheet import sheet  # needs OpenGL, which checking does not

    sheet(clips, options.to, columns=options.columns, width=options.width)
    sys.stdout.write(f"{options.to}\n")
    return 0


def _render(clips: Sequence[Clip], options: argparse.Namespace) -> int:
    from figure import catalogue, library  # need OpenGL, too

    for clip in clips:
        check(clip)
    library.Library(options.to or catalogue.CLIPS).update(clips, again=options.again, jobs=options.jobs)
    return 0


if __name__ == "__main__":
    sys.exit(main())

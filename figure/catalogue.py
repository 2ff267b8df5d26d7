"""The list of drawn clips, `clips.toml`, which the site's loader reads beside the films."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from figure.film import LOOK
from figure.renderer import HEIGHT, WIDTH
from figure.spec import Clip

CLIPS = Path(__file__).parent.parent / "programme" / "clips"
NAME = "clips.toml"


def fingerprint(clip: Clip) -> str:
    """Return what a film was drawn from: its movement and the figure's look."""
    return f"{LOOK}-{clip.spec_hash}"


def drawn(folder: Path) -> dict[str, str]:
    """Return the fingerprint of every film listed in `folder`, by slug (empty when there is no list yet)."""
    path = folder / NAME
    if not path.is_file():
        return {}
    listed = tomllib.loads(path.read_text())["clip"]
    return {each["slug"]: each["spec"] for each in listed if "same_as" not in each}


def write(folder: Path, clips: list[Clip], fingerprints: dict[str, str]) -> None:
    """Write the list of `clips` whose `fingerprints` are known, sorted by slug, with the author's own after them."""
    entries = [_entry(clip, fingerprints[clip.slug]) for clip in clips if clip.slug in fingerprints]
    for clip in clips:
        if clip.story and clip.slug in fingerprints:
            story = _entry(clip, fingerprints[clip.slug])
            story |= {"slug": f"{clip.story}-{clip.slug}", "exercise": "", "story": clip.story, "same_as": clip.slug}
            entries.append(story)
    lines = ["# Written by `python -m figure render`. Change figure/movements/*.toml instead.", ""]
    for entry in entries:
        lines.append("[[clip]]")
        lines += [f"{word} = {_toml(value)}" for word, value in entry.items()]
        lines.append("")
    part = folder / f"{NAME}.part"
    part.write_text("\n".join(lines))
    part.replace(folder / NAME)


def _entry(clip: Clip, spec: str) -> dict[str, Any]:
    return {
        "slug": clip.slug,
        "exercise": clip.exercise,
        "variation": clip.variation,
        "story": "",
        "seconds": round(clip.seconds, 2),
        "width": WIDTH,
        "height": HEIGHT,
        "checked": clip.checked,
        "description": clip.description,
    }


def _toml(value: object) -> str:
    # JSON's strings, numbers and booleans are TOML's
    return json.dumps(value, ensure_ascii=False)

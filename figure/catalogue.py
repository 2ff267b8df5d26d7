"""The lists in the folder of films: `clips.toml`, which the site loads, and what each film was drawn from."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from figure.film import LOOK
from figure.renderer import HEIGHT, WIDTH
from figure.timeline import Clip

CLIPS = Path(__file__).parent.parent / "programme" / "clips"
LIST = "clips.toml"
PRINTS = "drawn-from.toml"  # kept apart: the site has no use for it


def fingerprint(clip: Clip) -> str:
    """Return what a film was drawn from: its movement and the figure's look."""
    return f"{LOOK}-{clip.spec_hash}"


def drawn(folder: Path) -> dict[str, str]:
    """Return the fingerprint of every film in `folder`, by slug (empty when nothing has been drawn yet)."""
    path = folder / PRINTS
    return {slug: str(value) for slug, value in tomllib.loads(path.read_text()).items()} if path.is_file() else {}


def write(folder: Path, clips: list[Clip], fingerprints: dict[str, str]) -> None:
    """Write the list of the `clips` that have a fingerprint, those of the author's story last, and the fingerprints."""
    drawn_clips = [clip for clip in clips if clip.slug in fingerprints]
    entries = [_entry(clip) for clip in drawn_clips]
    for clip in drawn_clips:
        if clip.story:
            same = {"slug": f"{clip.story}-{clip.slug}", "exercise": "", "story": clip.story, "same_as": clip.slug}
            entries.append(_entry(clip) | same)
    head = "# Written by `python -m figure render`. Change figure/movements/*.toml instead.\n"
    blocks = [
        "\n".join(["[[clip]]", *(f"{key} = {_toml(value)}" for key, value in entry.items())]) for entry in entries
    ]
    _replace(folder / LIST, head + "\n" + "\n\n".join(blocks) + "\n")
    prints = [f"{clip.slug} = {_toml(fingerprints[clip.slug])}" for clip in drawn_clips]
    _replace(folder / PRINTS, head + "\n".join(prints) + "\n")


def _replace(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.part")
    part.write_text(text)
    part.replace(path)


def _entry(clip: Clip) -> dict[str, Any]:
    return {
        "slug": clip.slug,
        "exercise": clip.exercise,
        "variation": clip.variation,
        "position": shown_position(clip),
        "story": "",
        "seconds": round(clip.seconds, 2),
        "width": WIDTH,
        "height": HEIGHT,
        "checked": clip.checked,
        "description": clip.description,
    }


def shown_position(clip: Clip) -> str:
    """Return where a visitor sees the figure: lying, sitting or standing; "" when a bust could be both of these."""
    if clip.position in ("lying", "sitting"):
        return clip.position
    return "" if "shoes" in clip.camera.hidden else "standing"


def _toml(value: object) -> str:
    # JSON's strings, numbers and booleans are TOML's
    return json.dumps(value, ensure_ascii=False)

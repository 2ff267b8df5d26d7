"""The timeline of a film as data: what happens from when to when, for the phase line, the ring and the sounds.

It is written beside each film as `timeline.json` (docs/figure.md describes the file) and never drawn into it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from figure.pose import Pose
from figure.timeline import Clip, Phase, Stretch

FILE = "timeline.json"
NOTICED = 5.0  # degrees: a smaller turn has no side and no words


@dataclass(frozen=True)
class Part:
    """One part of a film: seconds of the film's own time, its phase, side and words.

    `side` is where the head points at the end of it ("left", "right" or ""); `turn` counts the ways out from 1 and is
    0 before the first. Side words in `words` are markers, as in all texts of the programme.
    """

    start: float
    end: float
    phase: Phase
    side: str
    turn: int
    words: str


def parts(clip: Clip) -> list[Part]:
    """Return the timeline of `clip`, without gaps, from 0 to the end of the film."""
    turn, found = 0, []
    for piece in clip.stretches:
        turn += piece.phase == "there"
        words = piece.say or suggested(piece)
        found.append(Part(round(piece.start, 3), round(piece.end, 3), piece.phase, _side(piece.b), turn, words))
    return found


def missing(clip: Clip) -> Iterator[str]:
    """Yield a sentence for each move whose words its pose does not suggest."""
    for part in parts(clip):
        if not part.words:
            yield f"the move from {part.start:.1f} s has no words: its key needs `say`"


def suggested(piece: Stretch) -> str:
    """Return the words for a stretch, as its poses suggest them; "" when only the hands or the face move."""
    if piece.phase == "hold":
        return "Hold"
    if piece.phase == "rest":
        return "Rest"
    turns, nods = abs(piece.b.yaw - piece.a.yaw) > NOTICED, abs(piece.b.pitch - piece.a.pitch) > NOTICED
    level, side = _level(piece.b), _side(piece.b)
    if turns and nods and level and side:
        return f"{level} to your {{{side}}}"
    if turns and side:
        return f"Turn to your {{{side}}}"
    if nods and level:
        return {"Down": "Chin down", "Up": "Face up"}[level]
    return "Back to the centre" if piece.phase == "back" else ""


def _side(pose: Pose) -> str:
    if abs(pose.yaw) >= NOTICED:
        return "left" if pose.yaw > 0 else "right"
    lifted = pose.shrug_left - pose.shrug_right
    return "" if abs(lifted) < NOTICED else "left" if lifted > 0 else "right"


def _level(pose: Pose) -> str:
    return "" if abs(pose.pitch) < NOTICED else "Down" if pose.pitch > 0 else "Up"


def text(clip: Clip) -> str:
    """Return the content of `timeline.json`: one part a line, so that a change shows as one."""
    lines = ",\n".join(f"    {json.dumps(asdict(part), ensure_ascii=False)}" for part in parts(clip))
    return f'{{\n  "seconds": {round(clip.seconds, 3)},\n  "parts": [\n{lines}\n  ]\n}}\n'

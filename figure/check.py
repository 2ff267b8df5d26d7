"""Checks movements against what a neck and an arm can kindly do: times, speeds, reach, wrists, limbs in the body."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from figure.anatomy import clearance, gap, wrist_bend
from figure.geometry import Floats, angle_between, nod
from figure.people import drawing
from figure.phases import missing
from figure.pose import Pose
from figure.rig import SIDES
from figure.solver import solve
from figure.spec import SpecError
from figure.timeline import FPS, Clip

SECONDS = (6.0, 20.0)
HEAD_SPEED = 30.0  # degrees a second, at the fastest moment
GLIDE_SPEED = 5.0  # of `retract`, a second
FULL_MOVE = (20.0, 2.4)  # a head movement of this many degrees takes at least this many seconds
WRIST_BEND = 88.0
TOUCH = 0.08  # a hand that helps the head is nearer to its skin than this, in decimetres
CLEARANCE = -0.10  # no joint of hand or forearm deeper than this in head or trunk, in decimetres


def problems(clip: Clip) -> Iterator[str]:
    """Yield what is wrong with a clip, one sentence each: times, speeds, reach, wrists, limbs in the body, the loop."""
    with drawing(clip.person):
        yield from _problems(clip)


def _problems(clip: Clip) -> Iterator[str]:
    low, high = SECONDS
    if not low <= clip.seconds <= high:
        yield f"it lasts {clip.seconds:.1f} s; a clip may last {low:g} to {high:g} s"
    if abs(clip.seconds * FPS - clip.frames) > 1e-6:
        yield f"it lasts {clip.seconds:.3f} s, which is not a whole number of frames at {FPS} a second"
    if clip.beat_line:
        rounds = clip.seconds / clip.beat_line[-1].end
        if abs(rounds - round(rounds)) > 1e-6:
            yield f"the beat lasts {clip.beat_line[-1].end:g} s, which does not divide the clip's {clip.seconds:g} s"
    if clip.at(0).pose != clip.at(clip.seconds).pose:
        yield "it does not end as it begins, so the loop would jump"
    yield from missing(clip)
    yield from _move_problems(clip)
    yield from _reach_problems(clip)
    fastest, when = head_speed(clip)
    if fastest > HEAD_SPEED:
        yield f"the head turns at {fastest:.1f} degrees a second at {when:.1f} s; at most {HEAD_SPEED:g} is allowed"


def _move_problems(clip: Clip) -> Iterator[str]:
    degrees, seconds = FULL_MOVE
    for piece in clip.stretches:
        turned = angle_between(_head(piece.a), _head(piece.b))
        if turned >= degrees and piece.end - piece.start < seconds - 1e-9:
            yield (
                f"the head moves {turned:.0f} degrees in {piece.end - piece.start:.1f} s (from {piece.start:.1f} s);"
                f" {degrees:g} degrees or more take at least {seconds:g} s"
            )
        glide = abs(piece.b.retract - piece.a.retract) / (piece.end - piece.start)
        if glide > GLIDE_SPEED:
            rate = f"{glide:.1f} a second from {piece.start:.1f} s"
            yield f"retract changes by {rate}; at most {GLIDE_SPEED:g} is allowed"


def _reach_problems(clip: Clip) -> Iterator[str]:
    reported: set[str] = set()
    for t in _checkpoints(clip):
        pose = clip.at(t).pose
        body = solve(pose)
        for side in SIDES:
            arm = pose.arm(side)
            away = gap(body, side) if arm.other is None and arm.goal.frame in ("head", "chin") else 0.0
            checks = {
                f"the {side} hand does not touch the head": (away > TOUCH, f"{away:.2f} dm away"),
                f"the {side} hand is out of reach": (body.stretch[side] > 1, f"{body.stretch[side]:.0%} of the arm"),
                f"the {side} wrist bends too far": (
                    wrist_bend(body, side) > WRIST_BEND,
                    f"{wrist_bend(body, side):.0f} degrees",
                ),
                f"the {side} arm is in the body": (
                    clearance(body, side) < CLEARANCE,
                    f"{-clearance(body, side):.2f} dm deep",
                ),
            }
            for message, (fails, value) in checks.items():
                if fails and message not in reported:
                    reported.add(message)
                    yield f"{message} at {t:.1f} s ({value})"


def _checkpoints(clip: Clip) -> list[float]:
    """Return the times, in seconds, that are checked for reach: ends and quarters of every move, the beat's, too."""
    times = {0.0}
    for piece in [*clip.stretches, *clip.beat_line]:
        if piece.a != piece.b:
            times |= {piece.start + (piece.end - piece.start) * share for share in (0.25, 0.5, 0.75, 1.0)}
    return sorted({round(t, 3) for t in times if t < clip.seconds})


def _head(pose: Pose) -> Floats:
    """Return the rotation of the head, near enough to measure its speed."""
    trunk = nod(pose.trunk_yaw, pose.trunk_pitch, pose.trunk_roll)
    return np.asarray(trunk @ nod(pose.yaw, pose.pitch, pose.roll))


def head_speed(clip: Clip) -> tuple[float, float]:
    """Return the head's greatest speed in degrees a second, and when it happens."""
    turns = [_head(clip.at(i / FPS).pose) for i in range(clip.frames + 1)]
    speeds = [angle_between(a, b) * FPS for a, b in pairwise(turns)]
    fastest = max(speeds)
    return fastest, speeds.index(fastest) / FPS


def check(clip: Clip) -> None:
    """Raise SpecError with everything that is wrong with `clip`; return quietly when nothing is."""
    lines = [f"{clip.slug}.toml: {problem}" for problem in problems(clip)]
    if lines:
        raise SpecError("\n".join(lines))

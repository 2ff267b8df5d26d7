"""Movements: read from TOML, checked against what a neck and an arm can kindly do, and laid out in time."""

from __future__ import annotations

import hashlib
import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from figure.anatomy import clearance, wrist_bend
from figure.geometry import Floats, angle_between, nod
from figure.hands import NAMED, Goal, Triple
from figure.model import EXPRESSIONS
from figure.pose import Pose, Reach, blend, solve
from figure.props import PROPS, radius_of
from figure.rig import SIDES
from figure.views import VIEWS, Camera

MOVEMENTS = Path(__file__).with_name("movements")
FPS = 25
REST = 0.6  # seconds of stillness before the first move
PAUSE = 0.4  # and after each way home
RAMP = 0.3  # share of a smooth move spent gathering speed, and again losing it
Loop = Literal["there-and-back", "cycle"]
Ease = Literal["smooth", "rhythm"]
Kind = Literal["yaw", "pitch", "diagonal", "shrug-left", "shrug-right", "line", "none"]

#: What a clip may ask: parameter -> lowest, highest. Degrees, but for chest (a share) and root (decimetres).
BOUNDS: dict[str, tuple[float, float]] = {
    "yaw": (-70, 70),
    "pitch": (-40, 45),
    "roll": (-32, 32),
    "gaze_yaw": (-30, 30),
    "gaze_pitch": (-25, 25),
    "trunk_yaw": (-30, 30),
    "trunk_pitch": (-15, 30),
    "trunk_roll": (-20, 20),
    "chest": (0, 1.4),
    "shrug_left": (-10, 25),
    "shrug_right": (-10, 25),
    "protract": (-15, 15),
}
SECONDS = (6.0, 12.0)
HEAD_SPEED = 30.0  # degrees a second, at the fastest moment
FULL_MOVE = (20.0, 2.4)  # a head movement of this many degrees takes at least this many seconds
WRIST_BEND = 88.0
CLEARANCE = -0.10  # no joint of hand or forearm deeper than this in head or trunk, in decimetres

#: Where the body is before anything moves.
POSITIONS: dict[str, dict[str, Any]] = {
    "standing": {},
    "sitting": {
        "root": [0, -3.5, 0],
        "foot_left": [1.35, -7.48, 3.75],
        "foot_right": [-1.35, -7.48, 3.75],
        "both": "lap",
    },
    "lying": {},
    "behind-chair": {"both": "chair"},
}


class SpecError(ValueError):
    """A movement that cannot be drawn, told so that its author can mend it: file, key and bound."""


@dataclass(frozen=True)
class Arrow:
    """The hint of the current direction. `start` and `end` are places for a `line`, in the body's frame."""

    kind: Kind = "none"
    start: Triple = (0.0, 0.0, 0.0)
    end: Triple = (0.0, 0.0, 0.0)

    def reversed(self) -> Arrow:
        """Return the arrow pointing back."""
        return replace(self, start=self.end, end=self.start)


@dataclass(frozen=True)
class Key:
    """One stop of a movement: how long the way there takes, how long it is held, and the pose. Seconds."""

    move: float
    hold: float
    pose: Pose
    arrow: Arrow
    back: float | None = None
    pause: float | None = None


@dataclass(frozen=True)
class Stretch:
    """A piece of a film: from one pose to another (the same: a hold), from `start` to `end` seconds."""

    start: float
    end: float
    a: Pose
    b: Pose
    arrow: Arrow
    ease: Ease

    def pose(self, t: float) -> Pose:
        """Return the pose at `t` seconds."""
        if self.a == self.b:
            return self.a
        u = eased(self.ease, (t - self.start) / (self.end - self.start))
        # always mixed from the same end, so that the way back passes through the very poses of the way out
        return blend(self.a, self.b, u) if repr(self.a) < repr(self.b) else blend(self.b, self.a, 1 - u)


@dataclass(frozen=True)
class Moment:
    """One frame: the pose, and the arrow with its opacity and the poses it leads from and to."""

    pose: Pose
    arrow: Arrow
    opacity: float
    a: Pose
    b: Pose


def eased(ease: Ease, u: float) -> float:
    """Return how far along (0 to 1) a move is at the share `u` of its time."""
    u = min(1.0, max(0.0, u))
    if ease == "rhythm":
        return (1 - math.cos(math.pi * u)) / 2
    if u > 0.5:
        return 1 - eased(ease, 1 - u)
    top = 1 / (1 - RAMP)  # an even speed with soft ends: slower at its fastest than any polynomial
    if u < RAMP:
        return top * (u / 2 - RAMP / (2 * math.pi) * math.sin(math.pi * u / RAMP))
    return top * (u - RAMP / 2)


@dataclass(frozen=True)
class Clip:
    """One movement, ready to be drawn. `mirror_of` names the clip whose flipped film this one is."""

    slug: str
    name: str
    exercise: str
    variation: int
    checked: bool
    description: str
    camera: Camera
    position: str = "standing"
    loop: Loop = "there-and-back"
    ease: Ease = "smooth"
    prop: str = ""
    grip: float | None = None
    repeat: int = 1
    story: str = ""
    mirror_of: str = ""
    still: float | None = None
    start: Pose = field(default_factory=Pose)
    keys: tuple[Key, ...] = ()
    beat: tuple[Key, ...] = ()
    beat_fields: tuple[str, ...] = ()

    @cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        """Return the film's main line, piece by piece."""
        out: list[Stretch] = []
        t = 0.0

        def add(seconds: float, a: Pose, b: Pose, arrow: Arrow) -> None:
            nonlocal t
            if seconds > 0:
                out.append(Stretch(t, t + seconds, a, b, arrow, self.ease))
                t += seconds

        none = Arrow()
        if self.loop == "cycle":
            before = self.keys[-1].pose
            for _ in range(self.repeat):
                for key in self.keys:
                    add(key.move, before, key.pose, key.arrow)
                    add(key.hold, key.pose, key.pose, none)
                    before = key.pose
            return tuple(out)
        add(REST, self.start, self.start, none)
        for _ in range(self.repeat):
            for key in self.keys:
                add(key.move, self.start, key.pose, key.arrow)
                add(key.hold, key.pose, key.pose, none)
                add(key.move if key.back is None else key.back, key.pose, self.start, key.arrow.reversed())
                add(PAUSE if key.pause is None else key.pause, self.start, self.start, none)
        return tuple(out)

    @property
    def seconds(self) -> float:
        """Return the length of the film."""
        return self.stretches[-1].end

    @property
    def frames(self) -> int:
        """Return the number of frames of the film."""
        return round(self.seconds * FPS)

    @cached_property
    def beat_line(self) -> tuple[Stretch, ...]:
        """Return one round of the beat that runs beside the main line (empty when there is none)."""
        out: list[Stretch] = []
        t = 0.0
        before = self.beat[-1].pose if self.beat else self.start
        for key in self.beat:
            out.append(Stretch(t, t + key.move, before, key.pose, Arrow(), "rhythm"))
            t += key.move
            if key.hold:
                out.append(Stretch(t, t + key.hold, key.pose, key.pose, Arrow(), "rhythm"))
                t += key.hold
            before = key.pose
        return tuple(out)

    def at(self, t: float) -> Moment:
        """Return what is seen at `t` seconds; the film repeats, so any `t` will do."""
        t = round(t % self.seconds, 6)
        piece = next((s for s in self.stretches if t < s.end - 1e-9), self.stretches[-1])
        pose = piece.pose(t)
        if self.beat_line:
            span = self.beat_line[-1].end
            now = round(t % span, 6)
            beat = next((s for s in self.beat_line if now < s.end - 1e-9), self.beat_line[-1]).pose(now)
            pose = replace(pose, **{name: getattr(beat, name) for name in self.beat_fields})
        u = (t - piece.start) / (piece.end - piece.start)
        opacity = min(1.0, u * 6, (1 - u) * 6) if piece.arrow.kind != "none" else 0.0
        return Moment(pose, piece.arrow, max(0.0, opacity), piece.a, piece.b)

    @property
    def still_at(self) -> float:
        """Return when, in seconds, the telling moment is: as the spec says, or the end of the first move."""
        if self.still is not None:
            return self.still
        return next(s.end for s in self.stretches if s.a != s.b)

    def still_moment(self) -> Moment:
        """Return the telling moment, with the arrow that led there fully shown."""
        moment = self.at(self.still_at)
        led = [s for s in self.stretches if s.a != s.b and s.start < self.still_at - 1e-6]
        last = led[-1] if led else next(s for s in self.stretches if s.a != s.b)
        return Moment(moment.pose, last.arrow, 1.0 if last.arrow.kind != "none" else 0.0, last.a, last.b)

    @property
    def spec_hash(self) -> str:
        """Return a short fingerprint of everything that shapes the film; its words do not."""
        shape = replace(self, name="", exercise="", variation=1, checked=True, description="", story="")
        return hashlib.sha256(repr(shape).encode()).hexdigest()[:16]


# ------------------------------------------------------------------- reading
_CLIP_WORDS = {
    "name", "exercise", "variation", "checked", "description", "view", "camera", "position", "loop", "ease", "arrow",
    "prop", "grip", "repeat", "story", "mirror_of", "still", "base", "key", "beat",
}  # fmt: skip
_KEY_WORDS = {"move", "hold", "back", "pause", "arrow"}
_POSE_WORDS = {f.name for f in fields(Pose)} | {"both"}
_CAMERA_WORDS = {"target", "distance", "azimuth", "elevation", "fov", "hidden"}
_SIDE_WORD = re.compile(r"\b(left|right)\b", re.IGNORECASE)


class _Reader:
    """Reads one TOML file; every complaint names the file and the key."""

    def __init__(self, path: Path, data: dict[str, Any]) -> None:
        self.path, self.data, self.where = path, data, ""

    def fail(self, message: str) -> SpecError:
        place = f"{self.path.name}, {self.where}" if self.where else self.path.name
        return SpecError(f"{place}: {message}")

    def known(self, table: Mapping[str, Any], words: set[str]) -> None:
        for word in table:
            if word not in words:
                raise self.fail(f"{word!r} is not known here; known are {', '.join(sorted(words))}")

    def triple(self, name: str, value: object) -> Triple:
        if not isinstance(value, list) or len(value) != 3 or not all(isinstance(v, int | float) for v in value):
            raise self.fail(f"{name} wants three numbers, as in [0, 4.5, 2]")
        x, y, z = (float(v) for v in value)
        return (x, y, z)

    def number(self, name: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.fail(f"{name} wants a number, not {value!r}")
        return float(value)

    def goal(self, name: str, value: object, prop: str) -> Goal:
        table = {"goal": value} if isinstance(value, str) else value
        if not isinstance(table, dict):
            raise self.fail(f"{name} wants the name of a hand goal or a table")
        named = table.get("goal", "rest")
        if named not in NAMED:
            raise self.fail(f"{name} has no goal {named!r}; known are {', '.join(sorted(NAMED))}")
        self.known(table, {"goal"} | {f.name for f in fields(Goal)})
        changes: dict[str, Any] = {}
        for each in fields(Goal):
            if each.name in table:
                raw = table[each.name]
                if isinstance(raw, str):
                    changes[each.name] = raw
                elif isinstance(raw, list):
                    changes[each.name] = self.triple(f"{name}.{each.name}", raw)
                else:
                    changes[each.name] = self.number(f"{name}.{each.name}", raw)
        goal = replace(NAMED[named], **changes)
        if goal.contact in ("hold", "grip") and "radius" not in changes:
            if not prop:
                raise self.fail(f"{name} holds something, but the clip has no prop")
            goal = replace(goal, radius=radius_of(prop))
        return goal

    def pose(self, base: Pose, table: Mapping[str, Any], prop: str) -> Pose:
        changes: dict[str, Any] = {}
        for word, value in table.items():
            if word in ("left", "right", "both"):
                goal = self.goal(word, value, prop)
                kept = goal.contact in ("hold", "grip") and word == "both"
                other = goal.mirrored()
                if kept:  # both hands meet at the one thing they hold
                    other = replace(other, at=goal.at, tilt=goal.tilt)
                if word in ("left", "both"):
                    changes["left"] = Reach(goal)
                if word == "both":
                    changes["right"] = Reach(other)
                if word == "right":
                    stated = isinstance(value, dict)
                    changes["right"] = Reach(_own_right(goal, value if stated else {}))
            elif word == "face":
                if not isinstance(value, dict):
                    raise self.fail("face wants a table, as in { smile = 1 }")
                self.known(value, set(EXPRESSIONS))
                for name, much in value.items():
                    if not 0 <= self.number(f"face.{name}", much) <= 1:
                        raise self.fail(f"face.{name} is {much}; it may be 0 to 1")
                changes["face"] = dict(value)
            elif word in ("root", "carry", "foot_left", "foot_right"):
                changes[word] = self.triple(word, value)
            elif word in BOUNDS:
                low, high = BOUNDS[word]
                amount = self.number(word, value)
                if not low <= amount <= high:
                    raise self.fail(f"{word} is {amount:g}; it may be {low:g} to {high:g}")
                changes[word] = amount
        return replace(base, **changes)

    def arrow(self, value: object, inherited: Arrow) -> Arrow:
        if value is None:
            return inherited
        if value == "reverse":
            return inherited.reversed()
        if isinstance(value, dict):
            self.known(value, {"from", "to"})
            return Arrow("line", self.triple("arrow.from", value.get("from")), self.triple("arrow.to", value.get("to")))
        for kind in get_args(Kind):
            if value == kind != "line":
                return Arrow(kind)
        raise self.fail(f"arrow {value!r} is not known")

    def keys(self, word: str, base: Pose, prop: str, arrow: Arrow) -> tuple[Key, ...]:
        out = []
        for number, table in enumerate(self.data.get(word, []), 1):
            self.where = f"{word} {number}"
            self.known(table, _KEY_WORDS | _POSE_WORDS)
            move = self.number("move", table.get("move", 0))
            if move < 0.4:
                raise self.fail(f"move is {move:g} s; it may be 0.4 s or more")
            out.append(
                Key(
                    move,
                    self.number("hold", table.get("hold", 0)),
                    self.pose(base, table, prop),
                    self.arrow(table.get("arrow"), arrow),
                    self.number("back", table["back"]) if "back" in table else None,
                    self.number("pause", table["pause"]) if "pause" in table else None,
                )
            )
        self.where = ""
        return tuple(out)

    def choice(self, word: str, default: str, allowed: Mapping[str, Any] | tuple[str, ...]) -> str:
        value = self.data.get(word, default)
        if value not in allowed:
            raise self.fail(f"{word} is {value!r}; it may be {', '.join(allowed)}")
        return str(value)

    def text(self, word: str) -> str:
        value = self.data.get(word, "")
        if not isinstance(value, str) or not value.strip():
            raise self.fail(f"{word} is missing")
        return " ".join(value.split())

    def description(self) -> str:
        text = self.text("description")
        bare = _SIDE_WORD.search(re.sub(r"\{\w+\}", "", text))
        if bare:
            raise self.fail(f"description says {bare.group()!r}; write {{{bare.group()}}}, the site mirrors texts")
        return text

    def clip(self) -> Clip:
        self.known(self.data, _CLIP_WORDS)
        prop = self.choice("prop", "", ("", *PROPS))
        position = self.choice("position", "standing", POSITIONS)
        loop = self.choice("loop", "there-and-back", ("there-and-back", "cycle"))
        ease = self.choice("ease", "smooth", ("smooth", "rhythm"))
        self.where = "base"
        start = self.pose(Pose(), POSITIONS[position], prop)
        self.known(self.data.get("base", {}), _POSE_WORDS)
        start = self.pose(start, self.data.get("base", {}), prop)
        self.where = ""
        arrow = self.arrow(self.data.get("arrow"), Arrow())
        keys = self.keys("key", start, prop, arrow)
        if not keys:
            raise self.fail("there is no [[key]]")
        beat = self.keys("beat", start, prop, Arrow())
        words = {w for table in self.data.get("beat", []) for w in table} - _KEY_WORDS
        words = (words - {"both"}) | ({"left", "right"} if "both" in words else set())
        return Clip(
            slug=self.path.stem,
            name=self.text("name"),
            exercise=self.text("exercise"),
            variation=int(self.data.get("variation", 1)),
            checked=bool(self.data.get("checked", True)),
            description=self.description(),
            camera=self.camera(start),
            position=position,
            loop="cycle" if loop == "cycle" else "there-and-back",
            ease="rhythm" if ease == "rhythm" else "smooth",
            prop=prop,
            grip=self.number("grip", self.data["grip"]) if "grip" in self.data else None,
            repeat=int(self.data.get("repeat", 1)),
            story=str(self.data.get("story", "")),
            still=self.number("still", self.data["still"]) if "still" in self.data else None,
            start=start,
            keys=keys,
            beat=beat,
            beat_fields=tuple(sorted(words)),
        )

    def camera(self, start: Pose) -> Camera:
        camera = VIEWS[self.choice("view", "front", VIEWS)].moved(start.root)
        changes = self.data.get("camera", {})
        self.where = "camera"
        self.known(changes, _CAMERA_WORDS)
        values: dict[str, Any] = {}
        for word, value in changes.items():
            if word == "target":
                values[word] = self.triple(word, value)
            elif word == "hidden":
                values[word] = tuple(value)
            else:
                values[word] = self.number(word, value)
        self.where = ""
        return replace(camera, **values)


def _own_right(goal: Goal, stated: Mapping[str, Any]) -> Goal:
    """Return a goal for the right hand: what the name gives is mirrored, what the spec states is kept."""
    kept = {word: getattr(goal, word) for word in stated if word != "goal"}
    return replace(goal.mirrored(), **kept)


def mirror(clip: Clip) -> Clip:
    """Return the clip as in a looking glass: left for right in every pose, the camera and the description."""

    def key(k: Key) -> Key:
        return replace(k, pose=k.pose.mirrored(), arrow=_mirror_arrow(k.arrow))

    swap = {"left": "right", "right": "left", "Left": "Right", "Right": "Left"}
    x, y, z = clip.camera.target
    other = {"left": "right", "right": "left"}
    beat_fields = sorted(re.sub("left|right", lambda m: other[str(m[0])], name) for name in clip.beat_fields)
    return replace(
        clip,
        description=re.sub(r"\{(\w+)\}", lambda m: "{" + swap.get(m[1], m[1]) + "}", clip.description),
        camera=replace(clip.camera, azimuth=-clip.camera.azimuth, target=(-x, y, z)),
        start=clip.start.mirrored(),
        keys=tuple(key(k) for k in clip.keys),
        beat=tuple(key(k) for k in clip.beat),
        beat_fields=tuple(beat_fields),
    )


def _mirror_arrow(arrow: Arrow) -> Arrow:
    kinds: dict[Kind, Kind] = {"shrug-left": "shrug-right", "shrug-right": "shrug-left"}
    (a, b, c), (d, e, f) = arrow.start, arrow.end
    return Arrow(kinds.get(arrow.kind, arrow.kind), (-a, b, c), (-d, e, f))


def read(path: Path) -> Clip:
    """Return the clip described by the TOML file at `path`, checked for sense but not yet for anatomy.

    Raises SpecError, which names the file, the key and what is allowed.
    """
    try:
        data = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{path.name}: {error}") from error
    reader = _Reader(path, data)
    if "mirror_of" not in data:
        return reader.clip()
    reader.known(data, {"name", "exercise", "variation", "checked", "mirror_of", "description", "story"})
    other = path.with_name(f"{data['mirror_of']}.toml")
    if not other.is_file():
        raise reader.fail(f"mirror_of names {data['mirror_of']!r}, which is not there")
    twin = mirror(read(other))
    return replace(
        twin,
        slug=path.stem,
        name=reader.text("name"),
        exercise=reader.text("exercise"),
        variation=int(data.get("variation", 1)),
        checked=bool(data.get("checked", True)),
        description=reader.description() if "description" in data else twin.description,
        story=str(data.get("story", "")),
        mirror_of=str(data["mirror_of"]),
    )


def read_all(folder: Path = MOVEMENTS) -> list[Clip]:
    """Return every clip in `folder`, by slug. Raises SpecError for the first that does not read."""
    return [read(path) for path in sorted(folder.glob("*.toml"))]


# ------------------------------------------------------------------- checking
def problems(clip: Clip) -> Iterator[str]:
    """Yield what is wrong with a clip, one sentence each: times, speeds, reach, wrists, limbs in the body, the loop."""
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


def _reach_problems(clip: Clip) -> Iterator[str]:
    seen: set[str] = set()
    for t in _checkpoints(clip):
        body = solve(clip.at(t).pose)
        for side in SIDES:
            found = {
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
            for message, (wrong, how) in found.items():
                if wrong and message not in seen:
                    seen.add(message)
                    yield f"{message} at {t:.1f} s ({how})"


def _checkpoints(clip: Clip) -> list[float]:
    """Return the moments looked at for reach: the ends and quarters of every move, main line and beat."""
    times = {0.0}
    for line, rounds in ((clip.stretches, 1), (clip.beat_line, 1)):
        for piece in line * rounds:
            times |= (
                {piece.start + (piece.end - piece.start) * q for q in (0.25, 0.5, 0.75, 1.0)}
                if piece.a != piece.b
                else set()
            )
    return sorted({round(t, 3) for t in times if t < clip.seconds})


def _head(pose: Pose) -> Floats:
    """Return how the head is turned, near enough to time it."""
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
    found = list(problems(clip))
    if found:
        raise SpecError("\n".join(f"{clip.slug}.toml: {problem}" for problem in found))

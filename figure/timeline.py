"""Movements laid out in time: stops, the stretches between them, and what is seen at each moment of a clip."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass, replace
from functools import cached_property
from typing import Literal

from figure.hands import Triple
from figure.pose import Pose, blend
from figure.views import Camera

FPS = 25
PAUSE = 1.0  # seconds of rest between two ways out; half of it before the first and after the last
BREATH = 6.0  # seconds, about: a slow breath in and out
BREATH_DEPTH = 0.16  # as `chest`, at its fullest
BLINK = 0.36  # seconds from open to open
RAMP = 0.3  # share of a smooth move spent gathering speed, and again losing it
Loop = Literal["there-and-back", "cycle"]
Ease = Literal["smooth", "rhythm"]
Phase = Literal["there", "hold", "back", "rest"]
Kind = Literal["yaw", "pitch", "roll", "diagonal", "shrug-left", "shrug-right", "line", "none"]


@dataclass(frozen=True)
class Arrow:
    """The hint of the current direction. `start` and `end` are places for a `line`, in the body's frame.

    `also` is a second arrow, when two things move apart.
    """

    kind: Kind = "none"
    start: Triple = (0.0, 0.0, 0.0)
    end: Triple = (0.0, 0.0, 0.0)
    also: Arrow | None = None

    def reversed(self) -> Arrow:
        """Return the arrow pointing back."""
        return replace(self, start=self.end, end=self.start, also=self.also and self.also.reversed())

    def each(self) -> Iterator[Arrow]:
        """Yield the arrow, and those drawn with it."""
        yield self
        if self.also:
            yield from self.also.each()


@dataclass(frozen=True)
class Key:
    """One stop of a movement: how long the way there takes, how long it is held, and the pose. Seconds."""

    move: float
    hold: float
    pose: Pose
    arrow: Arrow
    back: float | None = None
    pause: float | None = None
    say: str = ""  # the move in words, with side markers; "" for the words its pose suggests
    say_back: str = ""


@dataclass(frozen=True)
class Stretch:
    """A piece of a film: from one pose to another (the same: a hold), from `start` to `end` seconds."""

    start: float
    end: float
    a: Pose
    b: Pose
    arrow: Arrow
    ease: Ease
    phase: Phase
    say: str = ""  # what the movement says of it; "" for the words its pose suggests

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


#: A stretch before it has its place in time: seconds, its phase, the poses it leads from and to, its arrow and words.
Piece = tuple[float, Phase, Pose, Pose, Arrow, str]


def _laid_out(pieces: Iterable[Piece], ease: Ease) -> tuple[Stretch, ...]:
    """Return `pieces` one after the other from 0 seconds on, without those that take no time."""
    stretches: list[Stretch] = []
    t = 0.0
    for seconds, phase, a, b, arrow, say in pieces:
        if seconds > 0:
            stretches.append(Stretch(t, t + seconds, a, b, arrow, ease, phase, say))
            t += seconds
    return tuple(stretches)


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
    person: str = "first"
    night: bool = False  # drawn once more on a dark ground
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
        return _laid_out(self._cycle() if self.loop == "cycle" else self._there_and_back(), self.ease)

    def _cycle(self) -> Iterator[Piece]:
        before = self.keys[-1].pose
        for number, key in enumerate(self.keys * self.repeat):
            yield key.move, self._cycle_phase(number, key), before, key.pose, key.arrow, key.say
            yield key.hold, "hold", key.pose, key.pose, Arrow(), ""
            before = key.pose

    def _cycle_phase(self, number: int, key: Key) -> Phase:
        """Return the phase of a cycle's move: back when it leads to rest, or is the second of two."""
        comes_back = number % 2 == 1 if len(self.keys) == 2 else key.pose == self.start
        return "back" if comes_back else "there"

    def _there_and_back(self) -> Iterator[Piece]:
        for key in self.keys * self.repeat:
            back = key.move if key.back is None else key.back
            rest = (PAUSE if key.pause is None else key.pause) / 2
            yield rest, "rest", self.start, self.start, Arrow(), ""
            yield key.move, "there", self.start, key.pose, key.arrow, key.say
            yield key.hold, "hold", key.pose, key.pose, Arrow(), ""
            yield back, "back", key.pose, self.start, key.arrow.reversed(), key.say_back
            yield rest, "rest", self.start, self.start, Arrow(), ""

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
        return _laid_out(self._beat(), "rhythm")

    def _beat(self) -> Iterator[Piece]:
        before = self.beat[-1].pose if self.beat else self.start
        for key in self.beat:
            yield key.move, "there", before, key.pose, Arrow(), ""
            yield key.hold, "hold", key.pose, key.pose, Arrow(), ""
            before = key.pose

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
        pose = self.living(pose, t)
        u = (t - piece.start) / (piece.end - piece.start)
        opacity = min(1.0, u * 6, (1 - u) * 6) if piece.arrow.kind != "none" else 0.0
        return Moment(pose, piece.arrow, max(0.0, opacity), piece.a, piece.b)

    def living(self, pose: Pose, t: float) -> Pose:
        """Return `pose` with a slow breath and a blink, as they are at `t` seconds.

        Both are laid round the middle of the hold, so that the way back still shows the very poses of the way out.
        """
        if not self.keys or any(key.pose.chest for key in self.keys) or self.beat:
            chest = 0.0  # the movement breathes itself, or moves too much for a breath to be seen
        else:
            chest = BREATH_DEPTH * (1 - math.cos(2 * math.pi * self._breaths * (t - self._middle) / self._round)) / 2
        blink = 0.0 if any("close-eyes" in key.pose.face for key in self.keys) else self._blink(t)
        face = {**pose.face, "close-eyes": blink} if blink else pose.face
        return replace(pose, chest=pose.chest + chest, face=face)

    @cached_property
    def _round(self) -> float:
        """Return how many seconds one way out and back takes, rests and holds included."""
        ways = len(self.keys) if self.loop == "there-and-back" else max(1, len(self.keys) // 2)
        return self.seconds / (ways * self.repeat)

    @property
    def _breaths(self) -> int:
        return max(1, round(self._round / BREATH))

    @cached_property
    def _middle(self) -> float:
        """Return the middle of the first hold, or where the first way out ends."""
        out = next((s for s in self.stretches if s.a != s.b), self.stretches[0])
        return out.end + self.keys[0].hold / 2

    def _blink(self, t: float) -> float:
        """Return how far the eyes are closed (0 to 1): in the middle of a hold, or half-way where nothing is held."""
        aside = 0.0 if self.keys and self.keys[0].hold >= BLINK else self._round / 4
        away = min(
            abs((t - self._middle + way * aside + self._round / 2) % self._round - self._round / 2) for way in (-1, 1)
        )
        return round(max(0.0, math.cos(math.pi * away / BLINK)) if away < BLINK / 2 else 0.0, 4)

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
        keys = tuple(replace(key, say="", say_back="") for key in self.keys)
        shape = replace(self, name="", exercise="", variation=1, checked=True, description="", story="", keys=keys)
        return hashlib.sha256(without_defaults(shape).encode()).hexdigest()[:16]


def without_defaults(value: object) -> str:
    """Return `value` as text in which fields that hold their default do not appear, so that a new one changes none."""
    if is_dataclass(value) and not isinstance(value, type):
        stated = {each.name: getattr(value, each.name) for each in fields(value)}
        defaults = {each.name: each.default_factory() for each in fields(value) if each.default_factory is not MISSING}
        defaults |= {each.name: each.default for each in fields(value) if each.default is not MISSING}
        parts = [
            f"{name}={without_defaults(each)}"
            for name, each in stated.items()
            if name not in defaults or each != defaults[name]
        ]
        return f"{type(value).__name__}({', '.join(parts)})"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {without_defaults(value[name])}' for name in sorted(value))}}}"
    if isinstance(value, tuple):
        return f"({', '.join(without_defaults(each) for each in value)})"
    return repr(value)


_SWAP = {"left": "right", "right": "left", "Left": "Right", "Right": "Left"}


def _mirrored_words(text: str) -> str:
    """Return `text` with its side markers swapped."""
    return re.sub(r"\{(\w+)\}", lambda word: "{" + _SWAP.get(word[1], word[1]) + "}", text)


def mirror(clip: Clip) -> Clip:
    """Return the mirrored clip: left for right in every pose, the camera and the words."""

    def key(k: Key) -> Key:
        return replace(
            k,
            pose=k.pose.mirrored(),
            arrow=_mirror_arrow(k.arrow),
            say=_mirrored_words(k.say),
            say_back=_mirrored_words(k.say_back),
        )

    x, y, z = clip.camera.target
    beat_fields = sorted(re.sub("left|right", lambda side: _SWAP[str(side[0])], name) for name in clip.beat_fields)
    return replace(
        clip,
        description=_mirrored_words(clip.description),
        camera=replace(clip.camera, azimuth=-clip.camera.azimuth, target=(-x, y, z)),
        start=clip.start.mirrored(),
        keys=tuple(key(k) for k in clip.keys),
        beat=tuple(key(k) for k in clip.beat),
        beat_fields=tuple(beat_fields),
    )


def _mirror_arrow(arrow: Arrow) -> Arrow:
    kinds: dict[Kind, Kind] = {"shrug-left": "shrug-right", "shrug-right": "shrug-left"}
    (a, b, c), (d, e, f) = arrow.start, arrow.end
    return Arrow(kinds.get(arrow.kind, arrow.kind), (-a, b, c), (-d, e, f), arrow.also and _mirror_arrow(arrow.also))

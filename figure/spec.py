"""Reads movements from TOML; every complaint names the file, the key and what is allowed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_args

from figure.bounds import BOUNDS, EYES_AHEAD, POSITIONS
from figure.hands import NAMED, Goal, Triple
from figure.model import EXPRESSIONS
from figure.people import PEOPLE
from figure.pose import Pose, Reach
from figure.props import PROPS, radius_of
from figure.timeline import Arrow, Clip, Key, Kind, mirror
from figure.views import VIEWS, Camera

MOVEMENTS = Path(__file__).with_name("movements")


class SpecError(ValueError):
    """A movement that cannot be drawn; the message names file, key and bound, so that its author can correct it."""


_CLIP_KEYS = {
    "name", "exercise", "variation", "checked", "description", "view", "camera", "position", "loop", "ease", "arrow",
    "prop", "grip", "person", "night", "repeat", "story", "mirror_of", "still", "base", "key", "beat",
}  # fmt: skip
_STOP_KEYS = {"move", "hold", "back", "pause", "arrow", "say", "say_back"}
_POSE_KEYS = {f.name for f in fields(Pose)} | {"both"}
_CAMERA_KEYS = {"target", "distance", "azimuth", "elevation", "fov", "hidden", "up"}
_SIDE_WORD = re.compile(r"\b(left|right)\b", re.IGNORECASE)


class _Reader:
    """Reads one TOML file; every complaint names the file and the key."""

    def __init__(self, path: Path, data: dict[str, Any]) -> None:
        self.path, self.data, self.where = path, data, ""

    def error(self, message: str) -> SpecError:
        """Return an error that names the file and the table being read."""
        place = f"{self.path.name}, {self.where}" if self.where else self.path.name
        return SpecError(f"{place}: {message}")

    def check_keys(self, table: Mapping[str, Any], allowed: set[str]) -> None:
        """Raise SpecError for a key that is not `allowed` in `table`."""
        for key in table:
            if key not in allowed:
                raise self.error(f"{key!r} is not known here; known are {', '.join(sorted(allowed))}")

    def triple(self, name: str, value: object) -> Triple:
        """Return `value` as three numbers."""
        if not isinstance(value, list) or len(value) != 3 or not all(isinstance(v, int | float) for v in value):
            raise self.error(f"{name} wants three numbers, as in [0, 4.5, 2]")
        x, y, z = (float(v) for v in value)
        return (x, y, z)

    def number(self, name: str, value: object) -> float:
        """Return `value` as a number."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(f"{name} wants a number, not {value!r}")
        return float(value)

    def goal(self, name: str, value: object, prop: str) -> Goal:
        """Return the hand goal that `value` names, or names and changes; `prop` is what the hand may hold."""
        table = {"goal": value} if isinstance(value, str) else value
        if not isinstance(table, dict):
            raise self.error(f"{name} wants the name of a hand goal or a table")
        named = table.get("goal", "rest")
        if named not in NAMED:
            raise self.error(f"{name} has no goal {named!r}; known are {', '.join(sorted(NAMED))}")
        self.check_keys(table, {"goal"} | {f.name for f in fields(Goal)})
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
                raise self.error(f"{name} holds something, but the clip has no prop")
            goal = replace(goal, radius=radius_of(prop))
        return goal

    def pose(self, base: Pose, table: Mapping[str, Any], prop: str) -> Pose:
        """Return `base` with what `table` changes."""
        changes: dict[str, Any] = {}
        for key, value in table.items():
            if key in ("left", "right", "both"):
                changes |= self.hands(key, value, prop)
            elif key == "face":
                changes[key] = self.face(value)
            elif key in ("root", "carry", "foot_left", "foot_right"):
                changes[key] = self.triple(key, value)
            elif key in BOUNDS:
                changes[key] = self.bounded(key, value)
        return replace(base, **changes)

    def hands(self, key: str, value: object, prop: str) -> dict[str, Reach]:
        """Return what `left`, `right` or `both` makes of one or both hands."""
        goal = self.goal(key, value, prop)
        if key == "left":
            return {"left": Reach(goal)}
        if key == "right":
            return {"right": Reach(_own_right(goal, value if isinstance(value, dict) else {}))}
        other = goal.mirrored()
        if goal.contact in ("hold", "grip"):  # both hands meet at the one thing they hold
            other = replace(other, at=goal.at, tilt=goal.tilt)
        return {"left": Reach(goal), "right": Reach(other)}

    def face(self, value: object) -> dict[str, Any]:
        """Return the expressions of a face, each from 0 to 1."""
        if not isinstance(value, dict):
            raise self.error("face wants a table, as in { smile = 1 }")
        self.check_keys(value, set(EXPRESSIONS))
        for name, share in value.items():
            if not 0 <= self.number(f"face.{name}", share) <= 1:
                raise self.error(f"face.{name} is {share}; it may be 0 to 1")
        return dict(value)

    def bounded(self, key: str, value: object) -> float:
        """Return a number that lies within its bounds."""
        low, high = BOUNDS[key]
        number = self.number(key, value)
        if not low <= number <= high:
            raise self.error(f"{key} is {number:g}; it may be {low:g} to {high:g}")
        return number

    def arrow(self, value: object, inherited: Arrow) -> Arrow:
        """Return the arrow that `value` describes; the `inherited` one without a value."""
        if value is None:
            return inherited
        if isinstance(value, list) and value:
            first, *others = (self.arrow(each, Arrow()) for each in value)
            for other in reversed(others):
                first = replace(first, also=other)
            return first
        if value == "reverse":
            return inherited.reversed()
        if isinstance(value, dict):
            self.check_keys(value, {"from", "to"})
            return Arrow("line", self.triple("arrow.from", value.get("from")), self.triple("arrow.to", value.get("to")))
        for kind in get_args(Kind):
            if value == kind != "line":
                return Arrow(kind)
        raise self.error(f"arrow {value!r} is not known")

    def keys(self, table_name: str, base: Pose, prop: str, arrow: Arrow) -> tuple[Key, ...]:
        """Return the stops in `[[key]]` or `[[beat]]`."""
        keys = []
        for number, table in enumerate(self.data.get(table_name, []), 1):
            self.where = f"{table_name} {number}"
            keys.append(self.key(table, base, prop, arrow))
        self.where = ""
        return tuple(keys)

    def key(self, table: Mapping[str, Any], base: Pose, prop: str, arrow: Arrow) -> Key:
        """Return one stop; what it does not say of the pose is as in `base`."""
        self.check_keys(table, _STOP_KEYS | _POSE_KEYS)
        move = self.number("move", table.get("move", 0))
        if move < 0.4:
            raise self.error(f"move is {move:g} s; it may be 0.4 s or more")
        pose = self.pose(base, table, prop)
        if pose.yaw and "gaze_yaw" not in table:
            pose = replace(pose, gaze_yaw=pose.yaw * EYES_AHEAD)
        if pose.pitch and "gaze_pitch" not in table:
            pose = replace(pose, gaze_pitch=pose.pitch * EYES_AHEAD)
        return Key(
            move,
            self.number("hold", table.get("hold", 0)),
            pose,
            self.arrow(table.get("arrow"), arrow),
            self.number("back", table["back"]) if "back" in table else None,
            self.number("pause", table["pause"]) if "pause" in table else None,
            self.words("say", table.get("say", "")),
            self.words("say_back", table.get("say_back", "")),
        )

    def choice(self, key: str, default: str, allowed: Mapping[str, Any] | tuple[str, ...]) -> str:
        """Return the value of a key that may be one of `allowed`."""
        value = self.data.get(key, default)
        if value not in allowed:
            raise self.error(f"{key} is {value!r}; it may be {', '.join(allowed)}")
        return str(value)

    def text(self, key: str) -> str:
        """Return the value of a key that has to be there, in one line."""
        value = self.data.get(key, "")
        if not isinstance(value, str) or not value.strip():
            raise self.error(f"{key} is missing")
        return " ".join(value.split())

    def optional_number(self, key: str) -> float | None:
        """Return the number of a key; None without it."""
        return self.number(key, self.data[key]) if key in self.data else None

    def description(self) -> str:
        """Return the description, in which every side word is a marker."""
        return self.words("description", self.text("description"))

    def words(self, name: str, value: object) -> str:
        """Return a text in which every side word is a marker."""
        text = str(value)
        bare = _SIDE_WORD.search(re.sub(r"\{\w+\}", "", text))
        if bare:
            raise self.error(f"{name} says {bare.group()!r}; write {{{bare.group()}}}, the site mirrors texts")
        return text

    def clip(self) -> Clip:
        """Return the movement of the file."""
        self.check_keys(self.data, _CLIP_KEYS)
        prop = self.choice("prop", "", ("", *PROPS))
        position = self.choice("position", "standing", POSITIONS)
        loop = self.choice("loop", "there-and-back", ("there-and-back", "cycle"))
        ease = self.choice("ease", "smooth", ("smooth", "rhythm"))
        start = self.start(position, prop)
        keys = self.keys("key", start, prop, self.arrow(self.data.get("arrow"), Arrow()))
        if not keys:
            raise self.error("there is no [[key]]")
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
            person=self.choice("person", "first", PEOPLE),
            night=bool(self.data.get("night", False)),
            prop=prop,
            grip=self.optional_number("grip"),
            repeat=int(self.data.get("repeat", 1)),
            story=str(self.data.get("story", "")),
            still=self.optional_number("still"),
            start=start,
            keys=keys,
            beat=self.keys("beat", start, prop, Arrow()),
            beat_fields=self.beat_fields(),
        )

    def start(self, position: str, prop: str) -> Pose:
        """Return the pose before anything moves: that of the position, changed by `[base]`."""
        self.where = "base"
        start = self.pose(Pose(), POSITIONS[position], prop)
        self.check_keys(self.data.get("base", {}), _POSE_KEYS)
        start = self.pose(start, self.data.get("base", {}), prop)
        self.where = ""
        return start

    def beat_fields(self) -> tuple[str, ...]:
        """Return the fields of the pose that the beat moves."""
        keys = {key for table in self.data.get("beat", []) for key in table} - _STOP_KEYS
        return tuple(sorted((keys - {"both"}) | ({"left", "right"} if "both" in keys else set())))

    def camera(self, start: Pose) -> Camera:
        """Return the view of the clip, changed by `[camera]`."""
        camera = VIEWS[self.choice("view", "front", VIEWS)].moved(start.root)
        changes = self.data.get("camera", {})
        self.where = "camera"
        self.check_keys(changes, _CAMERA_KEYS)
        values: dict[str, Any] = {}
        for key, value in changes.items():
            if key in ("target", "up"):
                values[key] = self.triple(key, value)
            elif key == "hidden":
                values[key] = tuple(value)
            else:
                values[key] = self.number(key, value)
        self.where = ""
        return replace(camera, **values)


def _own_right(goal: Goal, stated: Mapping[str, Any]) -> Goal:
    """Return a goal for the right hand: the named goal is mirrored, what the spec states itself is kept."""
    kept = {key: getattr(goal, key) for key in stated if key != "goal"}
    return replace(goal.mirrored(), **kept)


def read(path: Path) -> Clip:
    """Return the clip described by the TOML file at `path`, checked for sense but not yet for anatomy.

    Raises SpecError, which names the file, the key and what is allowed.
    """
    try:
        data = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{path.name}: {error}") from error
    reader = _Reader(path, data)
    return _mirrored_clip(reader) if "mirror_of" in data else reader.clip()


def _mirrored_clip(reader: _Reader) -> Clip:
    """Return the mirror image of the clip that `mirror_of` names, under the file's own names."""
    data, path = reader.data, reader.path
    reader.check_keys(data, {"name", "exercise", "variation", "checked", "mirror_of", "description", "story"})
    original = path.with_name(f"{data['mirror_of']}.toml")
    if not original.is_file():
        raise reader.error(f"mirror_of names {data['mirror_of']!r}, which is not there")
    twin = mirror(read(original))
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

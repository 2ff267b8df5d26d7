"""Promises of the programme's own files."""

import re
import tomllib

import pytest

from programme.files import TEXTS

#: Keys of an exercise that no visitor reads as a text of their side.
NOT_SIDED = {"reading_note", "written_by", "reviewed_by", "group", "movement", "body_parts", "equipment"}
EXERCISES = sorted(TEXTS.glob("exercises/*.toml"))


def sentences(data):
    """Yield every text of an exercise, its variations' included, with the key that holds it."""
    for key, value in data.items():
        if key in NOT_SIDED:
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield from sentences(item)
            elif isinstance(item, str):
                yield key, item


@pytest.mark.parametrize("path", EXERCISES, ids=lambda path: path.stem)
def test_side_words_of_an_exercise_can_change_sides(path):
    for key, text in sentences(tomllib.loads(path.read_text())):
        bare = re.sub(r"\{(left|right|Left|Right)\}", "", text)
        assert not re.search(r"\b(left|right)\b", bare, re.IGNORECASE), (key, text)
        assert not set("{}") & set(bare), (key, text)


@pytest.mark.parametrize("path", EXERCISES, ids=lambda path: path.stem)
def test_each_thing_not_to_do_can_be_heard_alone(path):
    for item in tomllib.loads(path.read_text())["do_not"]:
        assert item.startswith("Do not "), item


def test_plain_fields_hold_no_markdown():
    plain = {
        "summary",
        "duration",
        "pain",
        "training",
        "checklist",
        "steps",
        "do",
        "do_not",
        "lead",
        "purpose",
    }
    for path in sorted(TEXTS.rglob("*.toml")):
        for key, value in tomllib.loads(path.read_text()).items():
            for text in value if isinstance(value, list) else [value]:
                if key in plain and isinstance(text, str):
                    assert not re.search(r"\]\(|\*\*", text), (path.name, key, text)


@pytest.mark.parametrize("path", EXERCISES, ids=lambda path: path.stem)
def test_each_position_says_how_to_get_ready_and_no_step_does(path):
    exercise = tomllib.loads(path.read_text())

    for position, word in (("lying", "Lie "), ("sitting", "Sit "), ("standing", "Stand ")):
        ready = exercise.get(f"setup_{position}", "")
        assert bool(ready) == exercise[position], position
        assert not ready or ready.startswith(word), ready
    for step in exercise["steps"]:
        assert not re.match(r"(Sit|Stand|Lie)\b", step), step

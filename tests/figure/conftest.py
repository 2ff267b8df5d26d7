"""Movements for the tests of the figure, written as their authors write them."""

from pathlib import Path

import pytest

pytest.importorskip("numpy", reason="the figure's tests need the optional group “figure”")

MOVEMENT = """
name = "A test"
exercise = "a-test"
view = "front"
arrow = "yaw"
description = "The head turns to its {left} and comes back."

[[key]]
move = 3.0
hold = 1.0
yaw = 40
"""


@pytest.fixture
def movement(tmp_path):
    """Return a function that writes a movement, changed here and there, and gives its path."""

    def write(*changes: tuple[str, str], slug: str = "a-test") -> Path:
        text = MOVEMENT
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path: Path = tmp_path / f"{slug}.toml"
        path.write_text(text)
        return path

    return write

"""Imports point one way: each room of the house knows only those below it."""

import ast
from pathlib import Path

import pytest

TEXTS = {"texts"}
EXERCISES = {"texts", "stages", "exercises"}
CLIPS = EXERCISES | {"clips", "uploads"}

#: Which rooms each room may import, besides itself.
MAY_IMPORT = {
    "texts": set(),
    "uploads": set(),
    "figure": set(),
    "cdtrainer": set(),
    "stages": TEXTS,
    "faq": TEXTS,
    "exercises": EXERCISES,
    "clips": CLIPS,
    "practice": CLIPS,
    "pages": CLIPS - {"uploads"} | {"faq"},
    "staff": set(),
    "programme": CLIPS | {"faq", "pages", "practice"},
}
SOURCES = sorted(path for room in MAY_IMPORT for path in Path(room).rglob("*.py"))


def imported(tree):
    """Yield the first name of every module imported under `tree`, but for type checkers only."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "Imports are absolute everywhere."
            yield str(node.module).partition(".")[0]
        else:
            yield from imported(node)


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_a_room_imports_only_what_is_below_it(path):
    room = path.parts[0]

    known = set(imported(ast.parse(path.read_text()))) & MAY_IMPORT.keys()

    assert known - {room} <= MAY_IMPORT[room]


def test_a_forbidden_import_would_be_noticed():
    tree = ast.parse("def late():\n    from programme import files\nif TYPE_CHECKING:\n    import clips")

    assert list(imported(tree)) == ["programme"]


def test_every_room_of_the_site_is_in_the_plan(settings):
    rooms = {app.partition(".")[0] for app in settings.INSTALLED_APPS if Path(app.partition(".")[0]).is_dir()}

    assert rooms <= MAY_IMPORT.keys()

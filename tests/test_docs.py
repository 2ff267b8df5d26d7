"""README and docs lead where they say."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
FIND_IT = (ROOT / "docs" / "find-it.md").read_text()
#: Every line of its tables: the question, and the places that answer it.
ROWS = [
    line.strip("| ").split(" | ")
    for line in FIND_IT.splitlines()
    if line.startswith("| ") and not line.startswith(("| where is", "| ---"))
]


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.name)
def test_every_link_and_picture_of_a_document_exists(text):
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text.read_text())

    missing = [link for link in links if not link.startswith(("http", "/")) and not (text.parent / link).exists()]
    assert missing == []


def test_the_readme_names_every_folder_once():
    table = re.findall(r"^\| ((?:`[a-z.]+/` ?)+) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    named = [folder for cell in table for folder in re.findall(r"`([a-z.]+)/`", cell)]

    assert sorted(named) == tracked_folders()


def tracked_folders():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    if not listed:
        pytest.skip("This is no git checkout: nobody can say which folders belong to it.")
    return sorted({path.partition("/")[0] for path in listed.splitlines() if "/" in path})


def names_of(path):
    """Return what a Python file defines at its top, and the methods of its classes as `Class.method`."""
    names = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{part.name}" for part in node.body if isinstance(part, ast.FunctionDef)}
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


def is_there(file, name):
    """Whether `file` defines `name`; a template or a script only has to contain it as a word."""
    path = ROOT / file
    if not path.is_file():
        return False
    if path.suffix == ".py":
        return name in names_of(path)
    return bool(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", path.read_text()))


@pytest.mark.parametrize(("question", "places"), ROWS, ids=[question for question, _places in ROWS])
def test_what_find_it_names_is_there(question, places):
    named = re.findall(r"`([^`]+)`: `([^`]+)`", places)

    assert ", ".join(f"`{file}`: `{name}`" for file, name in named) == places  # nothing is left unread
    assert [place for place in named if not is_there(*place)] == []


def test_find_it_has_a_line_for_every_room_and_asks_nothing_twice():
    rooms = {path.parent.name for path in ROOT.glob("*/apps.py")}

    assert len({question for question, _places in ROWS}) == len(ROWS) > 40
    assert rooms <= set(re.findall(r"`(\w+)/[^`]*`:", FIND_IT))


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("exercises/sides.py", "mirrored"),  # a property of a class is no name of the file's
        ("exercises/sides.py", "Sides.sided"),
        ("exercises/views.py", "Filters"),  # imported, not defined
        ("exercises/nowhere.py", "sided"),
        ("static/js/clip.js", "Cli"),
        ("templates/clips/_clip.html", "data-cli"),
    ],
)
def test_a_wrong_line_of_find_it_would_be_noticed(file, name):
    assert not is_there(file, name)


def test_every_test_and_tool_that_the_paper_on_reliability_names_is_there():
    paper = (ROOT / "docs" / "reliability.md").read_text()
    tests = re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", paper)

    assert len(tests) > 50
    missing = [
        f"{file}::{name}"
        for file, name in tests
        for path in [file if file.startswith(("tools/", "tests/")) else f"tests/{file}"]
        if not (ROOT / path).is_file() or (name and not is_there(path, name))
    ]
    assert missing == []

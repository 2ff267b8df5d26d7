"""README and docs lead where they say."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.name)
def test_every_link_and_picture_of_a_document_exists(text):
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text.read_text())

    missing = [link for link in links if not link.startswith(("http", "/")) and not (text.parent / link).exists()]
    assert missing == []


def test_the_readme_names_every_room_of_the_house():
    readme = (ROOT / "README.md").read_text()
    rooms = [path.parent.name for path in ROOT.glob("*/apps.py")]

    assert [room for room in rooms if f"`{room}/`" not in readme] == []

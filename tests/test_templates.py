"""Templates that can be read, and whose addresses follow `urls.py`."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())
LONGEST_LINE = 160  # characters; Django's tags cannot be broken, everything else fits into 120


def name_of(path):
    return str(path.relative_to(ROOT / "templates"))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_no_line_is_too_long_to_be_read_in_a_diff(path):
    lines = enumerate(path.read_text().splitlines(), start=1)

    assert {number: len(line) for number, line in lines if len(line) > LONGEST_LINE} == {}


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_no_address_of_the_site_is_written_out(path):
    assert re.findall(r'(?:href|action|src)="/[^"]*"', path.read_text()) == []

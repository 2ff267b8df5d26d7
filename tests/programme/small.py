"""A small programme, written, changed and loaded by the tests."""

import io
from pathlib import Path

from django.core.management import call_command

from programme.files import TEXTS

EXERCISE = """
name = "Turn to the {right}"
group = "first"
stage = 1
position = 1
steps = ["Sit down.", "Turn to your {left}."]
movement = "total"
sitting = true
body_parts = ["neck", "arms"]
caution = "Ask a **doctor** first."
checked = false
dose_by = "site"

[[variations]]
number = 1
title = "slowly"
"""


def write(path, content):
    """Write `content` without its indentation, and make the folder when there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(line.strip() for line in content.splitlines()))


def change(path, before, after):
    """Replace `before`, which has to be there, by `after` in a file."""
    content = path.read_text()
    assert before in content
    path.write_text(content.replace(before, after))


def load(texts=TEXTS, clips=Path("no such folder"), **options):
    """Run the command, without drawn clips unless the test says which, and return its output."""
    output = io.StringIO()
    call_command("load_programme", texts=texts, clips=clips, stdout=output, **options)
    return output.getvalue()

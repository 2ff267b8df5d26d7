"""Print what nothing in the site uses: vulture's findings, less the names that templates and settings use.

    python -m tools.dead_code

Tests do not count: what only they use is dead. What Django and other libraries use by name stands in `[tool.vulture]`
of pyproject.toml.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from vulture import Vulture
from vulture.config import make_config

TEMPLATE_TAG = re.compile(r"{[{%](.*?)[%}]}", re.DOTALL)
DOTTED_PATH = re.compile(r'"[\w.]+\.(\w+)"')  # as in "staff.forms.SignInForm"


def main() -> int:
    """Print a line for each unused name; return 1 when there are any."""
    rooms = [str(path.parent) for path in Path().glob("*/__init__.py") if path.parent.name != "tests"]
    config = make_config(rooms)
    vulture = Vulture(ignore_names=config["ignore_names"], ignore_decorators=config["ignore_decorators"])
    vulture.scavenge(rooms, exclude=config["exclude"])
    named = {*names_in_templates(), *names_in_settings()}
    unused = [item for item in vulture.get_unused_code() if item.name not in named]
    sys.stdout.writelines(f"{item.get_report()}\n" for item in unused)
    return int(bool(unused))


def names_in_templates() -> Iterator[str]:
    """Yield every word in the tags and variables of the site's templates."""
    for path in Path("templates").rglob("*.*"):
        for tag in TEMPLATE_TAG.findall(path.read_text()):
            yield from re.findall(r"\w+", tag)


def names_in_settings() -> Iterator[str]:
    """Yield the classes and functions that settings, addresses and apps name as text."""
    for path in [*Path("cdtrainer").glob("*.py"), *Path().glob("*/apps.py")]:
        yield from DOTTED_PATH.findall(path.read_text())


if __name__ == "__main__":
    sys.exit(main())

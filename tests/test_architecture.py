"""The layer rule of `docs/find-it.md`: models look down, views look at models, and nobody looks at foreign views.

1. A room's models, and whatever they import, import only rooms below their own.
2. Any other file may import every room, but for the views, addresses and admin of another room.
3. No files import each other in a circle, not even for a type checker.
4. The site imports none of the builders.
"""

import ast
from functools import lru_cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

#: From the lowest to the highest: models of a room may import rooms before it. Faq and stages do not know each other.
ROOMS = [
    "texts",
    "uploads",
    "faq",
    "stages",
    "exercises",
    "clips",
    "pages",
    "upkeep",
    "staff",
    "programme",
    "workshop",
]
BUILDERS = {"figure", "tools", "tests"}
#: Files that answer requests. What several rooms build on lies in two files of `texts`: no room's own admin.
INTERFACE = {"admin", "views", "urls"}
SHARED = {"texts.admin", "texts.deletion_admin"}


def is_interface(module):
    """Whether a module answers requests: `views`, `upload_views`, `side_urls`, `admin`."""
    return module.rpartition(".")[2].rpartition("_")[2] in INTERFACE and module not in SHARED


def module_of(path):
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


@lru_cache(maxsize=1)
def modules():
    """Return every module of the site by its name, with its path; migrations are Django's."""
    paths = [path for room in [*ROOMS, "cdtrainer"] for path in Path(room).rglob("*.py")]
    return {module_of(path): path for path in paths if "migrations" not in path.parts}


def imported(tree, known):
    """Yield the modules among `known` that `tree` imports anywhere, also for type checkers."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.partition(".")[0] in known)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "Imports are absolute everywhere."
            for alias in node.names:
                within = f"{node.module}.{alias.name}"
                if within in known:
                    yield within
                elif node.module in known or str(node.module).partition(".")[0] in BUILDERS:
                    yield str(node.module)


@lru_cache(maxsize=1)
def imports():
    """Return what each module of the site imports of the site."""
    return {name: set(imported(ast.parse(path.read_text()), modules())) for name, path in modules().items()}


@lru_cache(maxsize=1)
def model_modules():
    """Return every `models` module, and what these import in turn."""
    found, waiting = set(), [name for name in modules() if name.endswith(".models")]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += imports().get(name, ())
    return sorted(found)


@pytest.mark.parametrize("module", model_modules())
def test_models_and_what_they_need_look_down_only(module):
    room = module.partition(".")[0]
    below = {room, *ROOMS[: ROOMS.index(room)]}

    assert {name.partition(".")[0] for name in imports()[module]} <= below


@pytest.mark.parametrize("module", modules())
def test_nobody_looks_at_another_rooms_views_addresses_or_admin(module):
    room = module.partition(".")[0]

    foreign = {name for name in imports()[module] if name.partition(".")[0] != room}

    assert [name for name in foreign if is_interface(name)] == []


def test_no_files_import_each_other_in_a_circle():
    TopologicalSorter(imports()).prepare()  # raises CycleError, which names the circle


def test_the_site_needs_none_of_its_builders():
    assert {name for names in imports().values() for name in names if name.partition(".")[0] in BUILDERS} == set()


def test_a_forbidden_import_would_be_noticed():
    tree = ast.parse("def late():\n    from clips import views\nif TYPE_CHECKING:\n    import clips.models")

    found = list(imported(tree, modules()))

    assert found == ["clips.views", "clips.models"]
    assert is_interface("clips.upload_views")
    assert not is_interface("texts.admin")


def test_nobody_changes_another_rooms_admin():
    changed = [
        f"{name}: {ast.unparse(node)}"
        for name, path in modules().items()
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute)
    ]

    assert changed == []


def test_every_room_of_the_site_is_in_the_plan(settings):
    rooms = {app.partition(".")[0] for app in settings.INSTALLED_APPS if Path(app.partition(".")[0]).is_dir()}

    assert rooms <= set(ROOMS)

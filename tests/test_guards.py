"""Promises of the whole project, each kept by one test."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.urls import URLPattern, get_resolver
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.factories import make_clip, make_page, make_problem, make_question, make_variation

METHODS = ["get", "head", "post", "put", "patch", "delete", "options"]
#: What everybody may open below /admin/.
OPEN_PATHS = [
    "/admin/login/",
    "/admin/logout/",
    "/admin/welcome/",
    "/admin/account/login/",
    "/admin/account/logout/",
    "/admin/account/inactive/",
    "/admin/account/password/reset/",
]
SIGN_IN = ("/admin/login/", "/admin/account/login/")
SAMPLES = {"path": "1", "int": "1", "str": "sample", "slug": "sample", "uuid": "0" * 8 + "-0000" * 3 + "-" + "0" * 12}


def addresses(patterns=None, prefix="/"):
    """Yield an example path for every URL pattern of the site."""
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        text = str(entry.pattern)
        for name, converter in getattr(entry.pattern, "converters", {}).items():
            sample = next((value for kind, value in SAMPLES.items() if kind in type(converter).__name__.lower()), "1")
            for placeholder in (f"<{kind}:{name}>" for kind in [*SAMPLES, "int"]):
                text = text.replace(placeholder, sample)
            text = text.replace(f"<{name}>", sample)
        if "(?P" in text or "(?:" in text or text.endswith("$"):
            continue  # Django's own catch-alls, which ask for a sign-in or repeat what is here
        if isinstance(entry, URLPattern):
            yield prefix + text
        else:
            yield from addresses(entry.url_patterns, prefix + text)


def rows():
    """Return how many rows every table has, and the users' privileges."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for model in apps.get_models()
        if model._meta.label not in ("sessions.Session", "texts.ContentVersion")
    }


@pytest.fixture
def one_of_each(db):
    clip = make_clip()
    make_variation(exercise=clip.exercise)
    make_question()
    make_problem()
    make_page()


def test_the_walk_finds_the_staffs_addresses():
    paths = list(addresses())

    assert "/admin/exercises/exercise/1/change/" in paths
    assert "/admin/auth/user/add/" in paths
    assert len([path for path in paths if path.startswith("/admin/")]) > 60


@pytest.mark.parametrize("method", METHODS)
def test_a_stranger_gets_nothing_of_the_staffs_by_any_method(client, one_of_each, method):
    before = rows()

    for path in addresses():
        if not path.startswith("/admin/") or path.startswith(tuple(OPEN_PATHS)):
            continue
        response = getattr(client, method)(path)
        if path == "/admin/jsi18n/":  # words for the widgets, the same for everybody
            continue
        assert response.status_code in (302, 401, 403, 404, 405), (method, path, response.status_code)
        if response.status_code == 302:
            assert response.url.startswith(SIGN_IN), (method, path)

    assert rows() == before


def test_looking_at_a_page_never_changes_anything(client, one_of_each):
    before = rows()

    for path in addresses():
        response = client.get(path)
        assert response.status_code < 500 or path == "/readyz", path

    assert rows() == before


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_the_settings_of_a_site_on_the_internet_pass_djangos_checks():
    completed = run("check", "--deploy", "--fail-level", "WARNING", HTTPS="True", ALLOWED_HOSTS="example.org")

    assert completed.returncode == 0, completed.stderr


def test_a_site_without_a_secret_key_does_not_start():
    completed = run("check", SECRET_KEY="", DEBUG="False")

    assert completed.returncode != 0
    assert "SECRET_KEY is empty" in completed.stderr


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, str(Path("manage.py").resolve()), *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def pinned(lock_file):
    """Return the versions in a lock file by package; one may have several, each for other versions of Python."""
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([\w.]+)", lock_file.read_text(), re.MULTILINE):
        versions.setdefault(canonicalize_name(name), set()).add(version)
    return versions


@pytest.mark.parametrize(("name", "extras"), [("site", ["postgres"]), ("dev", ["postgres", "figure", "dev"])])
def test_a_lock_file_pins_all_that_pyproject_asks_for(name, extras):
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    versions = pinned(Path(f"requirements/{name}.txt"))

    wanted = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]

    for requirement in map(Requirement, wanted):
        for version in versions[canonicalize_name(requirement.name)]:
            assert requirement.specifier.contains(version), requirement


def test_both_lock_files_pin_the_same_and_the_lts_of_django():
    site, dev = pinned(Path("requirements/site.txt")), pinned(Path("requirements/dev.txt"))

    assert site == {name: dev[name] for name in site}
    assert all(version.startswith("5.2.") for version in site["django"])


def test_the_lock_files_name_no_registry():
    for path in Path("requirements").iterdir():
        assert "://" not in path.read_text(), path
        assert "index-url" not in path.read_text(), path

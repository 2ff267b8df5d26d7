"""Cached pages: cheap for visitors, never stale, never somebody else's."""

import gzip
import os
import re
import shutil
from pathlib import Path

import pytest

from cdtrainer import page_cache
from exercises.sides import Sides
from tests.factories import make_exercise, make_stage
from texts import freshness

pytestmark = pytest.mark.django_db


def test_the_second_visit_takes_no_query_but_the_versions(client, django_assert_max_num_queries):
    make_stage(number=1)
    client.get("/stages/1/")

    with django_assert_max_num_queries(1):
        assert client.get("/stages/1/").status_code == 200


def test_a_stored_page_has_every_header_that_protects_its_reader(client):
    make_stage(number=1)
    first, second = client.get("/stages/1/"), client.get("/stages/1/")

    assert first["X-Frame-Options"] == second["X-Frame-Options"] == "DENY"
    assert set(first.headers) <= set(second.headers)


def test_an_edit_shows_as_soon_as_the_version_is_read_again(client):
    stage = make_stage(number=1, summary="Old words.")
    assert "Old words." in client.get("/stages/1/").text

    stage.summary = "New words."
    stage.save()
    freshness.touch()

    assert "New words." in client.get("/stages/1/").text


def test_each_side_and_view_has_a_page_of_its_own(client):
    make_exercise(slug="turn", name="Center to {left}")
    assert "Center to left" in client.get("/exercises/turn/").text

    client.cookies["side"] = "left"

    assert "Center to right" in client.get("/exercises/turn/").text
    assert "Cookie" in client.get("/exercises/turn/")["Vary"]


def test_a_browser_that_has_the_page_gets_304(client):
    make_stage(number=1)
    first = client.get("/stages/1/")

    second = client.get("/stages/1/", headers={"If-None-Match": first["ETag"]})

    assert second.status_code == 304
    assert second.content == b""


def test_pages_are_kept_compressed_and_plain_for_who_asks(client):
    make_stage(number=1, summary="Words. " * 100)
    packed = client.get("/stages/1/", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/stages/1/")
    again = client.get("/stages/1/", headers={"Accept-Encoding": "gzip"})

    assert packed["Content-Encoding"] == again["Content-Encoding"] == "gzip"
    assert not plain.has_header("Content-Encoding")
    assert gzip.decompress(again.content).decode() == plain.text


def test_staff_always_get_the_page_made_for_them(workshop, client):
    make_stage(number=1)

    response = workshop.get("/stages/1/")

    assert not response.has_header("ETag")


def test_missing_pages_are_not_kept(client):
    assert client.get("/stages/1/").status_code == 404
    make_stage(number=1)

    assert client.get("/stages/1/").status_code == 200


def cache_key(rf, path="/"):
    request = rf.get(path)
    request.sides = Sides()
    return page_cache.cache_key(request)


@pytest.mark.parametrize(
    ("name", "value"), [("EMERGENCY_NUMBER", "112"), ("SITE_URL", "https://exercises.example.org")]
)
def test_a_page_made_with_other_settings_has_another_key(rf, settings, name, value):
    before = cache_key(rf)

    setattr(settings, name, value)

    assert cache_key(rf) != before


def test_every_setting_that_visitors_pages_read_is_in_the_key():
    files = [path for room in ("texts", "stages", "exercises", "faq", "pages") for path in Path(room).rglob("*.py")]

    names = {name for path in files for name in re.findall(r"\bsettings\.([A-Z_]+)", path.read_text())}

    assert names - {"AUTH_USER_MODEL"} <= set(page_cache.SHOWN_SETTINGS)
    assert "EMERGENCY_NUMBER" in names


# What a shared cache must not outlive ------------------------------------------------------


@pytest.fixture
def source(settings, tmp_path):
    """A copy of the code and the templates that make pages, to be changed."""
    folder = tmp_path / "source"
    for name in ("texts", "exercises", "cdtrainer", "templates", "requirements"):
        shutil.copytree(settings.BASE_DIR / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    settings.BASE_DIR = folder
    return folder


@pytest.fixture
def release():
    """Return a function that tells the release, as a process that starts now would."""

    def read_again():
        page_cache.release.cache_clear()
        return page_cache.release()

    yield read_again
    page_cache.release.cache_clear()


@pytest.mark.parametrize(
    "changed",
    [
        "texts/templatetags/texts.py",
        "exercises/structured_data.py",
        "cdtrainer/settings.py",
        "templates/base.html",
        "requirements/site.txt",
    ],
)
def test_a_changed_file_makes_another_release(source, release, changed):
    before = release()
    path = source / changed
    modified = path.stat().st_mtime_ns

    path.write_bytes(path.read_bytes() + b"\n")
    os.utime(path, ns=(modified, modified))  # as an archive unpacks it

    assert release() != before


def test_collected_static_files_with_other_names_make_another_release(settings, release):
    before = release()

    (Path(settings.STATIC_ROOT) / "staticfiles.json").write_text("{}")

    assert release() != before


def test_every_host_with_the_same_files_has_the_same_release(source, release, settings, tmp_path):
    before = release()
    shutil.copytree(source, tmp_path / "another-host")

    settings.BASE_DIR = tmp_path / "another-host"

    assert release() == before


def test_the_code_of_every_app_of_the_site_counts(settings):
    names = page_cache.release_files()

    for app in settings.INSTALLED_APPS:
        if Path(app.partition(".")[0]).is_dir():
            assert f"{app.partition('.')[0]}/__init__.py" in names
    assert not [name for name in names if name.startswith((".venv", "tests", "var"))]

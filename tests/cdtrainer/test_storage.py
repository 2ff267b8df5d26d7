"""What `collectstatic` makes of our own static files."""

import gzip
import json
import re

import pytest
from django.conf import settings
from django.core.management import call_command


@pytest.fixture
def collect(settings, tmp_path):
    """Return a function that collects the files of a folder as production does, and gives the text of one."""
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "cdtrainer.storage.BundledStaticFilesStorage"},
    }

    def collected(name, folder=None):
        if folder:
            settings.STATICFILES_DIRS = [folder]
        call_command("collectstatic", interactive=False, verbosity=0)
        names = json.loads((settings.STATIC_ROOT / "staticfiles.json").read_text())["paths"]
        return (settings.STATIC_ROOT / names[name]).read_text()

    return collected


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "sources"
    (folder / "inner").mkdir(parents=True)
    return folder


@pytest.mark.parametrize("name", ["css/site.css", "workshop/workshop.css"])
def test_a_stylesheet_brings_its_colours_along_in_one_request(collect, name):
    stylesheet = collect(name)

    assert "@import" not in stylesheet
    assert "--page: var(--if-light, #faf8f4)" in stylesheet


@pytest.mark.parametrize("name", ["css/site.css", "staff/sign-in.css", "workshop/workshop.css"])
def test_a_tablet_without_cascade_layers_gets_every_rule(collect, name):
    assert "@layer" not in collect(name)  # browsers that do not know it, such as Safari 15.3, drop all that is inside


def test_the_stylesheet_of_the_site_is_small(collect):
    assert len(gzip.compress(collect("css/site.css").encode())) <= 12 * 1024


def test_an_imported_stylesheet_with_addresses_of_its_own_stays_where_they_are_right(collect, folder):
    (folder / "inner" / "pictures.css").write_text("a { background: url(dot.svg); }")
    (folder / "inner" / "dot.svg").write_text("<svg/>")
    (folder / "outer.css").write_text('@import "inner/pictures.css";\nb { color: red; }')

    stylesheet = collect("outer.css", folder)

    assert re.search(r'@import url\("inner/pictures\.\w{12}\.css"\);', stylesheet)


def test_a_stylesheet_that_imports_nothing_there_is_is_refused(collect, folder):
    (folder / "outer.css").write_text('@import "gone.css";')

    with pytest.raises(FileNotFoundError):
        collect("outer.css", folder)


def test_a_module_imports_the_others_by_their_hashed_names(collect, folder):
    (folder / "page.js").write_text('import { one } from "./inner/part.js";\none();\n')
    (folder / "inner" / "part.js").write_text("export const one = () => 1;\n")

    module = collect("page.js", folder)

    [imported] = re.findall(r'from "\./(inner/part\.\w{12}\.js)"', module)
    assert (settings.STATIC_ROOT / imported).exists()

from copy import copy
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command

from tests.pages.walk import addresses

#: Every row of the programme's texts, once a process has loaded them: loading takes seconds, copying does not.
_rows: dict[Any, list[Any]] = {}


@pytest.fixture
def programme(db, tmp_path):
    """The texts of the whole programme, as on a fresh install; its films take too long to copy for every test."""
    if _rows:
        for model, rows in _rows.items():
            model.objects.bulk_create(copy(row) for row in rows)
        return
    call_command("load_programme", quiet=True, clips=tmp_path / "none")
    for app in ("stages", "exercises", "faq", "pages", "programme"):
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            _rows[model] = list(model._default_manager.all())


@pytest.fixture
def every_address(programme, client):
    """The address of every page in the sitemap, and of the pages that the sitemap leaves out."""
    return [*addresses(client.get("/sitemap.xml").text), "/start/?answered=1&2-1=yes", "/search/?q=left"]

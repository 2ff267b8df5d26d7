"""What every test shares: folders of its own, an empty cache, quick passwords."""

from copy import copy
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import caches
from django.core.files.storage import storages
from django.core.management import call_command
from django.test import Client

from clips.models import Clip
from pages import search
from tests.walk import Answer, addresses, answer_to
from texts import freshness

#: Every row of the programme's texts, once a process has loaded them: loading takes seconds, copying does not.
_rows: dict[Any, list[Any]] = {}
#: Every page of a fresh install that a test of this process has asked for, by its address.
_pages: dict[str, Answer] = {}


@pytest.fixture(autouse=True)
def a_house_of_its_own(settings, tmp_path, monkeypatch):
    """Keep a test's files, cached pages and passwords apart from the site's and from other tests'."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CACHES = {  # unit tests are one process, and most of them need no database
        name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name} for name in settings.CACHES
    }
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.ORIGINALS_ROOT = tmp_path / "originals"
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "originals": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": settings.ORIGINALS_ROOT, "base_url": None},
        },
        # No manifest: unit tests run before anything has been collected.
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    monkeypatch.setattr(Clip._meta.get_field("original"), "storage", storages["originals"])
    monkeypatch.setattr(freshness, "_read_at", 0.0)
    search._index.cache_clear()  # versions begin again with every test
    for cache in caches.all():
        cache.clear()


@pytest.fixture
def therapist(django_user_model):
    """Somebody who may edit everything."""
    return django_user_model.objects.create_superuser("ana", "ana@example.org", "a long password for ana")


@pytest.fixture
def workshop(client, therapist):
    """A browser in which the therapist has signed in."""
    client.force_login(therapist)
    return client


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
def fetch(request):
    """Return a function that gives a visitor's page of a fresh install, and asks for each address once a process.

    The programme is loaded only when a page is not known yet, so a test may use nothing but the pages.
    """

    def fetched(address):
        if address not in _pages:
            request.getfixturevalue("programme")
            _pages[address] = answer_to(Client(), address)
        return _pages[address]

    return fetched


@pytest.fixture
def every_address(fetch):
    """The address of every page in the sitemap, and of the pages that the sitemap leaves out."""
    return [*addresses(fetch("/sitemap.xml").text), "/start/?answered=1&2-1=yes", "/search/?q=left"]

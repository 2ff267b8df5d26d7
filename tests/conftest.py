"""What every test shares: folders of its own, an empty cache, quick passwords."""

import os

import pytest
from django.core.cache import caches
from django.core.files.storage import storages

from clips.models import Clip
from pages import freshness, search
from tests.browser import launched


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


@pytest.fixture(scope="module")
def chromium(django_db_setup):
    """Debian's Chromium, for the tests marked e2e."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright keeps an event loop in this thread
    with launched() as browser:
        yield browser
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]

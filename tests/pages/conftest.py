import pytest
from django.core.management import call_command

from tests.pages.walk import addresses


@pytest.fixture
def programme(db, tmp_path):
    """The texts of the whole programme, as on a fresh install; its films take too long to copy for every test."""
    call_command("load_programme", quiet=True, clips=tmp_path / "none")


@pytest.fixture
def every_address(programme, client):
    """The address of every page in the sitemap, and of the pages that the sitemap leaves out."""
    return [*addresses(client.get("/sitemap.xml").text), "/start/?answered=1&2-1=yes", "/search/?q=left"]

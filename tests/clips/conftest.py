"""Films for the tests of clips, each made once for all tests of a process."""

from functools import partial

import pytest

from clips.conversion import jobs
from tests.clips.films import make_film
from tests.uploads.conftest import stranger, tus, upload_at, uploads_folder

__all__ = ["stranger", "tus", "upload_at", "uploads_folder"]


@pytest.fixture(scope="session")
def film(tmp_path_factory):
    """Make one of the films of `films.py` by its name."""
    return partial(make_film, tmp_path_factory.mktemp("films"))


@pytest.fixture(autouse=True)
def nobody_says_stop():
    jobs.stopping.clear()
    yield
    jobs.stopping.clear()

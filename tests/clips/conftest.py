"""Films for the tests of clips, each made once for all tests of a process."""

from functools import partial

import pytest
from django.core.files import File

from clips.conversion import jobs
from clips.models import Clip
from tests.clips.films import make_film
from tests.factories import make_clip
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


@pytest.fixture
def uploaded(film, django_capture_on_commit_callbacks):
    """Make a clip whose film has just been uploaded."""

    def make(name="plain.mp4", **fields):
        clip = make_clip(**{"status": Clip.Status.WAITING, "published": True} | fields)
        with film(name).open("rb") as file:
            clip.original.save(name, File(file))
        with django_capture_on_commit_callbacks(execute=True):
            jobs.submit(clip)
        return clip

    return make

"""A folder that cannot be written: the film waits, and the therapist reads at once which folder it is."""

import errno
import subprocess

import pytest
from django.core.files import File
from django.core.files.storage import default_storage
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from clips.conversion import jobs
from clips.conversion.folders import problem_with_folder
from clips.models import Clip
from tests.factories import make_clip

pytestmark = pytest.mark.django_db

WAITS = "cannot be written. The film will be converted as soon as it can be; please tell whoever runs the server."


@pytest.fixture
def uploaded(film, django_capture_on_commit_callbacks):
    clip = make_clip(status=Clip.Status.WAITING)
    with film("plain.mp4").open("rb") as file:
        clip.original.save("plain.mp4", File(file))
    with django_capture_on_commit_callbacks(execute=True):
        jobs.submit(clip)
    return clip


@pytest.fixture
def read_only_films(tmp_path):
    """The folder of the films on a disk of its own, which is read-only until the function it returns is called."""
    folder = tmp_path / "media"
    folder.mkdir(exist_ok=True)

    def mount(*options):
        done = subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", folder], capture_output=True, check=False)
        if done.returncode:
            pytest.skip(f"no disk can be mounted here, which only root may do: {done.stderr.decode().strip()}")

    mount("-o", "ro,size=20m")
    yield lambda: mount("-o", "remount,rw")
    subprocess.run(["umount", "--lazy", folder], check=True)


def queued():
    """Return name and time of the tasks that wait for a later moment."""
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY, run_after__isnull=False)
    return [(task.task_path.rpartition(".")[2], task.run_after > task.enqueued_at) for task in waiting]


def test_the_therapist_reads_the_cause_after_the_first_look(uploaded, read_only_films):
    jobs.look_at_film.call(uploaded.pk)

    uploaded.refresh_from_db()
    assert uploaded.status == Clip.Status.WAITING
    assert uploaded.problem == f"The folder of the films (MEDIA_ROOT) {WAITS}"
    assert ("look_at_film", True) in queued()


def test_no_try_is_used_up_and_the_film_is_converted_when_it_can_be(uploaded, read_only_films):
    for _ in range(jobs.MOST_ATTEMPTS + 1):
        jobs.convert_film.call(uploaded.pk)
    uploaded.refresh_from_db()
    assert (uploaded.status, uploaded.conversion.attempts) == (Clip.Status.WAITING, 0)
    assert WAITS in uploaded.problem

    read_only_films()
    jobs.convert_film.call(uploaded.pk)

    uploaded.refresh_from_db()
    assert (uploaded.status, uploaded.problem) == (Clip.Status.READY, "")
    assert default_storage.exists(uploaded.film.name)


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.EPERM])
def test_each_folder_is_called_by_its_name(settings, tmp_path, number):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "work")
    folders = {
        settings.MEDIA_ROOT / "clips" / "a": "The folder of the films (MEDIA_ROOT)",
        settings.ORIGINALS_ROOT / "a": "The folder of the original films (ORIGINALS_ROOT)",
        tmp_path / "work" / "a": "The folder for work (FILE_UPLOAD_TEMP_DIR)",
        "/elsewhere": "A folder of the server",
        None: "A folder of the server",
    }

    for path, name in folders.items():
        assert problem_with_folder(OSError(number, "no", path and str(path))) == f"{name} {WAITS}"


def test_other_failures_are_still_tries(uploaded, monkeypatch):
    def broken(*args, **kwargs):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(jobs, "probe", broken)

    jobs.convert_film.call(uploaded.pk)

    uploaded.refresh_from_db()
    assert (uploaded.conversion.attempts, uploaded.problem) == (1, "")

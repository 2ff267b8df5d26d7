"""What the tests of conversion look at: the tasks that wait, and the files of a clip."""

from django.core.files.storage import default_storage
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from clips.models import FILE_FIELDS


def queued():
    """Return the names and arguments of the tasks that wait, the next one first."""
    ready = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    return [(result.task_path.rpartition(".")[2], result.args_kwargs["args"][0]) for result in ready]


def files_of(clip):
    folder = f"clips/{clip.public_id}"
    return {f"{folder}/{name}" for name in default_storage.listdir(folder)[1]}


def named_by(clip):
    return {getattr(clip, field).name for field in FILE_FIELDS} - {""}


def raises(error):
    def raise_it(*args, **kwargs):
        raise error

    return raise_it

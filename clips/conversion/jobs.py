"""Who converts which clip, and what happens when they are killed in the middle of it.

A job is the clip's `Conversion`: its status, how often it has been tried, and a lease. The queue carries nothing
but the clip's number. A worker takes a clip by writing its token and extends the lease while it works.
Whoever finds that a lease has run out, or that its owner is dead, queues the clip again.

Forms write the clip's row, workers the conversion's; only `files.publish` writes both. Whatever writes both writes the
clip first, so that two of them wait for each other instead of for ever.

Two things are counted. An *attempt* is a conversion that failed by itself; three of them, and the clip has failed.
A *loss* is a conversion that somebody killed, worker or ffmpeg: a deployment, a power cut, the kernel for want of
memory. That is hardly ever the film's fault, so it uses up no attempt. A film that does kill whoever converts it
must not keep the worker from the others, though: after three losses in a row it waits, longer each time, and after
more than a day of that it has failed.
"""

import logging
import threading
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from clips.conversion.convert import convert
from clips.conversion.ffmpeg import FfmpegError, KilledError, StoppedError
from clips.conversion.files import (
    keep_moments,
    local_copy,
    publish,
    publish_first_still,
    publish_stills,
    work_folder,
)
from clips.conversion.folders import problem_with_folder, require_writable_films
from clips.conversion.leases import Lease, LeaseLostError, worker_died
from clips.conversion.models import Conversion
from clips.conversion.probe import FilmRefusedError, probe
from clips.conversion.stills import moments, quick_still, still_frame, stills
from clips.models import Clip

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
FREE_LOSSES = 2  # in a row, after which a clip is tried again at once
MOST_LOSSES = 12
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=10), timedelta(hours=6)  # the twelve take 28 hours
RETRY_AFTER = timedelta(seconds=20)
FOLDER_RETRY_AFTER = timedelta(minutes=2)
LOOK_TAKES_AT_MOST = timedelta(minutes=3)  # a first look still unfinished after that was lost with its worker

#: Set when this worker has been told to stop: it gives its clip back instead of finishing it.
stopping = threading.Event()


# What editors do ----------------------------------------------------------------------


def submit(clip: Clip) -> None:
    """Have the film of `clip` converted, from the start. What visitors see stays until that is done."""
    Conversion(clip=clip).save()  # in place of the last one, whose worker loses its lease
    transaction.on_commit(lambda: look_at_film.enqueue(clip.pk))


def choose_still(clip: Clip) -> None:
    """Have the still of a finished clip made from its second `still_at`, or chosen by the site."""
    clip.still_is_due = True
    Clip.objects.filter(pk=clip.pk).update(still_at=clip.still_at, still_is_due=True)
    transaction.on_commit(lambda: make_still.enqueue(clip.pk))


def show_moments(clip: Clip) -> None:
    """Have the moments made of a clip that was finished without them, such as a drawn one."""
    transaction.on_commit(lambda: make_moments.enqueue(clip.pk))


# What the worker does -----------------------------------------------------------------


@task(queue_name="fast", priority=50)
def look_at_film(pk: int) -> None:
    """Refuse a film that cannot be used, or show a first still; both long before it could be converted."""
    conversion = Conversion.objects.select_related("clip").filter(pk=pk, status=Conversion.Status.WAITING).first()
    if conversion is None:
        return
    clip = conversion.clip
    rows = Conversion.objects.filter(pk=pk, status=Conversion.Status.WAITING, submitted_at=conversion.submitted_at)
    try:
        require_writable_films()
        with work_folder() as folder:
            source = local_copy(clip.original, folder)
            film = probe(source)
            rows.update(original_seconds=film.seconds)
            if not clip.film and not clip.still_small:
                publish_first_still(clip, quick_still(source, film, folder))
    except FilmRefusedError as refusal:
        rows.update(status=Conversion.Status.FAILED, problem=str(refusal))
        return
    except Exception as error:  # whatever it was, the clip must not be left without a task
        if problem := problem_with_folder(error):
            log.warning("First look at clip %s: %s", pk, error)
            rows.update(problem=problem)
            look_at_film.using(run_after=timezone.now() + FOLDER_RETRY_AFTER).enqueue(pk)
            return
        log.exception("First look at clip %s", pk)  # the conversion will say what is wrong
    convert_film.enqueue(pk)


@task(queue_name="default")
def convert_film(pk: int) -> None:
    """Make what visitors play from the film of a clip that is waiting."""
    lease = Lease.take(pk)
    if lease is None:
        return
    try:
        convert_leased(lease)
    except FilmRefusedError as refusal:
        log.warning("Clip %s refused: %s", pk, refusal, exc_info=refusal.__cause__)
        lease.release(status=Conversion.Status.FAILED, problem=str(refusal))
    except LeaseLostError:
        log.warning("Clip %s is another worker's now", pk)
    except Clip.DoesNotExist:
        log.warning("Clip %s was deleted while it was converted", pk)
    except StoppedError:
        if lease.release(status=Conversion.Status.WAITING, progress=0):
            convert_film.enqueue(pk)
    except KilledError:
        log.warning("The conversion of clip %s was killed", pk)
        try_again(lease.rows())
    except Exception as error:  # whatever it was, the next film must not wait for it
        if problem := problem_with_folder(error):
            log.warning("Converting clip %s: %s", pk, error)
        else:
            log.exception("Converting clip %s", pk)
        retry(lease, problem)


def convert_leased(lease: Lease) -> None:
    """Convert and publish the film of the clip that `lease` is about.

    Raises:
        LeaseLostError, Clip.DoesNotExist: when the clip has got a new film or was deleted meanwhile.
        FilmRefusedError, StoppedError, FfmpegError: as `convert` says.
    """
    clip = Clip.objects.get(pk=lease.pk)
    require_writable_films()
    with lease.kept(), work_folder() as folder:
        source = local_copy(clip.original, folder)
        film = probe(source)
        lease.extend(original_seconds=film.seconds)
        converted = convert(
            source,
            film,
            folder,
            keep_sound=clip.keep_sound,
            start=clip.trim_start,
            end=clip.trim_end,
            still_at=clip.still_at,
            on_progress=lease.report,
            stop=lambda: stopping.is_set() or lease.lost,
        )
        publish(clip, converted, lease)


@task(queue_name="fast", priority=40)
def make_still(pk: int) -> None:
    """Make the still that an editor has chosen, under new names."""
    clip = Clip.objects.with_status(Clip.Status.READY).filter(pk=pk, still_is_due=True).first()
    if clip is None:
        return  # a conversion under way makes it as well
    rows = Clip.objects.filter(pk=pk, film=clip.film.name, still_at=clip.still_at, still_is_due=True)
    try:
        with work_folder() as folder:
            film = local_copy(clip.film, folder)
            parts = stills(still_frame(film, clip.seconds, clip.still_at, folder), folder)
            publish_stills(clip, parts, rows)
    except LeaseLostError:
        log.warning("The still of clip %s was chosen anew meanwhile", pk)
    except FilmRefusedError as missing:
        log.warning("The still of clip %s: %s", pk, missing)
        rows.update(still_is_due=False)
    except (FfmpegError, OSError):
        log.exception("The still of clip %s", pk)  # housekeeping asks for it again


@task(queue_name="fast", priority=40)
def make_moments(pk: int) -> None:
    """Make the pictures to choose a still from, for a clip that has none."""
    clip = Clip.objects.with_status(Clip.Status.READY).filter(pk=pk, moments=None).first()
    if clip is None:
        return
    with work_folder() as folder:
        pictures = list(moments(local_copy(clip.film, folder), clip.seconds, folder))
    with transaction.atomic():
        if Clip.objects.filter(pk=pk, film=clip.film.name).exists():
            keep_moments(pk, pictures)


def retry(lease: Lease, problem: str) -> None:
    """Queue a clip again after a failure that may not be the film's fault, at most `MOST_ATTEMPTS` times.

    A folder that cannot be written is no failure of the attempt: the clip waits, and says `problem`, until it can.
    """
    conversion = lease.rows().first()
    if conversion is None:  # deleted, or another worker's by now
        return
    changes: dict[str, Any]
    if problem:
        after, changes = FOLDER_RETRY_AFTER, {"problem": problem}
    elif conversion.attempts + 1 < MOST_ATTEMPTS:
        after, changes = RETRY_AFTER, {"attempts": conversion.attempts + 1}
    else:
        lease.release(status=Conversion.Status.FAILED, problem=gave_up(), attempts=conversion.attempts + 1)
        return
    if lease.release(status=Conversion.Status.WAITING, progress=0, **changes):
        convert_film.using(run_after=timezone.now() + after).enqueue(lease.pk)


def gave_up() -> str:
    return _(
        "The film could not be converted, although it was tried %(count)d times. "
        "Press “Try again” once; if that does not help, tell whoever runs the server."
    ) % {"count": MOST_ATTEMPTS}


def try_again(rows: models.QuerySet[Conversion]) -> bool:
    """Queue a clip again whose conversion was killed; False when `rows`, a queryset of its conversion, is empty."""
    conversion = rows.first()
    if conversion is None:
        return False
    losses = conversion.losses + 1
    changes: dict[str, Any] = {"progress": 0, "losses": losses, "lease_token": "", "lease_until": None}
    if losses >= MOST_LOSSES:
        return bool(rows.update(status=Conversion.Status.FAILED, problem=lost_too_often(losses), **changes))
    wait = pause(losses)
    at = timezone.now() + wait
    if wait:
        changes["problem"] = tried_again_at(at, losses)
    if not rows.update(status=Conversion.Status.WAITING, **changes):
        return False
    (convert_film.using(run_after=at) if wait else convert_film).enqueue(conversion.pk)
    return True


def lost_too_often(losses: int) -> str:
    return _(
        "The conversion was interrupted %(count)d times, over more than a day. "
        "Press “Try again” once; if that does not help, tell whoever runs the server."
    ) % {"count": losses}


def tried_again_at(at: datetime, losses: int) -> str:
    return _(
        "The conversion was interrupted %(count)d times. It is tried again by itself at %(time)s; "
        "other films are converted until then."
    ) % {"count": losses, "time": time_format(timezone.localtime(at), "TIME_FORMAT")}


def pause(losses: int) -> timedelta:
    """Return how long a clip waits that has been lost so often in a row."""
    if losses <= FREE_LOSSES:
        return timedelta(0)
    return min(FIRST_PAUSE * (1 << (losses - FREE_LOSSES - 1)), LONGEST_PAUSE)


# Housekeeping -------------------------------------------------------------------------


def reap() -> int:
    """Queue again whatever was lost with its worker; return how many clips that were."""
    fail_lost_results()
    lost = 0
    for conversion in Conversion.objects.filter(status=Conversion.Status.CONVERTING):
        if lease_is_over(conversion):
            lost += queue_again(conversion)
    for conversion in Conversion.objects.filter(status=Conversion.Status.WAITING):
        if not is_queued(conversion.pk):  # lost at its first look, before anybody took a lease
            lost += queue_again(conversion)
    for clip in Clip.objects.with_status(Clip.Status.READY).filter(still_is_due=True):
        if not is_queued(clip.pk):
            make_still.enqueue(clip.pk)
    return lost


def lease_is_over(conversion: Conversion) -> bool:
    """Whether the worker that converts has died, or has not extended its lease in time."""
    until = conversion.lease_until
    return until is None or until < timezone.now() or worker_died(conversion.lease_token)


def queue_again(conversion: Conversion) -> bool:
    """Give a clip that was lost with its worker another try; False when somebody else was quicker."""
    unchanged = {name: getattr(conversion, name) for name in ("pk", "status", "lease_token", "losses")}
    is_queued_again = try_again(Conversion.objects.filter(**unchanged))
    if is_queued_again:
        log.warning("Clip %s was lost with its worker", conversion.pk)
    return is_queued_again


def results() -> models.QuerySet[DBTaskResult]:
    """Return the queue's rows for the tasks of this module."""
    tasks = [look_at_film, convert_film, make_still, make_moments]
    return DBTaskResult.objects.filter(task_path__in=[each.module_path for each in tasks])


def is_queued(pk: int) -> bool:
    """Whether a task for this clip waits or runs."""
    unfinished = [TaskResultStatus.READY, TaskResultStatus.RUNNING]
    return bool(results().filter(args_kwargs={"args": [pk], "kwargs": {}}, status__in=unfinished).exists())


def fail_lost_results() -> None:
    """Mark results as failed that say "running" and are not; the queue itself never does."""
    converting = set(Conversion.objects.filter(status=Conversion.Status.CONVERTING).values_list("pk", flat=True))
    old = timezone.now() - LOOK_TAKES_AT_MOST
    for result in results().filter(status=TaskResultStatus.RUNNING):
        stuck = result.started_at < old and result.args_kwargs["args"][0] not in converting
        if stuck or worker_died(result.worker_ids[-1]):
            result.set_failed(RuntimeError("lost with its worker"))

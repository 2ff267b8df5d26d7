"""An editor and a worker that write about the same clip at the same moment, again and again.

`test_races.py` runs it in a process whose database is a file, so that both have connections of their own.
"""

import contextlib
import random
import tempfile
import time
from pathlib import Path
from threading import Barrier, Thread
from unittest.mock import patch

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction

from clips.conversion import files, jobs
from clips.conversion.convert import Converted
from clips.conversion.leases import Lease, LeaseLostError
from clips.forms import ClipForm
from clips.models import MADE_FIELDS, Clip
from clips.uploading import TWINS, exchange_twins

MOST_DELAY = 0.01  # seconds by which one of the two is later
FILM = b"\0\0\0\x18ftypisom" + bytes(100)
chance = random.Random(1)  # noqa: S311


def edit_and_publish(edit, clip, converted, lease):
    """Call `edit` at the moment at which a worker names its files in the database, give or take some milliseconds."""
    barrier = Barrier(2, timeout=60)
    delays = [chance.uniform(0, MOST_DELAY) for _ in range(2)]
    last = [*converted.files.values()][-1]
    publish_file = files.publish_file

    def publish_file_and_wait(clip, part):
        name = publish_file(clip, part)
        if part == last:
            barrier.wait()
            time.sleep(delays[0])
        return name

    def worker():
        with patch.object(files, "publish_file", publish_file_and_wait), contextlib.suppress(LeaseLostError):
            files.publish(clip, converted, lease)
        connection.close()

    def editor():
        barrier.wait()
        time.sleep(delays[1])
        edit()
        connection.close()

    threads = [Thread(target=worker), Thread(target=editor)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def converting(number):
    """Have the only clip converted, and return it with the worker's lease and what the worker is about to publish."""
    clip = Clip.objects.get()
    jobs.submit(clip)
    parts = {}
    for field in MADE_FIELDS:
        parts[field] = Path(tempfile.gettempdir()) / f"{field}.{'mp4' if field.startswith('film') else 'webp'}"
        parts[field].write_text(f"{field} {number}")
    converted = Converted(files=parts, seconds=number, width=number, height=number, has_sound=False)
    return clip, Lease.take(clip.pk), converted


def form_for(clip, number, **files):
    fields = {"story": "now", "variation": 1, "kind": "filmed", "made": clip.made, "keep_sound": "on"}
    fields |= {"title": f"Title {number}", "description": "A head turns."}
    form = ClipForm(fields, files, instance=Clip.objects.get(pk=clip.pk))
    assert form.is_valid(), form.errors
    return form


def contents(clip):
    """Return what is in the files that a clip names, by field."""
    return {field: content(getattr(clip, field)) for field in MADE_FIELDS}


def content(file):
    if not file:
        return ""
    try:
        return file.open().read().decode()
    except FileNotFoundError:
        return "missing"


def published(number):
    return {field: f"{field} {number}" for field in MADE_FIELDS}


def save_and_publish(number, *, careless):
    """Save a form while the worker publishes; return what is lost."""
    clip, lease, converted = converting(number)
    form = form_for(clip, number)
    save = form.instance.save if careless else form.save

    edit_and_publish(save, clip, converted, lease)

    clip = Clip.objects.get()
    if clip.title != f"Title {number}":
        yield "the editor's title"
    if (clip.status, clip.seconds, contents(clip)) != ("ready", number, published(number)):
        yield "the worker's film"


def replace_and_publish(number):
    """Save a form with a new film while the worker publishes the last one; return what is lost."""
    clip, lease, converted = converting(number)
    before = contents(clip)
    form = form_for(clip, number, original=SimpleUploadedFile(f"{number}.mp4", FILM))

    def save():
        with transaction.atomic():  # as the admin does
            form.save()

    edit_and_publish(save, clip, converted, lease)

    clip = Clip.objects.get()
    if clip.original_filename != f"{number}.mp4":
        yield "the editor's film"
    if (clip.status, clip.conversion.lease_token) != ("waiting", ""):
        yield "its place in the queue"
    if contents(clip) not in (before, published(number)):
        yield "what visitors see"


def turn_and_publish(number):
    """Say that a clip is made the other way, as for a new film, while the worker publishes; return what is lost."""
    clip, lease, converted = converting(number)
    made = {"facing": "mirror", "mirror": "facing"}[clip.made]
    before = contents(clip)

    def turn():
        turned = Clip.objects.get(pk=clip.pk)
        turned.made = made
        with transaction.atomic():  # as an upload that is claimed does
            exchange_twins(turned)
            jobs.submit(turned)

    edit_and_publish(turn, clip, converted, lease)

    clip = Clip.objects.get()
    if clip.made != made:
        yield "how it is made"
    twins = {**TWINS, **{twin: field for field, twin in TWINS.items()}}
    turned = [{field: content[twins[field]] for field in MADE_FIELDS} for content in (before, published(number))]
    if contents(clip) not in turned:
        yield "what visitors see"


def main(kind, rounds):
    """Run one of the races, and print what each round lost."""
    clip = Clip(story="now", description="A head turns.", published=True)
    clip.original.save("film", SimpleUploadedFile("first.mp4", FILM), save=False)
    clip.save()
    races = {
        "save": lambda number: save_and_publish(number, careless=False),
        "save carelessly": lambda number: save_and_publish(number, careless=True),
        "replace": replace_and_publish,
        "turn": turn_and_publish,
    }
    for number in range(1, rounds + 1):
        for lost in races[kind](number):
            print(f"{number}: {lost}")  # noqa: T201

"""What the tests of deleting share: pressing the buttons, and rows with all that can belong to them."""

from django.apps import apps
from django.core.files.base import ContentFile
from django.urls import reverse

from clips.captions import check
from clips.conversion.files import keep_moments
from tests.factories import (
    make_body_part,
    make_clip,
    make_equipment,
    make_exercise,
    make_page,
    make_section,
    make_variation,
)
from tests.workshop.forms import address
from texts.models import Deletion

CAPTIONS = b"WEBVTT\n\n00:00.000 --> 00:01.000\nSlowly.\n"


def delete(client, row):
    """Press *Delete* in the form of `row`; nothing asks back."""
    response = client.post(address(row, "delete"), follow=True)
    assert not type(row).objects.filter(pk=row.pk).exists(), response.text
    return response


def record_of(row):
    return Deletion.objects.of_row(type(row), row.pk).get()


def bring_back(client, *rows, **fields):
    pks = ",".join(str(record_of(row).pk) for row in rows)
    return client.post(reverse("admin:bring_back"), fields or {"deletions": pks}, follow=True)


def files_in(settings):
    roots = (settings.MEDIA_ROOT, settings.ORIGINALS_ROOT)
    return {path: path.read_bytes() for root in roots for path in root.rglob("*") if path.is_file()}


def make_whole_clip(**fields):
    """Make a clip with every kind of file, and moments."""
    clip = make_clip(**fields)
    clip.original.save("film", ContentFile(b"as the phone made it"), save=False)
    check(CAPTIONS)
    clip.captions.save("words.vtt", ContentFile(CAPTIONS), save=False)
    clip.save()
    keep_moments(clip.pk, [(0.1, b"\x00\xff one"), (0.5, b"two")])
    return clip


def make_whole_exercise(**fields):
    """Make an exercise with something in every kind of field, and with all that can belong to it."""
    exercise = make_exercise(**fields)
    make_variation(exercise=exercise, title="slowly")
    make_variation(exercise=exercise, title="slower")
    exercise.body_parts.set([make_body_part(), make_body_part()])
    exercise.equipment.set([make_equipment()])
    make_whole_clip(exercise=exercise)
    make_clip(exercise=exercise, kind="drawn", published=False, variation=2)
    return exercise


def make_whole_page():
    page = make_page()
    make_section(page=page)
    make_section(page=page)
    return page


def everything(*apart):
    """Return every row of the programme, with every value; the rows of `apart` (models) are left out."""
    rooms = ("stages", "exercises", "clips", "faq", "pages")
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for room in rooms
        for model in apps.get_app_config(room).get_models(include_auto_created=True)
        if model not in apart
    }

"""Rows for tests, with boring values; a test states every value it relies on."""

import io
import itertools
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

import imageio_ffmpeg
from django.core.files.base import ContentFile
from PIL import Image

from clips.conversion.models import Conversion
from clips.models import Clip
from exercises.models import BodyPart, Equipment, Exercise, ExerciseGroup, Variation
from faq.models import Problem, Question, Topic
from pages.models import Page, Section
from stages.models import Stage

_count = itertools.count(1)

#: What `make_clip` writes into the clip's conversion instead of the clip.
OF_THE_CONVERSION = {field.name for field in Conversion._meta.fields} - {"clip"}


def make_stage(**fields):
    """Make a stage; the next free number unless the test says which."""
    if "number" not in fields:
        last = Stage.objects.order_by("number").last()
        fields["number"] = last.number + 1 if last else 1
    return Stage.objects.create(**{"name": f"Stage {fields['number']}", "summary": "For somebody."} | fields)


def make_group(**fields):
    """Make a group, in a stage of its own unless the test says which."""
    if "stage" not in fields:
        fields["stage"] = make_stage()
    number = next(_count)
    return ExerciseGroup.objects.create(
        **{"name": f"Group {number}", "slug": f"group-{number}", "position": number} | fields
    )


def make_exercise(**fields):
    """Make a published exercise, in a group of its own unless the test says which."""
    if "group" not in fields:
        fields["group"] = make_group()
    number = next(_count)
    boring = {
        "name": f"Exercise {number}",
        "slug": f"exercise-{number}",
        "position": number,
        "published": True,
        "purpose": "It trains your neck.",
        "steps": "Sit down.\nLift your chin.",
        "stop_if": "new pain\ndizziness",
        "sitting": True,
    }
    return Exercise.objects.create(**boring | fields)


def make_variation(**fields):
    """Make a variation, of an exercise of its own unless the test says which."""
    if "exercise" not in fields:
        fields["exercise"] = make_exercise()
    if "number" not in fields:
        fields["number"] = fields["exercise"].variations.count() + 1
    return Variation.objects.create(**{"title": f"Way {fields['number']}"} | fields)


def make_body_part(**fields):
    number = next(_count)
    return BodyPart.objects.create(**{"name": f"Part {number}", "slug": f"part-{number}"} | fields)


def make_equipment(**fields):
    number = next(_count)
    return Equipment.objects.create(**{"name": f"Tool {number}", "slug": f"tool-{number}"} | fields)


def make_topic(**fields):
    number = next(_count)
    return Topic.objects.create(**{"name": f"Topic {number}", "slug": f"topic-{number}"} | fields)


def make_question(**fields):
    """Make an answered question, under a topic of its own unless the test says which."""
    if "topic" not in fields:
        fields["topic"] = make_topic()
    number = next(_count)
    boring = {"question": f"Question {number}?", "slug": f"question-{number}", "answer": "<p>Yes.</p>"}
    return Question.objects.create(**boring | fields)


def make_problem(**fields):
    number = next(_count)
    boring = {
        "name": f"Problem {number}",
        "slug": f"problem-{number}",
        "summary": "It can come with CD.",
        "what_it_is": "<p>A problem.</p>",
        "when_to_get_help": "<p>It is new.</p>",
    }
    return Problem.objects.create(**boring | fields)


def make_page(**fields):
    number = next(_count)
    return Page.objects.create(**{"title": f"Page {number}", "slug": f"page-{number}"} | fields)


def make_section(**fields):
    """Make a section, on a page of its own unless the test says which."""
    if "page" not in fields:
        fields["page"] = make_page()
    number = next(_count)
    boring = {"key": f"part-{number}", "heading": f"Part {number}", "body": "<p>A text.</p>"}
    return Section.objects.create(**boring | fields)


def make_clip(**fields):
    """Make a filmed clip that visitors see, with real files; of an exercise of its own unless the test says.

    A clip with another status than ready has no files yet; a drawn one has no conversion.
    """
    if "exercise" not in fields and not fields.get("story"):
        fields["exercise"] = make_exercise()
    conversion = {name: fields.pop(name) for name in [*fields] if name in OF_THE_CONVERSION}
    if fields.get("kind") != Clip.Kind.DRAWN:
        conversion.setdefault("status", Clip.Status.READY)
    ready = conversion.get("status", Clip.Status.READY) == Clip.Status.READY
    boring = {"published": ready, "description": "A head moves slowly."}
    if ready:
        boring |= {"seconds": 1, "width": 64, "height": 48}
    clip = Clip(**boring | fields)
    if ready:
        for name, content in files_of_a_clip().items():
            if name not in fields:
                suffix = "mp4" if name.startswith("film") else "webp"
                getattr(clip, name).save(f"{name}.{suffix}", ContentFile(content), save=False)
    clip.save()
    if conversion:
        Conversion.objects.create(clip=clip, **{"progress": 100 if ready else 0} | conversion)
    return clip


@lru_cache(maxsize=1)
def files_of_a_clip():
    """Return real contents for the film and still fields of a clip: one second, 64 by 48 pixels."""
    film, flipped = tiny_film(), tiny_film("hflip")
    still, still_flipped = tiny_still(), tiny_still(flipped=True)
    return {
        "film": film,
        "film_flipped": flipped,
        "still": still,
        "still_flipped": still_flipped,
        "still_small": still,
        "still_small_flipped": still_flipped,
    }


@lru_cache(maxsize=4)
def tiny_film(picture="null"):
    """Return the bytes of a film of one second, changed by an ffmpeg filter when the test says which."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-f", "lavfi"]
        command += ["-i", "testsrc=size=64x48:rate=5:duration=1", "-vf", picture, "-pix_fmt", "yuv420p"]
        command += ["-movflags", "+faststart", str(path)]
        subprocess.run(command, check=True)
        return path.read_bytes()


@lru_cache(maxsize=2)
def tiny_still(*, flipped=False):
    """Return the bytes of a picture, dark on its left half, or on its right half when `flipped`."""
    picture = Image.new("RGB", (64, 48), "white")
    picture.paste("black", (32, 0, 64, 48) if flipped else (0, 0, 32, 48))
    content = io.BytesIO()
    picture.save(content, "WEBP")
    return content.getvalue()

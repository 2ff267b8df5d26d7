"""The sheet with the stills of a list."""

import io

import pytest
from PIL import Image

from exercises.models import Exercise
from exercises.stills import draw
from tests.factories import make_clip

pytestmark = pytest.mark.django_db


def test_around_a_small_still_the_panel_of_the_page_shows():
    make_clip()  # its still has 64 by 48 pixels, in the middle of a tile of 240 by 180

    sheet = Image.open(io.BytesIO(draw(Exercise.objects.with_cards())))

    assert sheet.size == (240, 180)
    alpha = sheet.getchannel("A")
    assert (alpha.getpixel((0, 0)), alpha.getpixel((120, 90))) == (0, 255)


def test_a_still_that_cannot_be_read_leaves_the_panel_and_no_page_without_pictures():
    clip = make_clip()
    clip.still_small.storage.delete(clip.still_small.name)
    clip.still_small_flipped.storage.delete(clip.still_small_flipped.name)

    sheet = Image.open(io.BytesIO(draw(Exercise.objects.with_cards())))

    assert sheet.getchannel("A").getextrema() == (0, 0)

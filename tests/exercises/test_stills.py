"""One picture with the stills of a list."""

import io
import re

import pytest
from PIL import Image

from exercises.models import Exercise
from exercises.stills import draw
from tests.factories import make_clip, make_exercise, make_group, make_stage

pytestmark = pytest.mark.django_db


def test_a_list_shows_its_stills_from_one_sheet(client):
    group = make_group(stage=make_stage(number=1))
    for _ in range(7):
        make_clip(exercise=make_exercise(group=group))
    make_exercise(group=group, name="Without a film")

    html = client.get("/stages/1/").text
    sheet = re.search(r'href="(/stages/1/stills[^"]+)"', html)[1].replace("&amp;", "&")
    response = client.get(sheet)

    assert html.count("<image ") == 7
    assert 'viewBox="0 180 240 180"' in html
    assert Image.open(io.BytesIO(response.content)).size == (1440, 360)
    assert "immutable" in response["Cache-Control"]
    assert "/exercises/stills.webp?" in client.get("/exercises/?stage=1").text


def test_the_sheet_shows_each_visitor_the_side_they_asked_for(client):
    make_clip(exercise=make_exercise(group=make_group(stage=make_stage(number=1))))

    def left_edge(address):
        picture = Image.open(io.BytesIO(client.get(address).content)).convert("L")
        return picture.getpixel((104, 90))  # the left half of a still of 64 by 48 pixels in its middle

    assert left_edge("/stages/1/stills.webp?side=right&view=facing") < 60
    assert left_edge("/stages/1/stills.webp?side=right&view=mirror") > 190
    assert left_edge("/stages/1/stills.webp?side=left&view=mirror") < 60


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

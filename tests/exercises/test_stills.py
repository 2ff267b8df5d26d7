"""One picture with the stills of a list."""

import io
import re

import pytest
from PIL import Image

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

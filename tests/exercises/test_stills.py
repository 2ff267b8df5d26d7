"""One picture with the stills of a group."""

import io
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from clips.models import Clip
from exercises import stills
from tests.factories import make_clip, make_exercise, make_group, make_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return make_group(stage=make_stage(number=1))


@pytest.fixture
def drawn(monkeypatch):
    """The stills of every sheet that is drawn."""
    sheets: list[tuple[str, ...]] = []
    draw = stills.draw

    def noted(names, storage, by_night):
        sheets.append(names)
        return draw(names, storage, by_night)

    monkeypatch.setattr(stills, "draw", noted)
    return sheets


def sheets_on(client, page):
    """Return the addresses of the sheets on a page, each once."""
    found = re.findall(r'class="tile-of-[^"]+"\s+src="([^"]+)"', client.get(page).text)
    return list(dict.fromkeys(address.replace("&amp;", "&") for address in found))


def picture(response):
    return Image.open(io.BytesIO(response.content))


def test_a_stage_shows_its_stills_from_one_sheet(client, group):
    for each in [group] * 5 + [make_group(stage=group.stage)] * 2:
        make_clip(exercise=make_exercise(group=each))
    make_exercise(group=group, name="Without a film")

    html = client.get("/stages/1/").text
    [sheet] = sheets_on(client, "/stages/1/")
    response = client.get(sheet)

    assert html.count('<picture class="thumb tile">') == 7
    assert 'class="tile-of-6 tile-x0 tile-y1"' in html
    assert f'srcset="{sheet.replace("&", "&amp;")}&amp;night=1"' in html
    assert picture(response).size == (1440, 360)
    assert "immutable" in response["Cache-Control"]


def test_lists_and_filters_share_the_sheets_of_the_stages(client, group):
    other = make_group(stage=make_stage(number=2))
    for each in (group, group, other):
        make_clip(exercise=make_exercise(group=each, movement="total"))
    make_clip(exercise=make_exercise(group=group, movement="partial"))
    of_the_stages = sheets_on(client, "/stages/1/") + sheets_on(client, "/stages/2/")

    assert len(of_the_stages) == 2
    assert sheets_on(client, "/exercises/") == of_the_stages
    assert sheets_on(client, "/exercises/?movement=partial") == of_the_stages[:1]


def test_a_filtered_list_shows_the_right_tile(client, group):
    make_clip(exercise=make_exercise(group=group, movement="total"))
    make_clip(exercise=make_exercise(group=group, movement="partial"))

    html = client.get("/exercises/?movement=partial").text

    assert re.findall(r'class="(tile-of-[^"]+)"', html) == ["tile-of-2 tile-x1 tile-y0"]


def test_the_sheet_shows_each_visitor_the_side_they_asked_for(client, group):
    make_clip(exercise=make_exercise(group=group))

    def left_edge(**sides):
        client.cookies.load(sides)
        [sheet] = sheets_on(client, "/stages/1/")
        return picture(client.get(sheet)).convert("L").getpixel((104, 90))  # left in a still of 64 by 48, in its middle

    assert left_edge(side="right", view="facing") < 60
    assert left_edge(side="right", view="mirror") > 190
    assert left_edge(side="left", view="mirror") < 60


@pytest.mark.parametrize(
    "address",
    [
        "?side=right&view=mirror&v=wrong",
        "?side=right&view=mirror&v={v}&more=1",
        "?v={v}&side=right&view=mirror",
        "?side=right&view=mirror&v={v}&v={v}",
        "?side=nowhere&view=mirror&v={v}",
        "",
    ],
)
def test_any_other_address_leads_to_the_right_one_and_draws_nothing(client, group, drawn, address):
    make_clip(exercise=make_exercise(group=group))
    [sheet] = sheets_on(client, "/stages/1/")
    path, _mark, query = sheet.partition("?")

    response = client.get(path + address.format(v=query.rpartition("v=")[2]))

    assert (response.status_code, response.url) == (302, sheet)
    assert response["Cache-Control"] == "no-store"
    assert drawn == []


def test_a_sheet_is_drawn_once_until_a_still_changes(client, group, drawn, settings):
    settings.CACHES = settings.CACHES | {"pages": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    clip = make_clip(exercise=make_exercise(group=group))
    [sheet] = sheets_on(client, "/stages/1/")
    for _ in range(3):
        client.get(sheet)
    assert len(drawn) == 1

    make_clip(exercise=make_exercise(group=group))
    [changed] = sheets_on(client, "/stages/1/")
    client.get(changed)

    assert changed != sheet
    assert client.get(sheet).url == changed
    assert len(drawn) == 2
    assert clip.still_small_shown.name in drawn[1]


def test_two_requests_at_once_have_it_drawn_once(group, drawn):
    clip = make_clip(exercise=make_exercise(group=group))
    names = (clip.still_small.name,)

    with ThreadPoolExecutor(4) as threads:
        sheets = set(threads.map(stills.sheet_once, [names] * 4))

    assert len(drawn) == len(sheets) == 1


@pytest.mark.parametrize("path", ["/exercises/stills/0.webp", "/exercises/stills.webp", "/stages/1/stills.webp"])
def test_there_is_no_sheet_of_anything_else(client, group, path):
    make_clip(exercise=make_exercise(group=group))

    assert client.get(path).status_code == 404


def test_a_stage_without_clips_has_no_sheet(client, group):
    make_exercise(group=group)

    assert sheets_on(client, "/stages/1/") == []
    assert client.get("/exercises/stills/1.webp").status_code == 404


def test_around_a_small_still_the_panel_of_the_page_shows(group):
    clip = make_clip()  # its still has 64 by 48 pixels, in the middle of a tile of 240 by 180

    sheet = Image.open(io.BytesIO(stills.sheet_once((clip.still_small.name,))))

    assert sheet.size == (240, 180)
    empty = stills.ground(*stills.DAY)
    assert sheet.getpixel((0, 0)) == pytest.approx(empty.getpixel((0, 0)), abs=4)
    assert sheet.getpixel((120, 90)) != pytest.approx(empty.getpixel((120, 90)), abs=4)


def test_a_still_that_cannot_be_read_leaves_its_panel_and_is_tried_again(client, group):
    clip = make_clip(exercise=make_exercise(group=group))
    name = clip.still_small_shown.name
    with default_storage.open(name) as file:
        content = file.read()
    default_storage.delete(name)
    [sheet] = sheets_on(client, "/stages/1/")

    without = client.get(sheet)
    assert without["Cache-Control"] == "no-store"
    assert picture(without).getpixel((120, 90)) == pytest.approx(stills.ground(*stills.DAY).getpixel((120, 90)), abs=4)

    with default_storage.open(name, "wb") as file:
        file.write(content)
    assert picture(client.get(sheet)).getpixel((120, 90)) != picture(without).getpixel((120, 90))


def test_a_preview_uses_no_sheet(workshop, group):
    clip = make_clip(exercise=make_exercise(group=group))
    Clip.objects.filter(pk=clip.pk).update(published=False)

    html = workshop.get(f"/admin/preview/stages/stage/{group.stage.pk}/").text

    assert "stills/" not in html


def test_a_still_without_a_ground_gets_the_panel_of_the_page_by_day_and_by_night(client, group):
    clip = make_clip(exercise=make_exercise(group=group))
    see_through = io.BytesIO()
    Image.new("RGBA", (480, 360)).save(see_through, "WEBP")
    default_storage.delete(clip.still_small_shown.name)
    default_storage.save(clip.still_small_shown.name, ContentFile(see_through.getvalue()))
    [sheet] = sheets_on(client, "/stages/1/")

    day, night = picture(client.get(sheet)), picture(client.get(f"{sheet}&night=1"))

    assert (day.mode, night.mode) == ("RGB", "RGB")
    assert day.convert("L").getpixel((3, 3)) > 200 > 60 > night.convert("L").getpixel((3, 3))
    assert "immutable" in client.get(f"{sheet}&night=1")["Cache-Control"]

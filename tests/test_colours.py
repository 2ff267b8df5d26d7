"""The colours of tokens.css: they can be read, and what a stylesheet cannot reach has the same ones."""

import re
from pathlib import Path

import pytest

from exercises import stills

ROOT = Path(__file__).resolve().parent.parent
TOKENS = (ROOT / "static" / "css" / "tokens.css").read_text()
#: What is read on each background.
TEXT = {
    "page": ["ink", "ink-soft", "link", "link-visited", "link-hover", "stage-1", "stage-2", "stage-3", "stop"],
    "surface": ["ink", "ink-soft", "link", "link-visited", "link-hover", "stop"],
    "sunken": ["ink", "ink-soft", "link"],
    "brand": ["on-brand"],
    "brand-hover": ["on-brand"],
    "brand-tint": ["on-brand-tint", "ink", "link"],
    "stage-1-tint": ["stage-1", "ink"],
    "stage-2-tint": ["stage-2", "ink"],
    "stage-3-tint": ["stage-3", "ink"],
    "safe-tint": ["safe", "ink"],
    "warn-tint": ["warn-ink", "ink"],
    "stop-tint": ["stop", "ink"],
    "stop": ["on-stop"],
    "focus": ["focus-ink"],
    "panel": ["panel-ink"],
    "hero": ["on-brand-tint"],
    "player": ["on-player"],
}
#: Borders of controls and rings of the focus, on each background.
EDGES = {
    "page": ["edge", "ring"],
    "surface": ["edge", "ring"],
    "sunken": ["edge", "ring"],
    "brand-tint": ["ring"],
    "warn-tint": ["warn-edge", "ring"],
    "stop-tint": ["ring"],
    "brand": ["halo"],
    "stop": ["halo"],
    "halo": ["ring"],
}


def colour(name, scheme):
    """Return a token's value in a scheme, as six hexadecimal digits."""
    value = re.search(rf"--{name}: ([^;]+);", TOKENS)[1]
    chosen = re.search(rf"--if-{scheme}, ([^)]+)\)", value)
    return (chosen[1] if chosen else value).lstrip("#")


def luminance(digits):
    """Return the relative luminance of a colour, as WCAG 2 defines it."""
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def too_close(pairs, scheme, least):
    """Return the pairs whose contrast is below `least`, with it."""
    found = {}
    for background, names in pairs.items():
        for name in names:
            darker, lighter = sorted(luminance(colour(each, scheme)) for each in (name, background))
            contrast = (lighter + 0.05) / (darker + 0.05)
            if contrast < least:
                found[name, background] = round(contrast, 2)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_seven_to_one(scheme):
    assert too_close(TEXT, scheme, 7) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_border_and_ring_stands_out_three_to_one(scheme):
    assert too_close(EDGES, scheme, 3) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_browsers_own_frame_has_the_colour_of_the_page(scheme):
    base = (ROOT / "templates" / "base.html").read_text()

    frame = re.search(rf'name="theme-color" content="#(\w+)" media="\(prefers-color-scheme: {scheme}\)"', base)[1]

    assert frame.lower() == colour("page", scheme)


@pytest.mark.parametrize(
    ("picture", "names"),
    [
        ("static/img/no-film.svg", ["panel", "panel-disc"]),
        ("static/img/icon.svg", ["brand", "panel-disc"]),
        ("templates/parts/_mark.html", ["brand", "panel-disc"]),
    ],
)
def test_pictures_are_drawn_in_the_colours_of_the_site(picture, names):
    drawn = (ROOT / picture).read_text().lower()

    assert [name for name in names if f'fill="#{colour(name, "light")}"' not in drawn] == []


def test_drawn_clips_stand_on_the_panel_of_the_site():
    ground = pytest.importorskip("figure.ground", reason="the figure's tests need the optional group “figure”")

    assert f"{ground.DAY.panel:06x}" == colour("panel", "light")
    assert f"{ground.DAY.disc:06x}" == colour("panel-disc", "light")


def test_sheets_of_stills_have_the_ground_of_the_drawn_clips_by_day_and_by_night():
    ground = pytest.importorskip("figure.ground", reason="the figure's tests need the optional group “figure”")

    for drawn, tile in ((ground.DAY, stills.DAY), (ground.NIGHT, stills.NIGHT)):
        assert tile == (f"#{drawn.panel:06X}", f"#{drawn.disc:06X}")
    assert (ground.MIDDLE, ground.RADIUS) == (stills.MIDDLE, stills.RADIUS)

"""Left and right, seen on real frames: a film whose left edge is red, for every visitor."""

from contextvars import copy_context

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from clips.conversion import convert, probe
from clips.models import Clip
from exercises import sides
from tests.clips.films import edge_with_mark, frames
from tests.factories import make_clip

# The mark is on the left of the original. Whoever films somebody from the front has their right side on the left
# of the screen: "facing". Like a mirror it belongs on the right. A head that pulls left gets everything the other
# way round once more.
TABLE = [
    # made, view, side, where the visitor sees the mark
    ("facing", "facing", "right", "left"),
    ("facing", "facing", "left", "right"),
    ("facing", "mirror", "right", "right"),
    ("facing", "mirror", "left", "left"),
    ("mirror", "facing", "right", "right"),
    ("mirror", "facing", "left", "left"),
    ("mirror", "mirror", "right", "left"),
    ("mirror", "mirror", "left", "right"),
]


@pytest.fixture(scope="module")
def marked(film, tmp_path_factory):
    """Convert the marked film; return its contents by field."""
    source = film("marked.mp4")
    made = convert.convert(source, probe.probe(source), tmp_path_factory.mktemp("marked"))
    return {field: path.read_bytes() for field, path in made.files.items()}


def make_marked_clip(marked, **fields):
    files = {
        field: ContentFile(content, field + (".mp4" if "film" in field else ".webp"))
        for field, content in marked.items()
    }
    return make_clip(**files, **fields)


def fetched(client, address, tmp_path):
    response = client.get(address)
    assert response.status_code == 200
    path = tmp_path / address.rpartition("/")[2]
    path.write_bytes(response.getvalue())
    return path


def addresses(clip, **chosen):
    """Return the addresses a visitor gets: film, film for the other view, still, the other still, small still."""

    def get():
        sides.use(sides.Sides(**chosen))
        return clip.film_url, clip.other_film_url, clip.still_url, clip.other_still_url, clip.still_small_url

    return copy_context().run(get)


@pytest.mark.django_db
@pytest.mark.parametrize(("made", "view", "side", "edge"), TABLE)
def test_a_visitor_sees_the_mark_where_it_belongs(client, marked, tmp_path, made, view, side, edge):
    clip = make_marked_clip(marked, made=made)

    film, other_film, still, other_still, small = addresses(clip, side=side, view=view)

    other_edge = {"left": "right", "right": "left"}[edge]
    assert edge_with_mark(frames(fetched(client, film, tmp_path))[5]) == edge
    assert edge_with_mark(frames(fetched(client, other_film, tmp_path))[5]) == other_edge
    assert edge_with_mark(Image.open(fetched(client, still, tmp_path))) == edge
    assert edge_with_mark(Image.open(fetched(client, other_still, tmp_path))) == other_edge
    assert edge_with_mark(Image.open(fetched(client, small, tmp_path))) == edge


@pytest.mark.django_db
def test_who_does_not_know_their_side_sees_the_programme_as_written(marked):
    clip = make_marked_clip(marked)

    assert addresses(clip, side="neither", view="mirror") == addresses(clip, side="right", view="mirror")


@pytest.mark.django_db
@pytest.mark.parametrize("view", ["mirror", "facing"])
def test_the_author_stays_the_author_for_every_side(marked, view):
    clip = make_marked_clip(marked, story=Clip.Story.NOW, description="The author turns the head.")

    assert addresses(clip, side="left", view=view) == addresses(clip, side="right", view=view)

"""Films and their lists: one small picture where OpenGL exists, and everything that needs none."""

import tomllib

import pytest
from PIL import Image

from figure import arrows
from figure.ground import DAY, NIGHT, on
from figure.pose import Pose
from figure.spec import read, read_all
from figure.stills import GHOST, with_ghost
from figure.timeline import Arrow
from figure.views import VIEWS


def small_studio():
    """Return a studio for small pictures, or skip where there is no OpenGL without a screen."""
    pytest.importorskip("moderngl", reason="moderngl is not installed: pip install the group “figure”")
    from figure.film import Studio

    try:
        return Studio(96, 72)
    except Exception as error:  # glcontext raises a bare Exception when EGL or its driver is missing
        pytest.skip(f"no OpenGL without a screen here (apt: libegl1 libgl1-mesa-dri): {error}")


def near(colour, other, by=26):
    return all(abs(a - b) <= by for a, b in zip(colour, other, strict=True))


def test_a_small_picture_shows_face_hair_and_shirt_where_they_belong(movement):
    studio = small_studio()

    figure = studio.picture(read(movement()), Pose())
    picture = on(DAY, figure)

    assert picture.size == (96, 72)
    assert figure.getpixel((2, 2))[3] == 0
    assert on(NIGHT, figure).getpixel((2, 2)) == (0x14, 0x2B, 0x31)
    assert near(picture.getpixel((2, 2)), (0xD5, 0xE6, 0xE7), by=2)
    assert near(picture.getpixel((48, 64)), (0x2F, 0x8F, 0x8B))
    assert near(picture.getpixel((46, 32)), (0xEB, 0xBB, 0x97))
    assert near(picture.getpixel((48, 17)), (0x6A, 0x4A, 0x3A))


def test_an_arrow_points_where_the_head_goes_and_back_again():
    camera = VIEWS["front"]
    centre, left = Pose(), Pose(yaw=50)

    there = camera.project(arrows.path(Arrow("yaw"), centre, left), 320, 240)
    back = camera.project(arrows.path(Arrow("yaw"), left, centre), 320, 240)

    assert there[-1][0] > there[0][0]  # the figure's left is the viewer's right
    assert back[-1][0] < back[0][0]


def test_arrows_stay_inside_the_picture():
    for clip in read_all():
        for piece in clip.stretches:
            for arrow in piece.arrow.each():
                course = arrows.path(arrow, piece.a, piece.b, arrows.wider(clip.camera))
                if piece.a == piece.b or course is None:
                    continue
                x, y = clip.camera.project(course, 320, 240).T
                assert x.min() > 2, clip.slug
                assert x.max() < 318, clip.slug
                assert y.min() > 2, clip.slug
                assert y.max() < 238, clip.slug


def test_a_mirrored_clip_takes_its_twins_files_under_each_others_names(tmp_path):
    pytest.importorskip("moderngl")
    from figure.film import FILES, NIGHT_FILES, flip

    source = tmp_path / "there"
    source.mkdir()
    for name in (*FILES, *NIGHT_FILES):
        (source / name).write_text(name)

    flip(source, tmp_path / "here")

    assert (tmp_path / "here" / "film.mp4").read_text() == "film-flipped.mp4"
    assert (tmp_path / "here" / "film-flipped.mp4").read_text() == "film.mp4"
    assert (tmp_path / "here" / "film-night.mp4").read_text() == "film-night-flipped.mp4"
    assert (tmp_path / "here" / "still-small-flipped.webp").read_text() == "still-small.webp"


def test_the_list_names_each_film_once_and_the_authors_own_by_reference(tmp_path):
    pytest.importorskip("moderngl")
    from figure import catalogue

    clips = [clip for clip in read_all() if clip.exercise.startswith("center-to") and clip.position != "lying"]
    prints = {clip.slug: catalogue.fingerprint(clip) for clip in clips if clip.slug != "center-to-up"}

    catalogue.write(tmp_path, clips, prints)

    listed = tomllib.loads((tmp_path / "clips.toml").read_text())["clip"]
    assert [each["slug"] for each in listed] == [
        *("center-to-down", "center-to-left", "center-to-right"),
        *("now-center-to-down", "now-center-to-left", "now-center-to-right"),
    ]
    assert listed[-1]["same_as"] == "center-to-right"
    assert listed[-1]["story"] == "now"
    assert listed[0]["description"].startswith("Seen from the side")
    assert catalogue.drawn(tmp_path) == prints


def test_a_changed_film_is_drawn_its_twin_flipped_and_both_are_listed(tmp_path, monkeypatch):
    pytest.importorskip("moderngl")
    from figure.film import FILES
    from figure.library import Library

    def draw(library, clips, jobs):
        for clip in clips:
            (tmp_path / clip.slug).mkdir()
            for name in FILES:
                (tmp_path / clip.slug / name).write_text(f"{clip.slug} {name}")
            yield clip.slug, 1.0

    monkeypatch.setattr(Library, "_draw", draw)
    library = Library(tmp_path)
    twin = library.clips["center-to-right"]
    assert twin.mirror_of == "center-to-left"

    library.update([twin], again=False, jobs=1)

    assert (tmp_path / "center-to-right" / "film.mp4").read_text() == "center-to-left film-flipped.mp4"
    assert set(tomllib.loads((tmp_path / "drawn-from.toml").read_text())) == {"center-to-left", "center-to-right"}
    assert library.is_current("center-to-left")
    assert not library.is_current("center-to-down")


def listed():
    """Return the entries of clips.toml on a fresh install, without those of the author's story."""
    from figure.catalogue import CLIPS, LIST

    return [each for each in tomllib.loads((CLIPS / LIST).read_text())["clip"] if "same_as" not in each]


def test_every_movement_has_been_drawn_as_it_is_now():
    pytest.importorskip("moderngl")
    from figure.catalogue import CLIPS, drawn, fingerprint

    clips = read_all()

    assert drawn(CLIPS) == {clip.slug: fingerprint(clip) for clip in clips}
    assert {each["slug"]: each["description"] for each in listed()} == {c.slug: c.description for c in clips}


def test_the_drawn_clips_are_all_there_and_small():
    pytest.importorskip("moderngl")
    from figure.catalogue import CLIPS
    from figure.film import files_of

    sizes = [(CLIPS / clip.slug / name).stat().st_size for clip in read_all() for name in files_of(clip)]

    assert len(sizes) == len(listed()) * 6 + 8 * 2
    assert max(sizes) < 400_000
    assert sum(sizes) < 40_000_000


def test_every_drawn_film_has_the_length_and_shape_of_its_movement():
    pytest.importorskip("moderngl")
    av = pytest.importorskip("av", reason="PyAV comes with the site")
    from figure.catalogue import CLIPS
    from figure.film import files_of

    for clip in read_all():
        for name in (name for name in files_of(clip) if name.endswith(".mp4")):
            with av.open(CLIPS / clip.slug / name) as film:
                video = film.streams.video[0]
                assert (video.frames, video.width, video.height) == (clip.frames, 1280, 960), clip.slug
                assert (video.average_rate, video.codec_context.name) == (25, "h264")
                assert not film.streams.audio


def test_nothing_of_the_site_imports_the_tool():
    from figure.spec import MOVEMENTS

    root = MOVEMENTS.parent.parent
    site = [
        path
        for path in root.glob("*/**/*.py")
        if path.relative_to(root).parts[0] not in ("figure", "tests", ".venv", "var")
    ]

    assert site
    assert not [path for path in site if "from figure" in path.read_text() or "import figure" in path.read_text()]


def test_the_ghost_shows_where_the_film_begins_and_never_covers_the_figure():
    def bar(x):
        picture = Image.new("RGBA", (240, 180))
        picture.paste((200, 50, 50, 255), (x, 30, x + 60, 150))
        return picture

    still = with_ghost(bar(120), bar(120), bar(60))

    assert still.getpixel((150, 90)) == (200, 50, 50, 255)
    assert still.getpixel((90, 90))[:3] == pytest.approx([c * 0.42 for c in GHOST], abs=8)
    assert still.getpixel((20, 90))[3] == 0


def test_a_still_fits_any_ground():
    pytest.importorskip("moderngl")
    from figure.catalogue import CLIPS

    for each in listed():
        with Image.open(CLIPS / each["slug"] / "still-small.webp") as still:
            assert still.mode == "RGBA", each["slug"]
            assert still.convert("RGBA").getpixel((240, 2))[3] == 0, each["slug"]

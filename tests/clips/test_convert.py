"""What comes out when a phone's film is converted, seen in the files themselves."""

from types import SimpleNamespace

import av
import pytest
from PIL import Image

from clips.conversion import convert, ffmpeg, probe
from clips.conversion.probe import FilmRefusedError
from tests.clips.films import edge_with_mark, frames

PRIVATE = [b"48.8584", b"002.2945", b"ISO6709", b"\xa9xyz", b"Fruit Phones", b"Ana at home", b"2026-03-04"]


@pytest.fixture(scope="session")
def converted(film, tmp_path_factory):
    """Convert a film by its name, once."""
    done = {}

    def made_from(name, **options):
        if name not in done:
            folder = tmp_path_factory.mktemp("converted")
            done[name] = convert.convert(film(name), probe.probe(film(name)), folder, **options)
        return done[name]

    return made_from


def stream_of(path):
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        return SimpleNamespace(
            codec=video.codec_context.name,
            profile=video.codec_context.profile,
            pixels=video.codec_context.pix_fmt,
            trc=video.codec_context.color_trc,
            primaries=video.codec_context.color_primaries,
            rate=float(video.average_rate or 0),
            size=(video.width, video.height),
            sound=[stream.codec_context.name for stream in container.streams.audio],
            seconds=float((video.duration or 0) * (video.time_base or 0)),
        )


@pytest.mark.parametrize(
    ("name", "size", "seconds"),
    [
        ("plain.mp4", (160, 120), 1),
        ("hevc.mov", (160, 120), 1),
        ("hlg.mov", (160, 120), 1),
        ("pq.mov", (160, 120), 1),
        ("film.webm", (160, 120), 1),
        ("film.mkv", (160, 120), 1),
        ("odd.mp4", (160, 120), 1),
        ("wide-pixels.mp4", (320, 120), 1),
        ("vfr.mp4", (160, 120), 2),
        ("rotated-90.mp4", (120, 160), 1),
        ("rotated-180.mp4", (160, 120), 1),
        ("tall-4k.mp4", (720, 1280), 1),
        ("unknown-sound.avi", (160, 120), 1),
    ],
)
def test_every_film_becomes_one_that_every_browser_plays(converted, name, size, seconds):
    made = converted(name)

    assert (made.width, made.height) == pytest.approx(size, abs=2)
    assert made.seconds == pytest.approx(seconds, abs=0.3)
    for field in ["film", "film_flipped"]:
        stream = stream_of(made.files[field])
        assert (stream.codec, stream.pixels, stream.trc, stream.primaries) == ("h264", "yuv420p", 1, 1)
        assert stream.size == (made.width, made.height)
        assert stream.rate <= 30
        head = made.files[field].read_bytes()
        assert head.index(b"moov") < head.index(b"mdat")  # playing starts with the first bytes


@pytest.mark.parametrize(("name", "rate"), [("sixty.mp4", 30), ("plain.mp4", 25), ("twelve.mp4", 12)])
def test_only_films_faster_than_30_frames_a_second_are_slowed(converted, name, rate):
    assert stream_of(converted(name).files["film"]).rate == pytest.approx(rate, abs=0.1)


@pytest.mark.parametrize(("name", "edge"), [("90", "bottom"), ("180", "right"), ("270", "top")])
def test_a_turned_phone_makes_an_upright_film(converted, name, edge):
    # The tag says by how much the phone was turned; the mark was on the left.
    made = converted(f"rotated-{name}.mp4")

    assert edge_with_mark(frames(made.files["film"])[5]) == edge
    with av.open(str(made.files["film"])) as container:
        assert next(container.decode(video=0)).rotation == 0


@pytest.mark.parametrize("name", ["hlg.mov", "pq.mov"])
def test_hdr_is_brought_down_to_what_every_screen_shows(converted, name):
    picture = frames(converted(name).files["film"])[5].convert("L")

    brightness = sum(picture.tobytes()) / (picture.width * picture.height)
    assert 40 < brightness < 220
    with av.open(str(converted(name).files["film"])) as container:
        frame = next(container.decode(video=0))
        kinds = [str(data) for data in frame.side_data]
    assert not [kind for kind in kinds if "MASTERING" in kind or "LIGHT" in kind]


@pytest.mark.parametrize(
    ("name", "sound"),
    [("plain.mp4", ["aac"]), ("silent.mp4", ["aac"]), ("hevc.mov", []), ("unknown-sound.avi", [])],
)
def test_the_sound_is_kept_when_there_is_one(converted, name, sound):
    made = converted(name)

    assert stream_of(made.files["film"]).sound == sound
    assert stream_of(made.files["film_flipped"]).sound == sound
    assert made.has_sound == bool(sound)


def test_the_sound_can_be_left_out(film, tmp_path):
    made = convert.convert(film("plain.mp4"), probe.probe(film("plain.mp4")), tmp_path, keep_sound=False)

    assert stream_of(made.files["film"]).sound == []
    assert not made.has_sound


def test_place_date_and_phone_are_left_behind(film, converted):
    source = film("gps.mov").read_bytes()
    assert [word for word in PRIVATE if word in source]

    made = converted("gps.mov")

    for path in made.files.values():
        content = path.read_bytes()
        assert not [word for word in PRIVATE if word in content], path
    for field in ["film", "film_flipped"]:
        with av.open(str(made.files[field])) as container:
            assert not {"creation_time", "location", "title", "make"} & set(container.metadata)


def test_the_flipped_film_is_the_film_in_a_mirror(converted):
    made = converted("marked.mp4")

    assert edge_with_mark(frames(made.files["film"])[5]) == "left"
    assert edge_with_mark(frames(made.files["film_flipped"])[5]) == "right"
    for field, edge in {"still": "left", "still_flipped": "right"}.items():
        assert edge_with_mark(Image.open(made.files[field])) == edge
    for field, edge in {"still_small": "left", "still_small_flipped": "right"}.items():
        assert edge_with_mark(Image.open(made.files[field])) == edge


def test_stills_are_small_webp_pictures_in_two_sizes(converted):
    made = converted("tall-4k.mp4")

    for field in ["still", "still_flipped", "still_small", "still_small_flipped"]:
        with Image.open(made.files[field]) as still:
            assert still.format == "WEBP"
            assert still.width == (400 if "small" in field else 720)
            assert not still.getexif()
        assert made.files[field].stat().st_size < 40_000


def test_a_film_that_ends_early_is_refused_even_when_ffmpeg_is_content(film, tmp_path, monkeypatch):
    whole = probe.probe(film("faststart.mp4"))

    with pytest.raises(FilmRefusedError, match="cut off"):
        convert.convert(film("cut.mp4"), whole, tmp_path)


@pytest.mark.parametrize("name", ["concat.mp4", "playlist.mp4", "picture.png", "magicyuv.avi", "huge.mov"])
def test_the_conversion_opens_nothing_that_the_probe_would_refuse(film, tmp_path, name):
    film("plain.mp4")  # the neighbour that concat.mp4 names
    trusting = probe.probe(film("plain.mp4"))

    with pytest.raises(FilmRefusedError):
        convert.convert(film(name), trusting, tmp_path, keep_sound=False)

    assert not (tmp_path / "film.part.mp4").exists() or not (tmp_path / "film.part.mp4").stat().st_size


def test_progress_is_told_and_the_work_can_be_stopped(film, tmp_path):
    percentages: list[int] = []
    source = film("plain.mp4")
    convert.convert(source, probe.probe(source), tmp_path, on_progress=percentages.append)
    assert percentages
    assert all(0 <= per_cent <= 100 for per_cent in percentages)

    with pytest.raises(ffmpeg.StoppedError):
        convert.convert(source, probe.probe(source), tmp_path, stop=lambda: True)


def test_a_conversion_that_never_ends_is_given_up(film, tmp_path, monkeypatch):
    monkeypatch.setattr(ffmpeg, "time_limit", lambda seconds: 0.0)

    with pytest.raises(ffmpeg.TookTooLongError):
        convert.convert(film("plain.mp4"), probe.probe(film("plain.mp4")), tmp_path)


def test_the_check_at_start_names_what_is_missing(settings, tmp_path):
    from clips.conversion.checks import ffmpeg_can_convert

    assert ffmpeg_can_convert() == []

    settings.FFMPEG_BINARY = str(tmp_path / "nothing")
    assert [error.id for error in ffmpeg_can_convert()] == ["clips.E001"]

    poor = tmp_path / "ffmpeg"
    poor.write_text("#!/bin/sh\necho ' V..... libx264  H.264'\necho ' A..... aac'\n")
    poor.chmod(0o755)
    settings.FFMPEG_BINARY = str(poor)
    (error,) = ffmpeg_can_convert()
    assert "zscale, tonemap" in error.msg

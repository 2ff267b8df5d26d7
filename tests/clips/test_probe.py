"""Which films this site takes, and what it tells people about the others."""

import pytest

from clips.conversion import probe
from clips.conversion.probe import FilmRefusedError


@pytest.mark.parametrize(
    ("name", "hdr", "sound"),
    [
        ("plain.mp4", False, True),
        ("hevc.mov", False, False),
        ("hlg.mov", True, False),
        ("pq.mov", True, False),
        ("ten-bit.mp4", False, False),
        ("film.webm", False, False),
        ("film.mkv", False, True),
        ("unknown-sound.avi", False, False),
    ],
)
def test_a_film_says_what_is_in_it(film, name, hdr, sound):
    found = probe.probe(film(name))

    assert (found.hdr, found.has_audio) == (hdr, sound)
    assert found.seconds == pytest.approx(1, abs=0.1)
    assert (found.width, found.height) == (160, 120)


@pytest.mark.parametrize(("name", "size"), [("rotated-90.mp4", (120, 160)), ("rotated-180.mp4", (160, 120))])
def test_rotation_changes_the_size_that_is_shown(film, name, size):
    assert probe.probe(film(name)).shown_size == size


def test_wide_pixels_change_the_size_that_is_shown(film):
    assert probe.probe(film("wide-pixels.mp4")).shown_size == (320, 120)


REFUSED = {
    "empty.mp4": "The file is empty",
    "letter.mp4": "This is a document",
    "page.mp4": "This is a web page or a drawing",
    "drawing.mp4": "This is a web page or a drawing",
    "concat.mp4": "This is a list of films",
    "playlist.mp4": "This is a list of films",
    "manifest.mp4": "This is a list of films",
    "picture.png": "This is a picture",
    "picture.jpg": "This is a picture",
    "one-frame.mp4": "This is a picture",
    "sound-only.mp4": "only sound",
    "sound.wav": "only sound",
    "cut.mp4": "The film is cut off",
    "cut-before-its-index.mp4": "The film is cut off",
    "no-picture-inside.mp4": "The film is cut off",
    "long.mp4": "The film is 5.2 minutes long; this site takes films of up to 5 minutes",
    "magicyuv.avi": "stored in a way that phones do not use (magicyuv)",
    "huge.mov": "The picture is larger than 8K",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_film_is_refused_in_plain_words(film, tmp_path, name):
    renamed = tmp_path / "film.mp4"
    renamed.write_bytes(film(name).read_bytes())
    (tmp_path / "plain.mp4").write_bytes(film("plain.mp4").read_bytes())

    with pytest.raises(FilmRefusedError, match=REFUSED[name].replace("(", r"\(").replace(")", r"\)")):
        probe.probe(renamed)


@pytest.mark.parametrize("name", ["concat.mp4", "playlist.mp4", "picture.png", "magicyuv.avi", "huge.mov"])
def test_the_decoder_keeps_out_what_the_wording_might_miss(film, tmp_path, name, monkeypatch):
    (tmp_path / "plain.mp4").write_bytes(film("plain.mp4").read_bytes())
    renamed = tmp_path / "film.mp4"
    renamed.write_bytes(film(name).read_bytes())
    monkeypatch.setattr(probe, "not_a_film", lambda start: "")

    with pytest.raises(FilmRefusedError):
        probe.probe(renamed)


def test_a_look_that_never_ends_is_given_up(film, monkeypatch):
    monkeypatch.setattr(probe, "LOOK_LIMIT", 0.0)

    with pytest.raises(FilmRefusedError, match="cannot be read"):
        probe.probe(film("plain.mp4"))


def test_names_are_never_read_as_options(film, tmp_path):
    for name in ["-i http.mp4", "a;sleep 9.mp4", "line\nbreak.mp4", "x" * 250 + ".mp4", "%03d.mp4", "concat:a.mp4"]:
        path = tmp_path / name
        path.write_bytes(film("plain.mp4").read_bytes())

        assert probe.probe(path).has_audio

"""Films come out in the colours of their original, and from every kind of camera: the films that once did not."""

from pathlib import Path

import av
import pytest

from clips.conversion import convert, probe
from tests.clips.films import H264, HEVC, beeps, enlarged, ffmpeg, flash_and_beep, flashes, frames

FOUND = Path("tests/clips/found")  # small films that once came out wrong
PATCHES = [(192, 0, 0), (0, 192, 0), (0, 0, 192), (200, 160, 128), (128, 128, 128), (224, 224, 0)]
FILTER = "geq=r='{}':g='{}':b='{}'".format(
    *(
        "+".join(f"{patch[channel]}*eq(floor(X*6/W),{place})" for place, patch in enumerate(PATCHES))
        for channel in range(3)
    )
)


def convert_film(path, folder, **options):
    folder.mkdir(exist_ok=True)
    return convert.convert(path, probe.probe(path), folder, **options)


def patches(path):
    """Return the colours of the six patches in the middle of a film."""
    picture = frames(path)[3]
    return [picture.getpixel((int((place + 0.5) * picture.width / 6), picture.height // 2)) for place in range(6)]


def furthest(colours):
    """Return by how much the worst channel of the worst patch is off, of 255."""
    return max(
        abs(a - b) for got, wanted in zip(colours, PATCHES, strict=True) for a, b in zip(got, wanted, strict=True)
    )


def patched_film(path, size, *, matrix="bt709", tag="unknown"):
    """Make a film of the six patches, with its colours in `matrix` and no tag but that of its matrix."""
    source = f"color=black:size=6x2:rate=10:duration=1,format=gbrp,{FILTER},{enlarged(size)}"
    coded = f"scale=out_color_matrix={matrix}:out_range=tv,format=yuv420p"
    tags = f"setparams=color_primaries=unknown:color_trc=unknown:colorspace={tag}"
    ffmpeg("-f", "lavfi", "-i", f"{source},{coded},{tags}", *H264, path)
    return path


@pytest.mark.parametrize("name", ["c01-untagged-hd709.mp4", "c11-p3.mov"])
def test_the_films_that_came_out_in_wrong_colours_do_no_longer(tmp_path, name):
    made = convert_film(FOUND / name, tmp_path)

    assert (
        furthest(patches(made.files["film"])) <= 5
        if name.startswith("c01")
        else furthest(patches(made.files["film"])) <= 20
    )


@pytest.mark.parametrize(
    ("size", "matrix"),
    [("1280x720", "bt709"), ("1920x1080", "bt709"), ("720x1280", "bt709"), ("640x480", "bt601"), ("320x240", "bt601")],
)
def test_an_untagged_film_has_the_colours_that_browsers_give_it(tmp_path, size, matrix):
    film = patched_film(tmp_path / "film.mp4", size, matrix=matrix)

    assert furthest(patches(convert_film(film, tmp_path / "made").files["film"])) <= 5


@pytest.mark.parametrize("matrix", ["bt709", "bt470bg", "smpte170m", "bt2020nc"])
def test_a_tagged_film_keeps_its_colours(tmp_path, matrix):
    film = patched_film(tmp_path / "film.mp4", "640x480", matrix=matrix.removesuffix("nc"), tag=matrix)

    assert furthest(patches(convert_film(film, tmp_path / "made").files["film"])) <= 5


@pytest.mark.parametrize(
    "tags", ["", "colorprim=bt2020", "colormatrix=bt2020nc", "colorprim=bt2020:colormatrix=bt2020c"]
)
@pytest.mark.parametrize("transfer", ["arib-std-b67", "smpte2084"])
def test_hdr_is_converted_whatever_its_other_tags_say(tmp_path, transfer, tags):
    parameters = ":".join(filter(None, [f"transfer={transfer}", tags, "log-level=none:pools=1"]))
    film = tmp_path / "film.mov"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=1", *HEVC, "-x265-params", parameters,
           "-pix_fmt", "yuv420p10le", film)  # fmt: skip

    made = convert_film(film, tmp_path / "made")

    grey = frames(made.files["film"])[5].convert("L")
    assert 30 < sum(grey.tobytes()) / (grey.width * grey.height) < 220


def test_the_hdr_film_without_a_matrix_is_converted(tmp_path):
    made = convert_film(FOUND / "c06-hlg-only-trc.mp4", tmp_path)

    red, green, blue = patches(made.files["film"])[:3]
    assert red[0] > 150 > max(red[1:])
    assert green[1] > 150 > max(green[0], green[2])
    assert blue[2] > 150 > max(blue[:2])


def combed(picture):
    """Return how many pixels differ from both the line above and the line below, which agree: torn lines."""
    grey = picture.convert("L")
    pixels, torn = grey.load(), 0
    for y in range(1, grey.height - 1):
        for x in range(0, grey.width, 2):
            above, here, below = pixels[x, y - 1], pixels[x, y], pixels[x, y + 1]
            torn += abs(above - below) < 10 and abs(here - above) > 40 and abs(here - below) > 40
    return torn


def test_an_interlaced_film_has_no_torn_lines(tmp_path):
    before = max(combed(picture) for picture in frames(FOUND / "i02-interlaced-pal.mp4")[5:8])

    made = convert_film(FOUND / "i02-interlaced-pal.mp4", tmp_path)

    assert before > 100  # there was something to mend
    assert max(combed(picture) for picture in frames(made.files["film"])[5:8]) == 0


def test_a_film_of_a_browsers_recorder_that_does_not_say_its_length_is_a_film(tmp_path):
    made = convert_film(FOUND / "mediarecorder-vp9.webm", tmp_path)

    assert made.seconds == pytest.approx(2.97, abs=0.1)


@pytest.mark.parametrize(
    ("codec", "ending", "options"),
    [
        ("ac3", "mp4", []), ("eac3", "mp4", []), ("alac", "mp4", []), ("mp2", "mkv", []), ("flac", "mkv", []),
        ("pcm_s16le", "mov", []), ("pcm_s24be", "mov", []), ("pcm_f32le", "mov", []), ("pcm_u8", "avi", []),
        ("pcm_mulaw", "mov", []), ("pcm_alaw", "mov", []), ("adpcm_ima_qt", "mov", []), ("adpcm_ms", "avi", []),
        ("libopus", "mkv", []), ("libmp3lame", "avi", []),
    ],
)  # fmt: skip
def test_the_sound_of_every_camera_is_kept(tmp_path, codec, ending, options):
    film = flash_and_beep(tmp_path / f"film.{ending}", "25", audio=["-c:a", codec, *options])

    made = convert_film(film, tmp_path / "made")

    assert (made.has_sound, made.lost_sound) == (True, "")
    pairs = zip(flashes(made.files["film"]), beeps(made.files["film"]), strict=True)
    assert all(abs(flash - beep) <= 1 / 25 + 0.02 for flash, beep in pairs)


def test_a_sound_that_cannot_be_kept_is_named(tmp_path):
    film = flash_and_beep(tmp_path / "film.avi", "25", audio=["-c:a", "wmav2"])

    made = convert_film(film, tmp_path / "made")
    silent = convert_film(film, tmp_path / "silent", keep_sound=False)

    assert (made.has_sound, made.lost_sound) == (False, "wmav2")
    assert silent.lost_sound == ""  # the therapist chose that


def test_the_sound_that_players_choose_is_taken_and_no_commentary(tmp_path):
    assert probe.probe(FOUND / "s18-two-tracks.mp4").sound_index == 2


def test_an_old_phones_film_is_converted(tmp_path):
    film = tmp_path / "film.3gp"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=176x144:rate=15:duration=1", "-c:v", "h263", film)

    assert convert_film(film, tmp_path / "made").seconds == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize(("encode", "ending"), [(["-c:v", "mpeg2video"], "ts"), (["-c:v", "dvvideo"], "avi")])
def test_a_camcorders_film_is_refused_with_what_to_do(tmp_path, encode, ending):
    film = tmp_path / f"film.{ending}"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=720x576:rate=25:duration=1", "-pix_fmt", "yuv420p", *encode, film)

    with pytest.raises(probe.FilmRefusedError, match=r"camcorder's film .* save it as MP4"):
        probe.probe(film)


def test_tags_of_the_result_are_those_of_every_screen(tmp_path):
    film = patched_film(tmp_path / "film.mp4", "640x480", matrix="bt601")

    with av.open(str(convert_film(film, tmp_path / "made").files["film"])) as made:
        context = made.streams.video[0].codec_context
        assert (context.color_primaries, context.color_trc, context.colorspace) == (1, 1, 1)

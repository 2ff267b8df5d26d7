"""Every picture of a converted film at its own time, and its sound with it; measured in the films themselves."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from clips.conversion import convert, probe, verify
from tests.clips.films import B_FRAMES, H264, beeps, ffmpeg, flash_and_beep, flashes, numbered_film, numbers

FOUND = Path("tests/clips/found")  # small films that once came out wrong
HEVC = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:pools=1:bframes=3", "-tag:v", "hvc1"]
RATES = ["24", "25", "30000/1001", "30", "50", "60000/1001", "60", "120", "240"]
#: Pictures that are left out of films of 30 a second, as an ffmpeg expression of their number.
GAPS = {
    "a pause of two seconds": "not(between(n,40,99))",
    "every third is missing": "mod(n,3)",
    "dark room": "lt(n,30)+not(mod(n,4))",
    "many short pauses": "lt(mod(n,20),12)",
}


def convert_film(path, folder, **options):
    folder.mkdir(exist_ok=True)
    return convert.convert(path, probe.probe(path), folder, **options)


def first_shown(shown):
    """Return when each number appears first."""
    found: dict[int, float] = {}
    for at, number in shown:
        found.setdefault(number, at)
    return found


@pytest.mark.parametrize(
    ("rate", "codec"), [*((rate, "h264") for rate in RATES), ("25", "hevc"), ("60", "hevc"), ("60000/1001", "hevc")]
)
def test_picture_and_sound_stay_together_at_every_rate(tmp_path, rate, codec):
    if codec == "hevc" and rate not in ("25", "60", "60000/1001"):
        pytest.skip("one of each kind is enough for the slower encoder")
    hevc = [
        "-c:v",
        "libx265",
        "-preset",
        "ultrafast",
        "-x265-params",
        "log-level=none:pools=1:bframes=3",
        "-tag:v",
        "hvc1",
    ]
    film = flash_and_beep(tmp_path / "film.mp4", rate, video=B_FRAMES if codec == "h264" else hevc)

    made = convert_film(film, tmp_path / "made").files["film"]

    seen, heard = flashes(made), beeps(made)
    assert len(seen) == len(heard) == 3
    assert all(abs(flash - beep) <= 1 / 30 + 0.005 for flash, beep in zip(seen, heard, strict=True))


@pytest.mark.parametrize("rate", RATES)
def test_no_picture_is_lost_or_late_at_any_rate(tmp_path, rate):
    film = numbered_film(tmp_path / "film.mp4", rate)
    before = first_shown(numbers(film))

    after = first_shown(numbers(convert_film(film, tmp_path / "made").files["film"]))

    kept = [number for number in before if number in after]
    assert len(kept) >= len(before) * min(1.0, float(30 / Fraction(rate))) - (Fraction(rate) > 30)
    assert all(abs(after[number] - before[number]) <= 1 / 30 + 0.001 for number in kept)


@pytest.mark.parametrize("gaps", GAPS.values(), ids=GAPS)
@pytest.mark.parametrize("rate", ["30", "60"])
def test_a_film_with_gaps_keeps_every_picture_and_its_time(tmp_path, gaps, rate):
    film = numbered_film(tmp_path / "film.mp4", rate, pictures=150, keep=gaps)
    before = numbers(film)

    after = first_shown(numbers(convert_film(film, tmp_path / "made").files["film"]))

    lost = [number for _at, number in before if number not in after]
    assert len(lost) <= (0 if rate == "30" else len(before) / 2 + 1)
    assert all(abs(after[number] - at) <= 1 / 30 + 0.001 for at, number in before if number in after)


def test_a_film_of_sixty_pictures_a_second_has_half_as_many_and_no_more(tmp_path):
    film = flash_and_beep(tmp_path / "film.mp4", "60")

    made = convert_film(film, tmp_path / "made").files["film"]

    assert len(verify.tiny_pictures(tiny(made, tmp_path))) == 120


def tiny(film, folder):
    copies = folder / "tiny.nut"
    ffmpeg("-i", film, "-vf", verify.SIGNATURE, *verify.SIGNATURE_FILE, copies)
    return copies


def test_a_picture_that_begins_after_the_sound_still_does(tmp_path):
    film = flash_and_beep(tmp_path / "together.mp4", "30")
    late = tmp_path / "late.mp4"
    ffmpeg("-itsoffset", "1", "-i", film, "-i", film, "-map", "0:v", "-map", "1:a", "-c", "copy", late)
    assert probe.probe(late).starts == pytest.approx(1, abs=0.05)

    made = convert_film(late, tmp_path / "made")

    assert made.seconds == pytest.approx(5, abs=0.1)
    assert [
        flash - beep for flash, beep in zip(flashes(made.files["film"]), beeps(made.files["film"]), strict=True)
    ] == (pytest.approx([1, 1, 1], abs=1 / 30 + 0.005))


def test_start_and_end_are_cut_at_their_pictures(tmp_path):
    film = numbered_film(tmp_path / "film.mp4", "30", pictures=120)

    made = convert_film(film, tmp_path / "made", start=1.0, end=3.0)

    shown = numbers(made.files["film"])
    assert made.seconds == pytest.approx(2, abs=0.05)
    assert shown[0][0] == pytest.approx(0, abs=0.001)
    assert shown[0][1] == pytest.approx(30, abs=1)
    assert shown[-1][1] == pytest.approx(89, abs=1)


def damaged(before, folder, keep, delay=0.0):
    """Write the film `before` again without the pictures that `keep` leaves out, each `delay` seconds later."""
    path = folder / "film.part.mp4"
    # The pictures left out show the last one before them for as long, as ffmpeg once did.
    ffmpeg("-i", before, "-vf", f"select='{keep}',setpts=PTS+{delay}/TB,fps=30:start_time=0", *H264, path)
    return path


@pytest.mark.parametrize(
    ("keep", "delay", "wrong"),
    [("1", 0, False), ("not(between(n,40,60))", 0, True), ("1", 0.1, True), ("mod(n,10)", 0, True)],
)
def test_a_result_without_a_picture_of_its_original_is_noticed(tmp_path, keep, delay, wrong):
    film = numbered_film(tmp_path / "film.mp4", "30")
    original = tiny(film, tmp_path)
    result = damaged(film, tmp_path, keep, delay)

    if not wrong:
        verify.compare(original, result, fast=False)
        return
    with pytest.raises(verify.WrongResultError, match=r"missing|late|not those"):
        verify.compare(original, result, fast=False)


def test_a_result_without_its_sound_or_late_is_noticed(tmp_path):
    film = flash_and_beep(tmp_path / "film.mp4", "30")
    known = probe.probe(film)
    made = convert_film(film, tmp_path / "made").files["film"]

    verify.verified(made, known, with_sound=True)
    with pytest.raises(verify.WrongResultError, match="sound"):
        verify.verified(made, known, with_sound=False)
    with pytest.raises(verify.WrongResultError, match="begins"):
        verify.verified(made, replace(known, starts=1.0), with_sound=True)

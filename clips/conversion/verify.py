"""Is a converted film what its original was? ffmpeg's exit code 0 is no proof, and neither is a probe.

Two looks at the result. Its container: length, shape and sound. And its pictures: the run of ffmpeg that makes the film
also writes every picture of the original, as it comes out of the decoder, as a tiny grey one; each of them has to be
seen in the result at its own time.
"""

from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median

import av
from django.utils.translation import gettext as _

from clips.conversion import probe
from clips.conversion.ffmpeg import run_ffmpeg, time_limit
from clips.conversion.picture import MOST_RATE, SHORT_SIDE
from clips.conversion.probe import Film, FilmRefusedError, tolerance

SIDE = 16  # pixels of a tiny picture
SIGNATURE = f"scale={SIDE}:{SIDE}:flags=area,format=gray"
SIGNATURE_FILE = ["-an", "-fps_mode", "passthrough", "-c:v", "rawvideo", "-f", "nut"]
ONE_PICTURE = 1 / MOST_RATE  # seconds
MOST_LATE = 2 * ONE_PICTURE  # seconds by which a start may differ: one picture, and the rounding of one
LEAST_CONTRAST = 4.0 * SIDE  # a standard deviation of 4 of 255
BRIGHTNESS = 0.5
#: How unlike every picture near its time (see `unlikeness`) one is that is missing: this much, and times the usual.
MISSING = 0.02
MISSING_TIMES = 6
LEAST_DIFFERENCE = 0.0005  # below that, pictures are the same but for the encoder
SAMPLE = 300  # pictures that tell whether all come late
MOST_SHIFT = 8  # pictures
MOST_MISSING = 0.01  # of all pictures; real films have a few that are unlike both neighbours


class WrongResultError(Exception):
    """The conversion made something that its original does not show: the film is damaged, or the fault is ours."""


def verified(result: Path, film: Film, *, with_sound: bool) -> Film:
    """Look into a result and return what it is.

    Raises:
        FilmRefusedError: when it is shorter than its source or has another shape.
        WrongResultError: when it begins at another time, has lost its sound, or is no film of ours.
    """
    facts = probe.look(result)
    if "error" in facts or not facts["video"]:
        raise FilmRefusedError(probe.cut_off())
    made = probe.judged(result, facts)
    if made.seconds < film.seconds - tolerance(film.seconds):
        raise FilmRefusedError(probe.cut_off())
    width, height = film.shown_size
    if abs(made.width / made.height - width / height) > 0.05 * width / height + 4 / min(made.width, made.height):
        raise FilmRefusedError(_("The picture came out in the wrong shape. Please send the film as the phone made it."))
    if min(made.width, made.height) > SHORT_SIDE or made.rotation:
        raise WrongResultError(f"{made.width} by {made.height}, turned by {made.rotation}")
    if abs(made.starts - film.starts) > MOST_LATE:
        raise WrongResultError(f"The picture begins at {made.starts:.3f} s instead of {film.starts:.3f} s")
    if made.has_audio != with_sound:
        raise WrongResultError("The sound is missing" if with_sound else "There is a sound")
    return made


@dataclass(frozen=True)
class Tiny:
    """One picture: when it is shown (seconds), and what `scaled` made of it, a kilobyte."""

    at: float
    pixels: "array[float]"


def compare(original: Path, result: Path, *, fast: bool) -> None:
    """Make sure that the result shows the pictures of the original, each at its time; of a `fast` film not all.

    Raises:
        WrongResultError: when pictures are missing, or come too early or too late.
    """
    copies = result.with_suffix(".nut")
    run_ffmpeg(
        ["-copyts", "-i", f"file:{result}", "-vf", SIGNATURE, *SIGNATURE_FILE, str(copies)], limit=time_limit(300)
    )
    before, after = tiny_pictures(original), tiny_pictures(copies)
    for path in (original, copies):
        path.unlink()
    if not after:
        raise WrongResultError("There is no picture")
    late = lateness(before, after)
    if abs(late) > ONE_PICTURE + 0.001:
        raise WrongResultError(f"The pictures come {late:.3f} s too late")
    stale = unmatched(after, before)
    if len(stale) > max(1, MOST_MISSING * len(after)):
        raise WrongResultError(
            f"{len(stale)} of {len(after)} pictures are not those of their time, {stale[0]:.3f} s first"
        )
    missing = [] if fast else unmatched(before, after)
    if len(missing) > max(1, MOST_MISSING * len(before)):
        raise WrongResultError(f"{len(missing)} of {len(before)} pictures are missing, from {missing[0]:.3f} s on")


def lateness(before: list[Tiny], after: list[Tiny]) -> float:
    """Return by how many seconds the pictures of `after` come late: the shift that makes both clearly more alike."""
    sample = before[:: max(1, len(before) // SAMPLE)]
    shifts = [step * ONE_PICTURE for step in range(-MOST_SHIFT, MOST_SHIFT + 1)]
    unlike = {shift: fmean(unlikeness(tiny, shown_at(after, tiny.at + shift)) for tiny in sample) for shift in shifts}
    best = min(shifts, key=lambda shift: (unlike[shift], abs(shift)))
    in_time = min(unlike[shift] for shift in shifts if abs(shift) <= ONE_PICTURE + 0.001)
    return best if in_time > MISSING_TIMES * unlike[best] and in_time > LEAST_DIFFERENCE else 0.0


def shown_at(pictures: list[Tiny], seconds: float) -> Tiny:
    """Return the picture that is on the screen at a time; the first one before there is any."""
    place = bisect_right(pictures, seconds + 0.002, key=lambda tiny: tiny.at)
    return pictures[max(0, place - 1)]


def unmatched(pictures: list[Tiny], others: list[Tiny]) -> list[float]:
    """Return the seconds of those `pictures` that none of `others` shows within one picture's time."""
    times = [tiny.at for tiny in others]
    nearest = []
    for tiny in pictures:
        first = bisect_left(times, tiny.at - ONE_PICTURE - 0.002)
        last = bisect_right(times, tiny.at + ONE_PICTURE + 0.002)
        near = others[max(0, first - 1) : last]
        nearest.append(min((unlikeness(tiny, other) for other in near), default=2.0))
    limit = max(MISSING, MISSING_TIMES * median(nearest))
    return [tiny.at for tiny, distance in zip(pictures, nearest, strict=True) if distance > limit]


def unlikeness(one: Tiny, other: Tiny) -> float:
    """Return 0 for the same picture, about 1 for another of which no place agrees."""
    return 0.5 * sum((a - b) ** 2 for a, b in zip(one.pixels, other.pixels, strict=True))


def tiny_pictures(path: Path) -> list[Tiny]:
    """Return the tiny pictures in a file of our own making, each scaled to mean 0 and length 1."""
    found = []
    with av.open(str(path)) as film:
        video = film.streams.video[0]
        for frame in film.decode(video):
            plane = frame.planes[0]
            rows = bytes(plane)
            raw = b"".join(rows[row * plane.line_size : row * plane.line_size + SIDE] for row in range(SIDE))
            found.append(Tiny(float((frame.pts or 0) * (video.time_base or 0)), scaled(raw)))
    return sorted(found, key=lambda tiny: tiny.at)


def scaled(raw: bytes) -> "array[float]":
    """Return how much brighter each place is than the picture, and last, with less weight, how bright that is.

    Tone mapping and colour conversion change how bright a place is, hardly which place is brighter: so the contrast is
    scaled to 1, but for pictures that have hardly any.
    """
    mean = fmean(raw)
    contrast = max(sum((value - mean) ** 2 for value in raw) ** 0.5, LEAST_CONTRAST)
    return array("f", [*((value - mean) / contrast for value in raw), BRIGHTNESS * mean / 255])

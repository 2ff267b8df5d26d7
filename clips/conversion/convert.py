"""From a phone's film to the files a visitor plays: film, flipped film and stills."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings
from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _

from clips.conversion import ffmpeg, verify
from clips.conversion.ffmpeg import FfmpegError, run_ffmpeg
from clips.conversion.picture import known, picture
from clips.conversion.probe import Film, FilmRefusedError
from clips.conversion.stills import moments, still_frame, stills

SHORTEST_TRIMMED = 1.0  # seconds
MOST_BYTES = "200M"
ENCODE = [
    *("-fps_mode", "vfr"),  # the filters decide which pictures there are; nothing is added or left out after them
    *("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-maxrate", "2500k", "-bufsize", "5000k"),
    *("-profile:v", "high", "-level", "4.0", "-g", "60"),
]
SOUND = ["-c:a", "aac", "-b:a", "96k", "-ac", "2", "-ar", "48000"]  # no loudnorm: it breaks on silence
# Where a film was made, when and with which phone is nobody's business.
NO_METADATA = ["-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn"]
NO_DATES = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"]

#: Failures that say nothing about the film; it is tried again.
NOT_THE_FILM = (ffmpeg.TookTooLongError, ffmpeg.KilledError, ffmpeg.NotStartedError)


@dataclass(frozen=True)
class Converted:
    """The finished files, still in a temporary folder, and what is known about them."""

    files: dict[str, Path]  # by the name of the Clip field they belong to
    seconds: float
    width: int
    height: int
    has_sound: bool
    lost_sound: str = ""  # the codec of a sound that could not be kept
    moments: tuple[tuple[float, bytes], ...] = ()  # seconds and WebP, to choose the still from


@dataclass(frozen=True)
class Outputs:
    """What one run of ffmpeg writes: the film, its mirrored twin, and small grey copies of the original's pictures."""

    played: Path
    flipped: Path
    original: Path  # see `verify.py`


def convert(
    source: Path,
    film: Film,
    folder: Path,
    *,
    keep_sound: bool = True,
    start: float | None = None,
    end: float | None = None,
    still_at: float | None = None,
    on_progress: Callable[[int], None] = lambda per_cent: None,
    stop: Callable[[], bool] = lambda: False,
) -> Converted:
    """Make everything a visitor plays from the film at `source`, in the empty `folder`.

    `start` and `end` are seconds of `source`, `still_at` is one of the finished film.

    Raises:
        FilmRefusedError: when nothing is left between start and end, or what came out is not what went in.
        FfmpegError: when ffmpeg fails for another reason.
        StoppedError: when `stop` returned True.
    """
    outputs = Outputs(folder / "film.part.mp4", folder / "flipped.part.mp4", folder / "original.nut")
    sound = film.sound_index if keep_sound else None
    cut = trimmed(film, start, end)
    messages = encode(conversion(source, cut, outputs, sound, start=start or 0.0), cut.seconds, on_progress, stop)
    result = checked(outputs, cut, messages, with_sound=sound is not None)
    frame = still_frame(outputs.played, result.seconds, still_at, folder)
    return Converted(
        files={"film": outputs.played, "film_flipped": outputs.flipped, **stills(frame, folder)},
        moments=tuple(moments(outputs.played, result.seconds, folder)),
        seconds=result.seconds,
        width=result.width,
        height=result.height,
        has_sound=result.has_audio,
        lost_sound=film.unknown_sound if keep_sound else "",
    )


def encode(arguments: list[str], seconds: float, on_progress: Callable[[int], None], stop: Callable[[], bool]) -> str:
    """Run the one ffmpeg that makes both films of `seconds` seconds, and return its messages.

    Progress is told up to 95 per cent.
    """
    try:
        output = run_ffmpeg(
            arguments,
            limit=ffmpeg.time_limit(seconds),
            on_time=lambda written: on_progress(min(95, int(95 * written / seconds))),
            stop=stop,
        )
    except FfmpegError as error:
        raise reason_for(error) from error
    return output.stderr


def checked(outputs: Outputs, film: Film, messages: str, *, with_sound: bool) -> Film:
    """Return what the played film is, once both films have been compared with their original.

    Raises:
        FilmRefusedError: when they are not what it is. Trying again would make the same of it.
    """
    try:
        result = verify.verified(outputs.played, film, with_sound=with_sound)
        verify.verified(outputs.flipped, film, with_sound=with_sound)
        verify.compare(outputs.original, outputs.played, fast=film.is_fast)
    except verify.WrongResultError as error:
        reason = damaged() if ffmpeg.speaks_of_damage(messages) else came_out_wrong()
        raise FilmRefusedError(reason) from error
    except (ArithmeticError, LookupError, ValueError) as error:  # from a number that no sound film has
        raise FilmRefusedError(unknown_kind()) from error
    return result


def reason_for(error: FfmpegError) -> Exception:
    """Return what to raise for a failure of ffmpeg: a reason for the therapist, or the failure itself to try again."""
    if error.disk_is_full or isinstance(error, NOT_THE_FILM):
        return error
    if error.memory_is_short:
        return FilmRefusedError(
            _(
                "The film needs more memory than the server gives to one film. "
                "Please film in 4K or less, or save it as MP4 (H.264) and upload it again."
            )
        )
    if error.is_about_the_data:
        return FilmRefusedError(damaged())
    return FilmRefusedError(unknown_kind())


def damaged() -> str:
    return _(
        "The film cannot be converted; it may be damaged. "
        "Please check that it plays to its end on the phone, and upload it again."
    )


def came_out_wrong() -> str:
    return _(
        "The converted film would not show what this film shows, picture by picture, so it is not used. "
        "The film may be damaged: please check that it plays to its end on the phone. "
        "If it does, save it as MP4 (H.264) and upload that; whoever runs the server finds the cause in its log."
    )


def unknown_kind() -> str:
    return _(
        "This kind of film cannot be converted here, though it may play well elsewhere. "
        "Save it as MP4 (H.264) and upload that; whoever runs the server finds the cause in its log."
    )


def trimmed(film: Film, start: float | None, end: float | None) -> Film:
    """Return the film as it is between two of its seconds, on a clock that begins at `start`.

    Raises:
        FilmRefusedError: when nothing is left.
    """
    if not (start or end):
        return film
    begins = start or 0.0
    seconds = min(end or film.seconds, film.seconds) - begins
    if seconds < SHORTEST_TRIMMED:
        raise FilmRefusedError(
            _(
                "The film is %(seconds)s seconds long; between the start and the end you chose nothing is left of it. "
                "Please choose others."
            )
            % {"seconds": floatformat(film.seconds, 1)}
        )
    share = seconds / max(film.seconds, seconds)
    return replace(
        film, seconds=seconds, starts=max(0.0, film.starts - begins), pictures=max(1, round(film.pictures * share))
    )


def conversion(source: Path, film: Film, outputs: Outputs, sound: int | None, *, start: float) -> list[str]:
    """Return ffmpeg's arguments: one decode of `film` from `start` on, two films, the second mirrored."""
    longest = min(film.seconds, settings.CLIP_MAX_SECONDS + 0.9)  # a length that lied ends there
    until = ["-t", f"{longest + 0.001:.3f}"]
    shared = [
        *(("-map", f"0:{sound}", *SOUND) if sound is not None else ("-an",)),
        *NO_METADATA,
        *ENCODE,
        *NO_DATES,
        *("-movflags", "+faststart"),
        *until,
        *("-fs", MOST_BYTES),
    ]
    filters = (
        f"[0:{film.video_index}]{known(film)},split[in][check];"
        f"[in]{picture(film)},split[as_made][copy];[copy]hflip[flipped];"
        f"[check]{verify.SIGNATURE}[original]"
    )
    return [
        *(("-ss", f"{start:.3f}") if start else ()),
        *ffmpeg.hardened_input(source),
        *("-filter_complex", filters),
        *("-map", "[as_made]", *shared, str(outputs.played)),
        *("-map", "[flipped]", *shared, str(outputs.flipped)),
        *("-map", "[original]", *verify.SIGNATURE_FILE, *until, str(outputs.original)),
    ]


def new_file_name(part: Path) -> str:
    """Return the name under which a finished file is published: new every time, guessed by nobody."""
    return secrets.token_urlsafe(12) + part.suffix

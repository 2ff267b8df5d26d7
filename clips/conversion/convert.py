"""From a phone's film to the files a visitor plays: film, flipped film and stills.

The filters and encoder settings were found on 62 real films from phones, cameras and test suites; the reasons
stand beside them.
"""

import io
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings
from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from clips.conversion import ffmpeg, probe
from clips.conversion.ffmpeg import FfmpegError, run_ffmpeg
from clips.conversion.probe import Film, FilmRefusedError, tolerance

SHORT_SIDE = 720  # pixels
STILL_WIDTH, SMALL_STILL_WIDTH = 720, 400  # pixels
STILL_BYTES = 25_000  # a page shows many of them
STILL_QUALITIES = (75, 65, 55, 45, 35)  # WebP; the first one that is small enough
MOMENTS, MOMENT_WIDTH = 8, 240  # how many to choose from, and their width in pixels
SHORTEST_TRIMMED = 1.0  # seconds
FRAMES_COMPARED = 40  # when looking for the most telling one
MOST_BYTES = "200M"

# Pixels that are not square are made so, without ever throwing lines away; otherwise the person comes out
# squashed.
SQUARE = "scale=w='iw*max(sar,1)':h='ih/min(if(gt(sar,0),sar,1),1)',setsar=1"
FIT = (
    f"scale=w='if(gte(iw,ih),-2,min({SHORT_SIDE},trunc(iw/2)*2))'"
    f":h='if(gte(iw,ih),min({SHORT_SIDE},trunc(ih/2)*2),-2)':flags=bicubic"
)
FIT_SDR = f"{FIT}:out_color_matrix=bt709:out_range=tv,setsar=1"
FIT_HDR = f"{FIT},setsar=1"
# npl=100 with hable looked most natural; npl=1000, seen in many recipes, is far too dark.
TONE_MAP = (
    "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=709,tonemap=tonemap=hable:desat=0,zscale=t=709:m=709:r=limited"
)
# PQ films would leave their mastering data in a film that is no longer HDR.
NO_HDR_DATA = "sidedata=mode=delete:type=MASTERING_DISPLAY_METADATA,sidedata=mode=delete:type=CONTENT_LIGHT_LEVEL"
TAG = "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv"
ENCODE = [
    *("-fpsmax", "30"),  # unlike fps=30 it duplicates no frames of a slower film
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
    moments: tuple[tuple[float, bytes], ...] = ()  # seconds and WebP, to choose the still from


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
    played, flipped = folder / "film.part.mp4", folder / "flipped.part.mp4"
    sound = film.sound_index if keep_sound else None
    film = trimmed(film, start, end)
    try:
        run_ffmpeg(
            conversion(source, film, played, flipped, sound, cut=(start or 0, film.seconds) if start or end else None),
            limit=time_limit(film.seconds),
            on_time=lambda seconds: on_progress(min(95, int(95 * seconds / film.seconds))),
            stop=stop,
        )
    except FfmpegError as error:
        if error.disk_is_full or isinstance(error, NOT_THE_FILM):
            raise
        if error.memory_is_short:
            raise FilmRefusedError(
                _(
                    "The film needs more memory than the server gives to one film. "
                    "Please film in 4K or less, or save it as MP4 (H.264) and upload it again."
                )
            ) from error
        raise FilmRefusedError(
            _(
                "The film cannot be converted; it may be damaged. "
                "Please check that it plays to its end on the phone, and upload it again."
            )
        ) from error
    result = verified(played, film, with_sound=sound is not None)
    verified(flipped, film, with_sound=sound is not None)
    frame = still_frame(played, result.seconds, still_at, folder)
    return Converted(
        files={"film": played, "film_flipped": flipped, **stills(frame, folder)},
        moments=tuple(moments(played, result.seconds, folder)),
        seconds=result.seconds,
        width=result.width,
        height=result.height,
        has_sound=result.has_audio,
    )


def trimmed(film: Film, start: float | None, end: float | None) -> Film:
    """Return the film as it is between two of its seconds.

    Raises:
        FilmRefusedError: when nothing is left.
    """
    seconds = min(end or film.seconds, film.seconds) - (start or 0)
    if seconds < SHORTEST_TRIMMED and (start or end):
        raise FilmRefusedError(
            _(
                "The film is %(seconds)s seconds long; between the start and the end you chose nothing is left of it. "
                "Please choose others."
            )
            % {"seconds": floatformat(film.seconds, 1)}
        )
    return replace(film, seconds=seconds) if start or end else film


def conversion(
    source: Path,
    film: Film,
    played: Path,
    flipped: Path,
    sound: int | None,
    cut: tuple[float, float] | None = None,
) -> list[str]:
    """Return ffmpeg's arguments: one decode, two films, the second mirrored; `cut` is a start and a length."""
    start, longest = cut or (0, settings.CLIP_MAX_SECONDS + 0.9)  # a length that lied ends there
    shared = [
        *(("-map", f"0:{sound}", *SOUND) if sound is not None else ("-an",)),
        *NO_METADATA,
        *ENCODE,
        *NO_DATES,
        *("-movflags", "+faststart"),
        *("-t", f"{longest:.3f}"),
        *("-fs", MOST_BYTES),
    ]
    return [
        *(("-ss", f"{start:.3f}") if start else ()),
        *ffmpeg.hardened_input(source),
        *(
            "-filter_complex",
            f"[0:{film.video_index}]{picture(film)},split[as_made][copy];[copy]hflip[flipped]",
        ),
        *("-map", "[as_made]", *shared, str(played)),
        *("-map", "[flipped]", *shared, str(flipped)),
    ]


def picture(film: Film) -> str:
    """Return the filters that turn any phone's picture into ours."""
    fit = f"{FIT_HDR},{TONE_MAP}" if film.hdr else FIT_SDR
    return f"{SQUARE},{fit},format=yuv420p,{NO_HDR_DATA},{TAG}"


def time_limit(seconds: float) -> float:
    """Return how many seconds the conversion of a film of `seconds` may take."""
    return 60 + 20 * seconds


def verified(result: Path, film: Film, *, with_sound: bool) -> Film:
    """Look into a result; ffmpeg's exit code 0 is no proof.

    Raises:
        FilmRefusedError: when it is shorter than its source, has another shape, or lost its sound.
    """
    facts = probe.look(result)
    if "error" in facts or not facts["video"]:
        raise FilmRefusedError(probe.cut_off())
    made = probe.judged(result, facts)
    # Matroska knows only the length of the whole; then like is compared with like.
    seconds = made.seconds if film.stream_has_length else facts["container_seconds"] or 0
    if abs(seconds - film.seconds) > tolerance(film.seconds):
        raise FilmRefusedError(probe.cut_off())
    width, height = film.shown_size
    if abs(made.width / made.height - width / height) > 0.05 * width / height + 4 / min(made.width, made.height):
        raise FilmRefusedError(_("The picture came out in the wrong shape. Please send the film as the phone made it."))
    if min(made.width, made.height) > SHORT_SIDE or made.rotation or made.has_audio != with_sound:
        raise FilmRefusedError(_("The film cannot be converted; it may be damaged. Please upload it again."))
    return made


def still_frame(film: Path, seconds: float, at: float | None, folder: Path) -> Path:
    """Return the picture that becomes the still, as PNG: the chosen one, else the most telling."""
    if at is not None:
        for earlier in (0, 0.25, 1, seconds):  # a film may have its last picture long before its end
            if frame := frames_at(film, [max(0.0, min(at, seconds) - earlier)], folder)[0]:
                return frame
    return telling_frame(film, seconds, folder)


def moments(film: Path, seconds: float, folder: Path) -> Iterator[tuple[float, bytes]]:
    """Yield the second and a small picture of up to eight moments of a film of our own making."""
    times = [seconds * (number + 0.5) / MOMENTS for number in range(MOMENTS)]
    for at, frame in zip(times, frames_at(film, times, folder), strict=True):
        if frame:
            with Image.open(frame) as opened:
                picture = io.BytesIO()
                narrowed(opened.convert("RGB"), MOMENT_WIDTH).save(picture, "WEBP", quality=STILL_QUALITIES[1])
            yield round(at, 3), picture.getvalue()


def frames_at(film: Path, times: list[float], folder: Path) -> list[Path | None]:
    """Return a PNG for each of some seconds of a film of our own making, None where there is no picture so late."""
    frames = [folder / f"at-{number}.png" for number in range(len(times))]
    arguments: list[str] = []
    for at in times:
        arguments += ["-ss", f"{at:.3f}", "-i", f"file:{film}"]
    for number, frame in enumerate(frames):
        frame.unlink(missing_ok=True)
        arguments += ["-map", f"{number}:v", "-frames:v", "1", "-map_metadata", "-1", str(frame)]
    run_ffmpeg(arguments, limit=time_limit(len(times)))
    return [frame if frame.exists() else None for frame in frames]


def telling_frame(film: Path, seconds: float, folder: Path) -> Path:
    """Return the picture that is most like all the others of a film of our own making, as PNG."""
    frame = folder / "frame.png"
    step = seconds / FRAMES_COMPARED
    chosen = f"select='isnan(prev_selected_t)+gte(t-prev_selected_t,{step:.3f})',thumbnail=n={FRAMES_COMPARED}"
    run_ffmpeg(
        ["-i", f"file:{film}", "-vf", chosen, "-frames:v", "1", "-map_metadata", "-1", str(frame)],
        limit=time_limit(seconds),
    )
    return frame


def quick_still(source: Path, film: Film, folder: Path) -> Path:
    """Return a small still from the middle of a film that has not been converted yet."""
    frame = folder / "quick.png"
    run_ffmpeg(
        [
            *("-ss", f"{film.seconds / 2:.3f}"),
            *ffmpeg.hardened_input(source),
            *("-filter_complex", f"[0:{film.video_index}]{picture(film)}[still]"),
            *("-map", "[still]", "-frames:v", "1", "-map_metadata", "-1", str(frame)),
        ],
        limit=time_limit(1),
    )
    with Image.open(frame) as opened:
        return save_still(narrowed(opened.convert("RGB"), SMALL_STILL_WIDTH), folder / "quick.part.webp")


def stills(frame: Path, folder: Path) -> dict[str, Path]:
    """Return the still in both sizes and both ways round."""
    with Image.open(frame) as opened:
        large = narrowed(opened.convert("RGB"), STILL_WIDTH)
    small = narrowed(large, SMALL_STILL_WIDTH)
    pictures = {
        "still": large,
        "still_flipped": ImageOps.mirror(large),
        "still_small": small,
        "still_small_flipped": ImageOps.mirror(small),
    }
    return {name: save_still(image, folder / f"{name}.part.webp") for name, image in pictures.items()}


def narrowed(image: Image.Image, width: int) -> Image.Image:
    if image.width <= width:
        return image
    return image.resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)


def save_still(image: Image.Image, path: Path) -> Path:
    """Save as WebP in the best quality that is small enough."""
    for quality in STILL_QUALITIES:
        image.save(path, "WEBP", quality=quality)
        if path.stat().st_size <= STILL_BYTES:
            break
    return path


def new_file_name(part: Path) -> str:
    """Return the name under which a finished file is published: new every time, guessed by nobody."""
    return secrets.token_urlsafe(12) + part.suffix

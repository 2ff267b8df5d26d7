"""What is in a film, and whether this site can use it.

A probe is advice; whether the conversion came out right is checked on its result (`convert.py`).
"""

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _

from clips.conversion import ffmpeg

LOOK_LIMIT = 30.0  # seconds
HDR_TRANSFERS = {16, 18}  # PQ and HLG, as a decoded frame reports them; ten bits alone are not HDR
SHORTEST = 0.2  # seconds; below that it is a picture
LONGEST_SHAPE = 6.0  # long side divided by short side, as shown; the widest cinema films have 3
SMALLEST_SIDE = 16  # pixels; filters and encoders fail on fewer
MOST_PICTURES = 100_000  # five minutes of the slow motion of phones, 240 a second, have 72,000
FAST = 33.0  # pictures a second; films of 30 waver a little
#: What camcorders record, by the decoder's name. Phones never do.
CAMCORDER_CODECS = {"mpeg2video": "MPEG-2", "dvvideo": "DV", "mpeg1video": "MPEG-1"}


class FilmRefusedError(Exception):
    """A film this site cannot use. The message says why, and what to do about it, to a therapist."""


@dataclass(frozen=True)
class Film:
    """What the conversion has to know about a film. Times are seconds on the film's own clock, from its beginning."""

    video_index: int
    starts: float  # when the first picture appears; later than the sound in some films
    has_times: bool  # False for AVI, whose pictures simply follow each other
    seconds: float  # when the last picture ends
    pictures: int
    is_fast: bool  # more than 30 pictures a second, for some time at least
    width: int  # pixels as stored, before `rotation` and `sar`
    height: int
    sar: float  # width of one pixel divided by its height
    rotation: int  # degrees, 0 to 359
    trc: int  # these three as numbers of ITU-T H.273
    primaries: int
    matrix: int
    rgb: bool
    sound_index: int | None
    unknown_sound: str  # the codec of a sound that nothing here can decode, when there is no other

    @property
    def has_audio(self) -> bool:
        return self.sound_index is not None

    @property
    def hdr(self) -> bool:
        return self.trc in HDR_TRANSFERS

    @property
    def shown_size(self) -> tuple[float, float]:
        """Width and height as a player shows it, in square pixels."""
        width, height = self.width * max(self.sar, 1), self.height / min(self.sar, 1)
        return (height, width) if self.rotation % 180 == 90 else (width, height)


def probe(path: Path) -> Film:
    """Look into the film at `path` in a child process.

    Raises:
        FilmRefusedError: when it is not a film this site can use.
    """
    with path.open("rb") as file:
        if reason := not_a_film(file.read(4096)):
            raise FilmRefusedError(reason)
    return judged(path, look(path))


def judged(path: Path, facts: dict) -> Film:
    """Return what the conversion has to know, from what `look` found.

    Raises:
        FilmRefusedError: when it is not a film this site can use.
    """
    video = playable_picture(path, facts)
    times = video.get("times") or times_by_header(facts)
    has_times = facts["container"] != "avi"  # there pictures seem as late as their decoder looks ahead
    starts = max(0.0, times["start"] - facts["begins"]) if has_times else 0.0
    seconds = starts + times["end"] - times["start"]
    refuse_length(path, facts, video, seconds)
    sound = facts["sound"]
    film = Film(
        video_index=video["index"],
        starts=starts,
        has_times=has_times,
        seconds=seconds,
        pictures=times["pictures"],
        is_fast=0 < times["shortest_gap"] < 1 / FAST,
        width=video["width"],
        height=video["height"],
        sar=video["sar"] if video["sar"] > 0 else 1.0,
        rotation=video["rotation"],
        trc=video["trc"],
        primaries=video["primaries"],
        matrix=video["matrix"],
        rgb=video["rgb"],
        sound_index=sound["index"] if sound else None,
        unknown_sound="" if sound else next(iter(facts["unknown_sounds"]), ""),
    )
    refuse_pictures(film)
    return film


def playable_picture(path: Path, facts: dict) -> dict:
    """Return the facts about the picture.

    Raises:
        FilmRefusedError: when there is none that can be decoded here.
    """
    if "error" in facts:
        raise FilmRefusedError(unreadable(path))
    video = facts["video"]
    if video is None:
        if facts["sound"] or facts["unknown_sounds"]:
            raise FilmRefusedError(_("There is no picture in this file, only sound. Please choose a film."))
        raise FilmRefusedError(unreadable(path))
    if video["codec"] in CAMCORDER_CODECS:
        raise FilmRefusedError(
            _(
                "This is a camcorder's film (%(codec)s), which this site does not take as it is. "
                "Open it on a computer, save it as MP4 (H.264), and upload that."
            )
            % {"codec": CAMCORDER_CODECS[video["codec"]]}
        )
    if video["codec"] not in ffmpeg.VIDEO_CODECS.split(","):
        raise FilmRefusedError(
            _(
                "The film is stored in a way that phones do not use (%(codec)s). "
                "Please send it as the phone made it, or save it as MP4 (H.264) and upload it again."
            )
            % {"codec": video["codec"] or _("unknown")}
        )
    # For a picture beyond the limit ffmpeg gives no size at all.
    if not 0 < video["width"] * video["height"] <= ffmpeg.MAX_PIXELS:
        raise FilmRefusedError(
            _("The picture is larger than 8K, or its size cannot be read. Please film in 4K or less.")
        )
    if not video.get("decodes"):
        raise FilmRefusedError(unreadable(path))
    return dict(video)


def times_by_header(facts: dict) -> dict:
    """Return the times of a film whose packets have none, going by what its header says."""
    video = facts["video"]
    rate = video["rate"] or 25.0
    seconds = video["seconds"] or facts["container_seconds"] or video["frames"] / rate
    return {
        "start": facts["begins"],
        "end": facts["begins"] + seconds,
        "pictures": video["frames"] or round(seconds * rate),
        "shortest_gap": 1 / rate,
        "reaches": None,
    }


def refuse_length(path: Path, facts: dict, video: dict, seconds: float) -> None:
    """Refuse a film that is too long, is a picture, or whose end is missing.

    Raises:
        FilmRefusedError: then.
    """
    if seconds > settings.CLIP_MAX_SECONDS + 1:
        raise FilmRefusedError(
            _(
                "The film is %(minutes)s minutes long; this site takes films of up to %(limit)s minutes. "
                "Please cut it on the phone, or upload it in parts."
            )
            % {
                "minutes": floatformat(seconds / 60, -1),
                "limit": floatformat(settings.CLIP_MAX_SECONDS / 60, -1),
            }
        )
    if seconds < SHORTEST or video["frames"] == 1:
        raise FilmRefusedError(_("This is a picture, not a film. Please choose the film itself."))
    reaches = (video.get("times") or {}).get("reaches")
    declared = video["seconds"] or 0.0
    if facts["container"].startswith("mov") and reaches is not None and reaches < declared - tolerance(declared):
        raise FilmRefusedError(cut_off())


def refuse_pictures(film: Film) -> None:
    """Refuse a film whose pictures are too small, too narrow or too many: no conversion would come to a good end.

    Raises:
        FilmRefusedError: then.
    """
    width, height = film.shown_size
    shape = {"width": round(width), "height": round(height)}
    if min(film.width, film.height) < SMALLEST_SIDE:
        raise FilmRefusedError(
            _(
                "The picture is only %(width)d by %(height)d pixels, too small to see anybody in. "
                "Please send the film as the phone made it."
            )
            % shape
        )
    if max(width, height) > LONGEST_SHAPE * min(width, height):
        raise FilmRefusedError(
            _(
                "The picture is a strip of %(width)d by %(height)d pixels, in which nobody can be seen. "
                "Please send the film as the phone made it."
            )
            % shape
        )
    if film.pictures > MOST_PICTURES:
        raise FilmRefusedError(
            _(
                "The film has %(number)s pictures; this site takes films of up to %(limit)s. "
                "Please film at ordinary speed, 30 or 60 pictures a second, or upload it in parts."
            )
            % {"number": floatformat(film.pictures, "0g"), "limit": floatformat(MOST_PICTURES, "0g")}
        )


def look(path: Path) -> dict:
    """Return what `look.py` found, `{"error": …}` when it found nothing, crashed or took too long.

    Raises:
        KilledError: when somebody else ended it.
        NotStartedError: when it did not even begin.
    """
    command = [sys.executable, "-m", "clips.conversion.look", str(path.resolve())]
    guards = [ffmpeg.PROTOCOLS, ffmpeg.CONTAINERS, ffmpeg.CODECS, str(ffmpeg.MAX_PIXELS)]
    try:
        output = ffmpeg.run([*command, *guards], limit=LOOK_LIMIT)
        return dict(json.loads(output.stdout.splitlines()[-1]))
    except (ffmpeg.KilledError, ffmpeg.NotStartedError):
        raise
    except (ffmpeg.FfmpegError, ValueError, IndexError) as error:
        return {"error": str(error)}


def tolerance(seconds: float) -> float:
    """Return by how many seconds a length may differ."""
    return max(0.5, 0.02 * seconds)


def cut_off() -> str:
    return _(
        "The film is cut off: its end is missing. The upload or the copy was probably interrupted. "
        "Please upload it again from the phone that filmed it."
    )


def unreadable(path: Path) -> str:
    """Say why a file that looks like a film could not be opened."""
    with path.open("rb") as file:
        start = file.read(64)
        if start[4:8] == b"ftyp" and not has_index(path):
            return cut_off()
    return _("This file cannot be read as a film. Please check that it plays on the phone, and upload it again.")


def has_index(path: Path) -> bool:
    """Whether an MP4 or QuickTime file has its table of contents ("moov"), which phones write last."""
    size = path.stat().st_size
    with path.open("rb") as file:
        position = 0
        while position + 8 <= size:
            file.seek(position)
            head = file.read(16)
            length, kind = int.from_bytes(head[:4]), head[4:8]
            if length == 1:
                length = int.from_bytes(head[8:16])
            if kind == b"moov":
                return position + length <= size
            if length < 8:
                return False
            position += length
    return False


#: Brands of still pictures and of sound that come in the same wrapping as films.
PICTURE_BRANDS = (b"heic", b"heix", b"mif1", b"avif", b"msf1")
SOUND_BRANDS = (b"M4A ", b"M4B ")


def not_a_film(start: bytes) -> str:
    """Return in plain words what a file is by its first 4096 bytes, "" when it may be a film.

    It decides only the wording: ffmpeg's own lists keep such files out as well.
    """
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    brand = start[8:12] if start[4:8] == b"ftyp" else b""
    if not start:
        return _("The file is empty. Please upload it again.")
    if text.startswith((b"#extm3u", b"ffconcat", b"<?xml", b"<mpd", b"[playlist]")) and b"<svg" not in text:
        return _("This is a list of films, not a film. Please choose the film itself.")
    if b"<svg" in text or b"<!doctype" in text or b"<html" in text:
        return _("This is a web page or a drawing, not a film. Please choose the film itself.")
    if start.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")) or (
        start[:4] == b"RIFF" and start[8:12] == b"WEBP"
    ):
        return _("This is a picture, not a film. Please choose the film itself.")
    if brand in PICTURE_BRANDS:
        return _("This is a picture, not a film. Please choose the film itself.")
    if (
        brand in SOUND_BRANDS
        or start.startswith((b"ID3", b"fLaC", b"\xff\xfb", b"\xff\xf1", b"\xff\xf3"))
        or (start[:4] == b"RIFF" and start[8:12] == b"WAVE")
    ):
        return _("There is no picture in this file, only sound. Please choose a film.")
    if start.startswith(b"PK\x03\x04"):
        return _("This is a packed folder (zip). Please unpack it and choose the film itself.")
    if start.startswith(b"%PDF") or re.fullmatch(rb"[\t\n\r\x20-\x7e\x80-\xff]*", start):
        return _("This is a document, not a film. Please choose the film itself.")
    return ""

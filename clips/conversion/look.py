"""Looks into a film with PyAV and prints what it found as JSON: python -m clips.conversion.look PATH.

Runs as a child of its own (see `probe.py`), because a hostile file may crash or occupy whoever opens it.
"""

import json
import sys
from itertools import pairwise
from statistics import quantiles
from typing import Any

import av
from av.audio.stream import AudioStream
from av.stream import Disposition
from av.video.stream import VideoStream

#: ffmpeg's answer for a rotation matrix that turns nothing.
NO_ROTATION = -2147483648
Facts = dict[str, Any]


def look(path: str, protocols: str, containers: str, codecs: str, max_pixels: str) -> Facts:
    """Return facts about the film; `error` instead when it cannot be opened. Times are in seconds of the container."""
    guards = {"codec_whitelist": codecs, "max_pixels": max_pixels}
    allowed = codecs.split(",")
    with av.open(
        f"file:{path}", options={"protocol_whitelist": protocols, "format_whitelist": containers, **guards}
    ) as film:
        sounds = sorted(film.streams.audio, key=preference)
        facts: Facts = {
            "container": film.format.name,
            "container_seconds": film.duration / av.time_base if film.duration else None,
            "begins": film.start_time / av.time_base if film.start_time else 0.0,
            "video": None,
            "sound": next((sound_facts(sound) for sound in sounds if codec_name(sound) in allowed), None),
            "unknown_sounds": [codec_name(sound) for sound in sounds if codec_name(sound) not in allowed],
        }
        video = film.streams.best("video")
        if isinstance(video, VideoStream):
            facts["video"] = stream_facts(video)
            small_enough = facts["video"]["width"] * facts["video"]["height"] <= int(max_pixels)
            if codec_name(video) in allowed and small_enough:
                video.codec_context.options = guards
                facts["video"] |= first_frame(film, video) | {"times": times(film, video)}
        return facts


def preference(sound: AudioStream) -> tuple[bool, bool, int]:
    """Sort the sound that a player chooses first: the default one, and a commentary last."""
    return (
        bool(sound.disposition & Disposition.comment),
        not sound.disposition & Disposition.default,
        sound.index,
    )


def sound_facts(sound: AudioStream) -> Facts:
    """Return the index of a sound track and its decoder's name."""
    return {"index": sound.index, "codec": codec_name(sound)}


def stream_facts(video: VideoStream) -> Facts:
    """Return what the container says about the picture, before anything is decoded."""
    known = codec_name(video) != ""
    return {
        "index": video.index,
        "codec": codec_name(video),
        "seconds": float(video.duration * video.time_base) if video.duration and video.time_base else None,
        "width": video.codec_context.width if known else 0,
        "height": video.codec_context.height if known else 0,
        "sar": float(video.sample_aspect_ratio or 1),
        "frames": video.frames,
        "rate": float(video.average_rate or 0),
    }


def codec_name(stream: Any) -> str:
    """Return the decoder's name, "" when there is none."""
    context = stream.codec_context
    return str(context.name) if context is not None else ""


def first_frame(film: Any, video: VideoStream) -> Facts:
    """Return what only a decoded frame tells: its colours (numbers of ITU-T H.273) and its rotation in degrees."""
    try:
        frame = next(film.decode(video))
    except (av.FFmpegError, StopIteration):
        return {"decodes": False}
    return {
        "decodes": True,
        "width": frame.width,
        "height": frame.height,
        "trc": int(frame.color_trc),
        "primaries": int(frame.color_primaries),
        "matrix": int(frame.colorspace),
        "rgb": frame.format.is_rgb,
        "rotation": 0 if frame.rotation == NO_ROTATION else int(frame.rotation) % 360,
    }


def times(film: Any, video: VideoStream) -> Facts | None:
    """Return when the first picture begins and the last one ends, how many there are, and how fast they come.

    Reads every packet, so it knows what a header without a length, or a file without its end, does not say. None when
    the container gives no times.
    """
    base = float(video.time_base or 0)
    shown: list[tuple[int, int]] = []
    last_read = 0
    try:
        film.seek(0, stream=video, backward=True, any_frame=False)
        for packet in film.demux(video):
            at = packet.pts if packet.pts is not None else packet.dts
            if at is None or not packet.size:
                continue
            last_read = max(last_read, at + (packet.duration or 0))
            if not packet.is_discard:
                shown.append((at, packet.duration or 0))
    except av.FFmpegError:
        pass  # what could be read counts
    if not shown or not base:
        return None
    shown.sort()
    gaps = [(after - before) * base for (before, _), (after, _) in pairwise(shown) if after > before]
    last = shown[-1][1] * base or (min(gaps) if gaps else 0.0)
    return {
        "start": shown[0][0] * base,
        "end": shown[-1][0] * base + last,
        "pictures": len(shown),
        "shortest_gap": quantiles(gaps, n=20)[0] if len(gaps) > 1 else last,
        "reaches": (last_read - (video.start_time or 0)) * base,
    }


if __name__ == "__main__":
    try:
        print(json.dumps(look(*sys.argv[1:])))  # noqa: T201 - its answer to the parent
    except (av.FFmpegError, ValueError, OSError) as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}))  # noqa: T201

"""Looks into a film with PyAV and prints what it found as JSON: python -m clips.conversion.look PATH.

Runs as a child of its own (see `probe.py`), because a hostile file may crash or occupy whoever opens it.
"""

import json
import sys
from typing import Any

import av
from av.video.stream import VideoStream

#: ffmpeg's answer for a rotation matrix that turns nothing.
NO_ROTATION = -2147483648


def look(path: str, protocols: str, containers: str, codecs: str, max_pixels: str) -> dict[str, Any]:
    """Return facts about the film; `error` instead when it cannot be opened."""
    guards = {"codec_whitelist": codecs, "max_pixels": max_pixels}
    opened = {"protocol_whitelist": protocols, "format_whitelist": containers, **guards}
    with av.open(f"file:{path}", options=opened) as container:
        facts: dict[str, Any] = {
            "container": container.format.name,
            "container_seconds": container.duration / av.time_base if container.duration else None,
            "video": None,
            "sound": None,
        }
        for sound in container.streams.audio:
            name = codec_name(sound)
            if name in codecs.split(","):
                facts["sound"] = {"index": sound.index, "codec": name}
                break
        video = container.streams.best("video")
        if not isinstance(video, VideoStream):
            return facts
        facts["video"] = {
            "index": video.index,
            "codec": codec_name(video),
            "seconds": float(video.duration * video.time_base) if video.duration and video.time_base else None,
            "width": video.codec_context.width if codec_name(video) else 0,
            "height": video.codec_context.height if codec_name(video) else 0,
            "sar": float(video.sample_aspect_ratio or 1),
            "frames": video.frames,
        }
        small_enough = facts["video"]["width"] * facts["video"]["height"] <= int(max_pixels)
        if codec_name(video) in codecs.split(",") and small_enough:
            video.codec_context.options = guards
            facts["video"] |= first_frame(container, video)
            facts["video"]["reaches"] = reaches(container, video)
        return facts


def codec_name(stream: Any) -> str:
    """Return the decoder's name, "" when there is none."""
    context = stream.codec_context
    return str(context.name) if context is not None else ""


def first_frame(container: Any, video: VideoStream) -> dict[str, Any]:
    """Return what only a decoded frame tells: its transfer characteristic and its rotation in degrees."""
    try:
        frame = next(container.decode(video))
    except (av.FFmpegError, StopIteration):
        return {"decodes": False}
    rotation = frame.rotation
    return {
        "decodes": True,
        "width": frame.width,
        "height": frame.height,
        "trc": int(frame.color_trc),
        "rotation": 0 if rotation == NO_ROTATION else int(rotation) % 360,
    }


def reaches(container: Any, video: VideoStream) -> float | None:
    """Return the second up to which there is picture in the file, None when it cannot be told."""
    if not video.duration or not video.time_base:
        return None
    start = video.start_time or 0
    last = None
    try:
        container.seek(start + video.duration - 1, stream=video)
        for packet in container.demux(video):
            if packet.pts is not None:
                last = max(last or 0, packet.pts + (packet.duration or 0) - start)
    except av.FFmpegError:
        pass
    return float((last or 0) * video.time_base)


if __name__ == "__main__":
    try:
        print(json.dumps(look(*sys.argv[1:])))  # noqa: T201 - its answer to the parent
    except (av.FFmpegError, ValueError, OSError) as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}))  # noqa: T201

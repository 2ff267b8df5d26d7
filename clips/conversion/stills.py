"""Pictures out of a film: the still that visitors see before they play it, and moments to choose it from."""

import io
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageOps

from clips.conversion import ffmpeg
from clips.conversion.ffmpeg import run_ffmpeg
from clips.conversion.picture import known, picture
from clips.conversion.probe import Film

STILL_WIDTH, SMALL_STILL_WIDTH = 720, 400  # pixels
STILL_BYTES = 25_000  # a page shows many of them
STILL_QUALITIES = (75, 65, 55, 45, 35)  # WebP; the first one that is small enough
MOMENTS, MOMENT_WIDTH = 8, 240  # how many to choose from, and their width in pixels
FRAMES_COMPARED = 40  # when looking for the most telling one


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
    run_ffmpeg(arguments, limit=ffmpeg.time_limit(len(times)))
    return [frame if frame.exists() else None for frame in frames]


def telling_frame(film: Path, seconds: float, folder: Path) -> Path:
    """Return the picture that is most like all the others of a film of our own making, as PNG."""
    frame = folder / "frame.png"
    step = seconds / FRAMES_COMPARED
    chosen = f"select='isnan(prev_selected_t)+gte(t-prev_selected_t,{step:.3f})',thumbnail=n={FRAMES_COMPARED}"
    run_ffmpeg(
        ["-i", f"file:{film}", "-vf", chosen, "-frames:v", "1", "-map_metadata", "-1", str(frame)],
        limit=ffmpeg.time_limit(seconds),
    )
    return frame


def quick_still(source: Path, film: Film, folder: Path) -> Path:
    """Return a small still from the middle of a film that has not been converted yet."""
    frame = folder / "quick.png"
    run_ffmpeg(
        [
            *("-ss", f"{film.seconds / 2:.3f}"),
            *ffmpeg.hardened_input(source),
            *("-filter_complex", f"[0:{film.video_index}]{known(film)},{picture(film)}[still]"),
            *("-map", "[still]", "-frames:v", "1", "-map_metadata", "-1", str(frame)),
        ],
        limit=ffmpeg.time_limit(1),
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

"""Films: draws the frames of a clip, encodes them with their flipped twin, and writes the stills."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image

from figure import arrows
from figure.model import Drawn, figure
from figure.pose import STANDING, Pose, same
from figure.props import furniture, held
from figure.renderer import HEIGHT, WIDTH, Renderer
from figure.solver import solve
from figure.spec import MOVEMENTS, read
from figure.timeline import FPS, Clip, Moment

#: Raise this when the figure itself looks different, so that every clip is drawn again.
LOOK = 1

SMALL = (480, 360)
FILES = (
    "film.mp4",
    "film-flipped.mp4",
    "still.webp",
    "still-flipped.webp",
    "still-small.webp",
    "still-small-flipped.webp",
)
_TIDY = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1"]
_TAGS = ["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv"]


class Studio:
    """Draws the moments of clips, and caches the pictures of poses for the way back and for holds."""

    def __init__(self, width: int = WIDTH, height: int = HEIGHT, *, fine: int = 2) -> None:
        """Make a studio for pictures of `width` by `height`, drawn `fine` times as large and scaled down."""
        self.renderer = Renderer(width, height, fine=fine)
        self.size = (width, height)
        self.clip: Clip | None = None
        self.pictures: dict[str, Image.Image] = {}
        self.masks: dict[str, Image.Image | None] = {}

    def use(self, clip: Clip) -> None:
        """Turn to `clip`, and forget the pictures of the one before."""
        if clip is not self.clip:
            self.clip, self.pictures, self.masks = clip, {}, {}

    def pieces(self, clip: Clip, pose: Pose) -> list[Drawn]:
        """Return everything to draw for a pose: figure, furniture and what is held."""
        body = solve(pose)
        # seen from above, level brows look like a frown
        face = {"gentle": max(0.0, pose.pitch) / 45, **pose.face}
        drawn = furniture(clip.position, pose) + figure().skin(body, face, clip.camera.hidden)
        if clip.prop:
            drawn += held(clip.prop, pose, body, clip.grip)
        return drawn

    def picture(self, clip: Clip, pose: Pose) -> Image.Image:
        """Return the picture of a pose, without an arrow."""
        self.use(clip)
        key = same(pose)
        if key not in self.pictures:
            spots = [] if "shoes" in clip.camera.hidden else _spots(clip.position, pose)
            self.pictures[key] = self.renderer.draw(self.pieces(clip, pose), clip.camera, figure().irises, spots)
        return self.pictures[key]

    def frame(self, clip: Clip, moment: Moment) -> Image.Image:
        """Return the picture of a moment, with its arrow."""
        picture = self.picture(clip, moment.pose)
        if moment.opacity <= 0.01:
            return picture
        key = repr((moment.arrow, moment.a, moment.b))
        if key not in self.masks:
            self.masks[key] = arrows.layer(moment.arrow, moment.a, moment.b, clip.camera, self.size)
        mask = self.masks[key]
        return picture if mask is None else arrows.over(picture, mask, moment.opacity)

    def frames(self, clip: Clip) -> Iterator[Image.Image]:
        """Yield the pictures of a whole film."""
        for i in range(clip.frames):
            yield self.frame(clip, clip.at(i / FPS))


def _spots(position: str, pose: Pose) -> list[tuple[float, float, float]]:
    """Return the soft shadows on the floor: under a chair, and under both feet (smaller the higher a foot is)."""
    spots = {"sitting": [(0.0, 0.8, 3.0)], "behind-chair": [(0.0, 5.6, 3.0)]}.get(position, [])
    for x, y, z in (pose.foot_left, pose.foot_right):
        lifted = max(0.0, y - STANDING[1])
        spots.append((x, z + 0.5, max(0.9, 1.9 - lifted * 0.35)))
    return spots


def ffmpeg() -> str:
    """Return the path of the ffmpeg that comes with imageio-ffmpeg."""
    import imageio_ffmpeg  # not needed to check movements or make sheets

    return str(imageio_ffmpeg.get_ffmpeg_exe())


def _encoder(path: Path, size: tuple[int, int], crf: int, filters: str) -> list[str]:
    # rounded, not cut off: otherwise every colour comes back a shade darker
    convert = "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int,format=yuv420p"
    tagged = "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv"
    return [
        ffmpeg(), "-hide_banner", "-nostdin", "-v", "error", "-y",
        "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}", "-r", str(FPS), "-i", "-",
        "-vf", f"{filters}{convert},{tagged}",
        "-c:v", "libx264", "-preset", "veryslow", "-tune", "animation", "-crf", str(crf),
        "-profile:v", "high", "-level", "4.0", "-g", "250", "-threads", "1",
        "-pix_fmt", "yuv420p", *_TAGS, *_TIDY, "-movflags", "+faststart", "-an", str(path),
    ]  # fmt: skip


def quality(clip: Clip) -> int:
    """Return the x264 quality: longer films are pressed a little harder."""
    return 29 if clip.seconds > 9 else 28


def render(
    clip: Clip, folder: Path, studio: Studio, progress: Callable[[int, int], None] = lambda done, of: None
) -> None:
    """Draw `clip` and put its six files into `folder`, all at once when they are all there.

    `progress` is called with the number of frames done, and of all. Raises CalledProcessError when ffmpeg fails.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".drawing-") as name:
        work = Path(name)
        raw = work / "frames.rgb"
        with raw.open("wb") as file:
            for done, picture in enumerate(studio.frames(clip), 1):
                file.write(picture.tobytes())
                progress(done, clip.frames)
        for film, filters in (("film.mp4", ""), ("film-flipped.mp4", "hflip,")):
            with raw.open("rb") as file:
                command = _encoder(work / film, studio.size, quality(clip), filters)
                subprocess.run(command, stdin=file, check=True)
        raw.unlink()
        _stills(studio.frame(clip, clip.still_moment()), work)
        _publish(work, folder)


def draw_one(slug: str, folder: Path) -> tuple[str, float]:
    """Draw the clip `slug` into its own folder below `folder`; return the slug and how many seconds it took.

    Runs in a process of its own, and prints its progress every half minute.
    """
    start = last_report = time.monotonic()

    def progress(done: int, of: int) -> None:
        nonlocal last_report
        if time.monotonic() - last_report > 30:
            last_report = time.monotonic()
            sys.stdout.write(f"  {slug}: {done} of {of} frames\n")
            sys.stdout.flush()

    render(read(MOVEMENTS / f"{slug}.toml"), folder / slug, Studio(), progress)
    return slug, time.monotonic() - start


def _stills(still: Image.Image, folder: Path) -> None:
    for name, picture in (("still", still), ("still-small", still.resize(SMALL, Image.Resampling.LANCZOS))):
        picture.save(folder / f"{name}.webp", quality=80, method=6)
        picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(folder / f"{name}-flipped.webp", quality=80, method=6)


def _publish(work: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        (work / name).replace(folder / name)


def flip(source: Path, folder: Path) -> None:
    """Make the clip in `folder` from its mirror image in `source`: the same six files under each other's names."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        stem, dot, ending = name.partition(".")
        twin = stem.removesuffix("-flipped") if stem.endswith("-flipped") else f"{stem}-flipped"
        (folder / name).write_bytes((source / f"{twin}{dot}{ending}").read_bytes())

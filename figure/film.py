"""Films: draws the frames of a clip, encodes them with their flipped twin, and writes the stills."""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from PIL import Image

from figure import arrows, people, stills
from figure.encode import Encoder
from figure.ground import DAY, NIGHT, on
from figure.model import Drawn, figure
from figure.pose import STANDING, Pose, same
from figure.props import furniture, held
from figure.renderer import HEIGHT, WIDTH, Renderer
from figure.solver import solve
from figure.spec import MOVEMENTS, read
from figure.timeline import FPS, Clip, Moment

Box = tuple[int, int, int, int]

#: Raise this when the figure itself looks different, so that every clip is drawn again.
LOOK = 2

FILES = (
    "film.mp4",
    "film-flipped.mp4",
    "still.webp",
    "still-flipped.webp",
    "still-small.webp",
    "still-small-flipped.webp",
)
NIGHT_FILES = ("film-night.mp4", "film-night-flipped.mp4")  # of clips that say `night = true`


class Studio:
    """Draws the moments of clips, and keeps the pictures of poses for the way back and for holds."""

    def __init__(self, width: int = WIDTH, height: int = HEIGHT) -> None:
        """Make a studio for pictures of `width` by `height`."""
        self.renderer = Renderer(width, height)
        self.size = (width, height)
        self.clip: Clip | None = None
        self.pictures: dict[str, tuple[Image.Image, Box]] = {}
        self.layers: dict[str, arrows.Layer | None] = {}

    def use(self, clip: Clip) -> None:
        """Turn to `clip` and its person, and forget the pictures of the one before."""
        if clip is not self.clip:
            self.clip, self.pictures, self.layers = clip, {}, {}
        people.use(clip.person)

    def pieces(self, clip: Clip, pose: Pose) -> list[Drawn]:
        """Return the figure in a pose, and what it holds."""
        body = solve(pose)
        # seen from above, level brows look like a frown
        face = {"gentle": max(0.0, pose.pitch) / 45, **pose.face}
        drawn = figure().skin(body, face, clip.camera.hidden)
        return drawn + held(clip.prop, pose, body, clip.grip) if clip.prop else drawn

    def picture(self, clip: Clip, pose: Pose) -> Image.Image:
        """Return the picture of a pose, without an arrow: RGBA, its colours multiplied by their opacity."""
        self.use(clip)
        key = same(pose)
        if key not in self.pictures:
            spots = [] if "shoes" in clip.camera.hidden else _spots(clip.position, pose)
            pieces = furniture(clip.position, pose) + self.pieces(clip, pose)
            drawn = self.renderer.draw(pieces, clip.camera, figure().irises, spots)
            box = drawn.getbbox() or (0, 0, 1, 1)
            self.pictures[key] = (drawn.crop(box), box)
        cut, box = self.pictures[key]
        picture = Image.new("RGBA", self.size)
        picture.paste(cut, box)
        return picture

    def frame(self, clip: Clip, moment: Moment) -> Image.Image:
        """Return the picture of a moment, with its arrow."""
        picture = self.picture(clip, moment.pose)
        if moment.opacity <= 0.01:
            return picture
        key = repr((moment.arrow, moment.a, moment.b))
        if key not in self.layers:
            self.layers[key] = arrows.layer(moment.arrow, moment.a, moment.b, clip.camera, self.size)
        layer = self.layers[key]
        return picture if layer is None else arrows.over(picture, layer, moment.opacity)

    def still(self, clip: Clip) -> Image.Image:
        """Return the telling moment, with the pose in which the film begins as a ghost behind it."""
        self.use(clip)
        moment = clip.still_moment()
        now, start = (
            self.renderer.draw(self.pieces(clip, pose), clip.camera, figure().irises)
            for pose in (moment.pose, clip.at(0).pose)
        )
        alone = self.frame(clip, replace(moment, opacity=0.0))
        ghost = stills.with_ghost(alone, now, start)
        layer = arrows.layer(moment.arrow, moment.a, moment.b, clip.camera, self.size)
        return ghost if layer is None else arrows.over(ghost, layer, 1.0)

    def frames(self, clip: Clip) -> Iterator[Image.Image]:
        """Yield the pictures of a whole film, on no ground."""
        for i in range(clip.frames):
            yield self.frame(clip, clip.at(i / FPS))


def _spots(position: str, pose: Pose) -> list[tuple[float, float, float]]:
    """Return the soft shadows on the floor: under a chair, and under both feet (smaller the higher a foot is)."""
    spots = {"sitting": [(0.0, 0.8, 3.0)], "behind-chair": [(0.0, 5.6, 3.0)]}.get(position, [])
    for x, y, z in (pose.foot_left, pose.foot_right):
        lifted = max(0.0, y - STANDING[1])
        spots.append((x, z + 0.5, max(0.9, 1.9 - lifted * 0.35)))
    return spots


def quality(clip: Clip) -> int:
    """Return the x264 quality: longer films are pressed a little harder."""
    return 29 if clip.seconds > 9 else 28


def render(
    clip: Clip, folder: Path, studio: Studio, progress: Callable[[int, int], None] = lambda done, of: None
) -> None:
    """Draw `clip` and put its files into `folder`, all at once when they are all there.

    `progress` is called with the number of frames done, and of all. Raises CalledProcessError when ffmpeg fails.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    grounds = {"film": DAY} | ({"film-night": NIGHT} if clip.night else {})
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".drawing-") as name, contextlib.ExitStack() as stack:
        work = Path(name)
        films = {
            ground: stack.enter_context(Encoder(work, stem, studio.size, clip.frames, quality(clip)))
            for stem, ground in grounds.items()
        }
        for done, picture in enumerate(studio.frames(clip), 1):
            for ground, film in films.items():
                film.add(on(ground, picture))
            progress(done, clip.frames)
        stack.close()  # waits until the films are written
        stills.write(studio.still(clip), work)
        _publish(work, folder, files_of(clip))


def files_of(clip: Clip) -> tuple[str, ...]:
    """Return the names of the files that a clip has in its folder, its timeline apart."""
    return (*FILES, *NIGHT_FILES) if clip.night else FILES


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


def _publish(work: Path, folder: Path, names: Iterable[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (work / name).replace(folder / name)


def flip(source: Path, folder: Path) -> None:
    """Make the clip in `folder` from its mirror image in `source`: the same files under each other's names."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*FILES, *NIGHT_FILES):
        stem, dot, ending = name.partition(".")
        twin = stem.removesuffix("-flipped") if stem.endswith("-flipped") else f"{stem}-flipped"
        if (source / f"{twin}{dot}{ending}").is_file():
            (folder / name).write_bytes((source / f"{twin}{dot}{ending}").read_bytes())

"""The folder of films: draws those that have changed, flips their twins, and keeps the lists up to date."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from figure import catalogue, phases
from figure.film import draw_one, files_of, flip
from figure.spec import read_all
from figure.timeline import Clip


class Library:
    """The films of all movements in one folder, and the fingerprint of what each was drawn from."""

    def __init__(self, folder: Path) -> None:
        """Open `folder`; it is made when it is not there."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.clips = {clip.slug: clip for clip in read_all()}
        self.fingerprints = catalogue.drawn(folder)

    def update(self, clips: Iterable[Clip], *, again: bool, jobs: int) -> None:
        """Draw what has changed of `clips`, or all of them `again`, in `jobs` processes."""
        start = time.monotonic()
        sources = dict.fromkeys(clip.mirror_of or clip.slug for clip in clips)  # a mirrored clip is flipped, not drawn
        changed = [self.clips[slug] for slug in sources if again or not self.is_current(slug)]
        _say(f"{len(changed)} to draw, {len(sources) - len(changed)} unchanged")
        for slug, seconds in self._draw(sorted(changed, key=lambda clip: -clip.frames), jobs):
            self.finish(slug)
            size = sum((self.folder / slug / name).stat().st_size for name in files_of(self.clips[slug]))
            _say(f"{slug}: {self.clips[slug].frames} frames, {size / 1000:.0f} kB, {seconds:.0f} s")
        for slug in sources.keys() - {clip.slug for clip in changed}:
            self.finish(slug)
        self.write_lists()
        _say(f"done in {time.monotonic() - start:.0f} s")

    def is_current(self, slug: str) -> bool:
        """Return whether all files of a film are there, and drawn from its movement as it is now."""
        complete = all((self.folder / slug / name).is_file() for name in files_of(self.clips[slug]))
        return complete and self.fingerprints.get(slug) == catalogue.fingerprint(self.clips[slug])

    def finish(self, slug: str) -> None:
        """Flip the twins of a film, and write it and them into the lists."""
        self.fingerprints[slug] = catalogue.fingerprint(self.clips[slug])
        for twin in self.clips.values():
            if twin.mirror_of == slug:
                flip(self.folder / slug, self.folder / twin.slug)
                self.fingerprints[twin.slug] = catalogue.fingerprint(twin)
        self.write_lists()

    def write_lists(self) -> None:
        """Write `clips.toml`, the fingerprints, and each film's timeline beside it."""
        for slug in self.fingerprints.keys() & self.clips.keys():
            (self.folder / slug / phases.FILE).write_text(phases.text(self.clips[slug]))
        catalogue.write(self.folder, list(self.clips.values()), self.fingerprints)

    def _draw(self, clips: list[Clip], jobs: int) -> Iterable[tuple[str, float]]:
        """Yield slug and seconds of each film as it is drawn."""
        # A new process for every clip: a studio's pictures of one clip are of no use to the next.
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
            for future in as_completed([pool.submit(draw_one, clip.slug, self.folder) for clip in clips]):
                yield future.result()


def _say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()

"""Encodes films: frames go in one by one, a film and its flipped twin come out."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import TracebackType

from PIL import Image

from figure.timeline import FPS

_TIDY = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1"]
_TAGS = ["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv"]


def ffmpeg() -> str:
    """Return the path of the ffmpeg that comes with imageio-ffmpeg."""
    import imageio_ffmpeg  # not needed to check movements or make sheets

    return str(imageio_ffmpeg.get_ffmpeg_exe())


def command(folder: Path, stem: str, size: tuple[int, int], frames: int, crf: int) -> list[str]:
    """Return the command that makes a film and its flipped twin of raw frames."""
    # rounded, not cut off: otherwise every colour comes back a shade darker
    convert = "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int,format=yuv420p"
    tagged = "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv"
    coded = [
        "-c:v", "libx264", "-preset", "medium", "-tune", "animation", "-crf", str(crf),
        "-profile:v", "high", "-level", "4.0", "-threads", "1",
        "-g", str(frames), "-keyint_min", str(frames), "-sc_threshold", "0",  # one keyframe: another is seen as a jump
        "-pix_fmt", "yuv420p", *_TAGS, *_TIDY, "-movflags", "+faststart", "-an",
    ]  # fmt: skip
    return [
        ffmpeg(), "-hide_banner", "-nostdin", "-v", "error", "-y", "-filter_threads", "1",
        "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}", "-r", str(FPS), "-i", "-",
        "-filter_complex", f"[0:v]{convert},{tagged},split[a][b];[b]hflip[c]",
        "-map", "[a]", *coded, str(folder / f"{stem}.mp4"),
        "-map", "[c]", *coded, str(folder / f"{stem}-flipped.mp4"),
    ]  # fmt: skip


class Encoder:
    """Writes `stem`.mp4 and its flipped twin into a folder. Use it in a `with` block: at its end both are complete."""

    def __init__(self, folder: Path, stem: str, size: tuple[int, int], frames: int, crf: int) -> None:
        """Start ffmpeg for `frames` pictures of `size` pixels; `crf` is x264's quality (lower is better)."""
        self.process = subprocess.Popen(command(folder, stem, size, frames, crf), stdin=subprocess.PIPE)

    def add(self, picture: Image.Image) -> None:
        """Add one RGB frame."""
        if self.process.stdin is not None:
            self.process.stdin.write(picture.tobytes())

    def __enter__(self) -> Encoder:
        """Return the encoder."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        """Wait for ffmpeg. Raises CalledProcessError when it fails."""
        self.process.communicate()
        if self.process.returncode and error is None:
            raise subprocess.CalledProcessError(self.process.returncode, self.process.args)

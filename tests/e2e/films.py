"""Phone films for the browser tests."""

import subprocess

import imageio_ffmpeg

SECONDS = 3


def film_of_a_turn(path, codec="libx265"):
    """Make a film in which a white square moves from the centre to the viewer's right, as a performer's own left.

    It is stored lying on its side with a rotation of 90 degrees, as phones do.
    """
    moving = (
        f"color=c=navy:s=240x320:r=25:d={SECONDS}[back];color=c=white:s=48x48:r=25:d={SECONDS}[square];"
        f"[back][square]overlay=x='96+90*t/{SECONDS}':y=136,transpose=cclock"
    )
    upright = path.with_suffix(".plain.mov")
    run = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y"]
    subprocess.run(
        [*run, "-f", "lavfi", "-i", moving, "-c:v", codec, "-pix_fmt", "yuv420p", "-tag:v", "hvc1", str(upright)],
        check=True,
    )
    subprocess.run([*run, "-display_rotation", "-90", "-i", str(upright), "-c", "copy", str(path)], check=True)
    upright.unlink()
    return path


def long_film(path, seconds=22):
    """Make a film that is long enough for a seek slider, with a tone."""
    run = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y"]
    picture = ["-f", "lavfi", "-i", f"testsrc=s=160x120:r=5:d={seconds}"]
    tone = ["-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}"]
    subprocess.run([*run, *picture, *tone, "-pix_fmt", "yuv420p", str(path)], check=True)
    return path

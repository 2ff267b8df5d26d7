"""Small films of every kind that phones make, and of some that nobody should send; made by ffmpeg when asked for."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import av
import imageio_ffmpeg

PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=1"]
SOUND = ["-f", "lavfi", "-i", "sine=duration=1"]
H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
HEVC = ["-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1"]
WIDE = "colorprim=bt2020:colormatrix=bt2020nc:log-level=none:pools=1"
MASTERED = "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1):max-cll=1000,400"
MARKED = "color=white:size=160x120:rate=25:duration=1,drawbox=x=0:y=0:w=32:h=120:color=red:t=fill"

RECIPES = {
    "plain.mp4": [*PICTURE, *SOUND, *H264, "-c:a", "aac"],
    "marked.mp4": ["-f", "lavfi", "-i", MARKED, *H264],
    "hevc.mov": [*PICTURE, *HEVC, "-x265-params", "log-level=none:pools=1", "-pix_fmt", "yuv420p"],
    "hlg.mov": [*PICTURE, *HEVC, "-x265-params", f"transfer=arib-std-b67:{WIDE}", "-pix_fmt", "yuv420p10le"],
    "pq.mov": [*PICTURE, *HEVC, "-x265-params", f"transfer=smpte2084:{WIDE}:{MASTERED}", "-pix_fmt", "yuv420p10le"],
    "ten-bit.mp4": [*PICTURE, *HEVC, "-x265-params", "log-level=none:pools=1", "-pix_fmt", "yuv420p10le"],
    "vfr.mp4": [
        *("-f", "lavfi", "-i", "testsrc2=size=160x120:rate=30:duration=2"),
        *("-vf", "select='lt(n,15)+not(mod(n,6))'", "-fps_mode", "vfr", *H264),
    ],
    "odd.mp4": [*PICTURE, "-vf", "scale=161:121", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv444p"],
    "wide-pixels.mp4": [*PICTURE, "-vf", "setsar=2", *H264],
    "silent.mp4": [*PICTURE, "-f", "lavfi", "-i", "anullsrc=duration=1", *H264, "-c:a", "aac", "-shortest"],
    "sixty.mp4": ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=60:duration=1", *H264],
    "twelve.mp4": ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=12:duration=1", *H264],
    "tall-4k.mp4": ["-f", "lavfi", "-i", "testsrc2=size=1080x1920:rate=5:duration=1", *H264],
    "film.webm": [*PICTURE, "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "16"],
    "film.mkv": [*PICTURE, *SOUND, *H264, "-c:a", "aac"],
    "gps.mov": [
        *(*PICTURE, *SOUND, *H264, "-c:a", "aac", "-movflags", "use_metadata_tags"),
        *("-metadata", "com.apple.quicktime.location.ISO6709=+48.8584+002.2945+035.000/"),
        *("-metadata", "location=+48.8584+002.2945/", "-metadata", "com.apple.quicktime.make=Fruit Phones"),
        *("-metadata", "creation_time=2026-03-04T05:06:07Z", "-metadata", "title=Ana at home"),
    ],
    "unknown-sound.avi": [*PICTURE, *SOUND, *H264, "-c:a", "wmav2"],
    # From here on, what is refused.
    "sound-only.mp4": [*SOUND, "-c:a", "aac"],
    "sound.wav": [*SOUND],
    "long.mp4": ["-f", "lavfi", "-i", "color=size=64x64:rate=1:duration=310", *H264],
    "magicyuv.avi": [*PICTURE, "-c:v", "magicyuv"],
    "huge.mov": ["-f", "lavfi", "-i", "color=size=8192x5000:rate=5:duration=0.4", "-c:v", "mjpeg"],
    "picture.png": [*PICTURE, "-frames:v", "1"],
    "picture.jpg": [*PICTURE, "-frames:v", "1"],
    "one-frame.mp4": [*PICTURE, "-frames:v", "1", *H264],
    "strip.mp4": ["-f", "lavfi", "-i", "color=size=1600x16:rate=5:duration=1", *H264],
    "flat-pixels.mp4": [*PICTURE, "-vf", "setsar=255", *H264],
    "dot.mp4": [*PICTURE, "-vf", "scale=2:2,setsar=1", *H264],
    "thousand-a-second.mp4": ["-f", "lavfi", "-i", "color=size=16x16:rate=1000:duration=0.5", *H264],
    "faststart.mp4": [*PICTURE, "-vf", "noise=alls=20:allf=t", *H264, "-movflags", "+faststart"],
}


#: A picture that shows its own number in ten blocks, black for 0 and white for 1, the first worth 512.
NUMBERED = "geq=lum='255*mod(floor(N/pow(2,9-floor(X*10/W))),2)':cb=128:cr=128"
B_FRAMES = ["-c:v", "libx264", "-preset", "fast", "-bf", "3", "-pix_fmt", "yuv420p"]


def enlarged(size: str) -> str:
    """Return the filter that makes each pixel a block: `geq` works out every pixel, and blocks need few of them."""
    return f"scale={size}:flags=neighbor"


def numbered_film(path: Path, rate: str, pictures: int = 120, keep: str = "1") -> Path:
    """Make a film at `rate` whose pictures show their numbers; `keep` (an ffmpeg expression of n) leaves gaps."""
    source = f"color=size=10x2:rate={rate},trim=end_frame={pictures},{NUMBERED},{enlarged('320x64')},select='{keep}'"
    ffmpeg("-f", "lavfi", "-i", source, "-fps_mode", "vfr", *B_FRAMES, path)
    return path


def flash_and_beep(
    path: Path, rate: str, video: Sequence[str] = B_FRAMES, audio: Sequence[str] = ("-c:a", "aac")
) -> Path:
    """Make a film of four seconds that flashes and beeps at the same time, at 1, 2 and 3 s."""
    bright = "gte(T,0.9)*lt(mod(T+0.001,1),0.1)"
    flash = f"color=black:size=2x2:rate={rate}:duration=4,geq=lum='16+219*{bright}':cb=128:cr=128,{enlarged('320x180')}"
    beep = "aevalsrc='0.8*sin(2*PI*1000*t)*gte(t,0.9)*lt(mod(t,1),0.1)':sample_rate=48000:duration=4"
    ffmpeg("-f", "lavfi", "-i", flash, "-f", "lavfi", "-i", beep, *video, *audio, path)
    return path


def seconds_of(frame) -> float:
    """Return when a picture or a piece of sound begins, on its container's clock."""
    return float(frame.pts * frame.time_base)


def numbers(path: Path) -> list[tuple[float, int]]:
    """Return when each picture of a numbered film is shown (seconds from the film's beginning), and its number."""
    shown: list[tuple[float, int]] = []
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        begins = (container.start_time or 0) / av.time_base
        for frame in container.decode(video):
            grey = frame.to_image().convert("L")
            bits = [
                grey.getpixel((int((place + 0.5) * grey.width / 10), grey.height // 2)) > 128 for place in range(10)
            ]
            shown.append((seconds_of(frame) - begins, int("".join("01"[bit] for bit in bits), 2)))
    return shown


def flashes(path: Path) -> list[float]:
    """Return when the picture turns from black to white, in seconds."""
    found: list[float] = []
    dark = True
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        begins = (container.start_time or 0) / av.time_base
        for frame in container.decode(video):
            bright = frame.to_image().convert("L").resize((1, 1)).getpixel((0, 0)) > 100
            if bright and dark:
                found.append(seconds_of(frame) - begins)
            dark = not bright
    return found


def beeps(path: Path) -> list[float]:
    """Return when the sound becomes loud after a silence, in seconds."""
    found: list[float] = []
    quiet_since = 0.0
    with av.open(str(path)) as container:
        begins = (container.start_time or 0) / av.time_base
        resampler = av.AudioResampler(format="s16", layout="mono", rate=48000)
        for frame in container.decode(audio=0):
            for piece in resampler.resample(frame):
                start = seconds_of(piece) - begins
                samples = memoryview(bytes(piece.planes[0])[: piece.samples * 2]).cast("h")
                for place, sample in enumerate(samples):
                    if abs(sample) > 6000:
                        at = start + place / 48000
                        if at - quiet_since > 0.3:
                            found.append(at)
                        quiet_since = at
    return found


def ffmpeg(*arguments):
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True, timeout=60)


def make_film(folder: Path, name: str) -> Path:
    """Make the film called `name` in `folder`, unless it is there already."""
    path = folder / name
    if path.exists():
        return path
    if name in RECIPES:
        ffmpeg(*RECIPES[name], path)
    elif name.startswith("rotated-"):
        turn = Path(name).stem.removeprefix("rotated-")
        ffmpeg("-display_rotation", turn, "-i", make_film(folder, "marked.mp4"), "-c", "copy", path)
    elif name == "noisy.mp4":  # plays to its end, with pictures that nobody filmed
        ffmpeg("-i", make_film(folder, "faststart.mp4"), "-c", "copy", "-bsf:v", "noise=amount=200", path)
    elif name == "cut.mp4":  # says how long it is, and is not
        whole = make_film(folder, "faststart.mp4").read_bytes()
        path.write_bytes(whole[: len(whole) // 3])
    elif name == "cut-before-its-index.mp4":
        whole = make_film(folder, "plain.mp4").read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    elif name == "no-picture-inside.mp4":
        path.write_bytes(make_film(folder, "plain.mp4").read_bytes()[:32] + bytes(5000))
    else:
        path.write_bytes(TEXTS[name].encode())
    return path


TEXTS = {
    "empty.mp4": "",
    "letter.mp4": "Dear Ana,\nhere is the film.\n",
    "page.mp4": "<!DOCTYPE html><html><script>alert(1)</script></html>",
    "drawing.mp4": '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "concat.mp4": "ffconcat version 1.0\nfile plain.mp4\n",
    "playlist.mp4": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10.0,\nplain.mp4\n#EXT-X-ENDLIST\n",
    "manifest.mp4": '<?xml version="1.0"?><MPD><BaseURL>http://127.0.0.1:9/</BaseURL></MPD>',
}


def frames(path):
    """Return all pictures of a film."""
    with av.open(str(path)) as container:
        return [frame.to_image() for frame in container.decode(video=0)]


def edge_with_mark(picture):
    """Return on which edge of a picture the red mark is, "" when on none."""
    across, down = picture.width, picture.height
    places = {
        "left": (across // 16, down // 2),
        "right": (across - across // 16 - 1, down // 2),
        "top": (across // 2, down // 16),
        "bottom": (across // 2, down - down // 16 - 1),
    }
    for edge, place in places.items():
        red, green, blue = picture.getpixel(place)[:3]
        if red > 150 and green < 100 and blue < 100:
            return edge
    return ""

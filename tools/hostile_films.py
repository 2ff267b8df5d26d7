"""Gives real workers 500 damaged and hostile files; each has to be refused or converted, with a reason, in a minute.

    python tools/hostile_films.py [FILES] [SEED]

500 files take about ten minutes. Exits with 1 when a worker dies, a clip stays under way or takes longer than a
minute, a refusal has no reason, a web address is fetched, or one byte or pixel of a neighbour's file is in any output.
"""

import http.server
import io
import random
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.clips.films import H264, ffmpeg, make_film
from tools.kill_conversions import Run, children, site, start_worker

WORKERS = 2
LIMIT = 60.0  # seconds, from the first look at a file to its reason
SECRET = b"6d1f-the-neighbour's-secret-9c42"
GAVE_UP = ("could not be converted, although", "The conversion was interrupted")  # no reasons, but our own trouble
MAGENTA = (255, 0, 255)  # what the neighbour's film shows

SOUND_FILMS = ["plain.mp4", "hevc.mov", "film.webm", "film.mkv", "faststart.mp4", "gps.mov", "unknown-sound.avi"]
NAMES = [
    "film.mp4",
    "-i http.mp4",
    "a;sleep 9.mp4",
    "$(touch x).mp4",
    "../../../../etc/passwd",
    "line\nbreak.mp4",
    "<svg onload=prompt(1)>.mp4",
    "x" * 251 + ".mp4",
    "%03d.mp4",
    "concat:a.mp4|b.mp4",
    "pipe:0",
    "film.mp4\x00.svg",
    "\u202e4pm.mlth",
    "CON.mp4",
    "=cmd|' /C calc'!A0.mp4",
]


@dataclass(frozen=True)
class Hostile:
    """One file, and what the client calls it."""

    kind: str
    name: str
    content: bytes


@dataclass
class Workshop:
    """Where the files are made."""

    folder: Path
    chance: random.Random
    port: int = 9  # of a server that nobody may ask
    neighbour: str = "../neighbour/0123"  # from where originals are kept

    def film(self, name: str = "") -> bytes:
        return make_film(self.folder, name or self.chance.choice(SOUND_FILMS)).read_bytes()

    def made(self, name: str, *arguments: str) -> bytes:
        path = self.folder / name
        if not path.exists():
            ffmpeg(*arguments, path)  # type: ignore[no-untyped-call]
        return path.read_bytes()


# Kinds of hostility -------------------------------------------------------------------


def flipped_bits(shop: Workshop) -> bytes:
    film = bytearray(shop.film())
    for _ in range(shop.chance.choice([1, 10, 100, 1000])):
        film[shop.chance.randrange(len(film))] ^= 1 << shop.chance.randrange(8)
    return bytes(film)


def flipped_head(shop: Workshop) -> bytes:
    """Where containers say what is in them."""
    film = bytearray(shop.film())
    ends = [range(min(len(film), 1500)), range(max(0, len(film) - 1500), len(film))]
    for _ in range(shop.chance.choice([1, 5, 20])):
        film[shop.chance.choice(shop.chance.choice(ends))] = shop.chance.randrange(256)
    return bytes(film)


def patched_box(shop: Workshop) -> bytes:
    """Sizes, counts, time scales and offsets of MP4 and QuickTime, set to what nobody expects."""
    film = bytearray(shop.film(shop.chance.choice(["plain.mp4", "faststart.mp4", "gps.mov", "hevc.mov"])))
    boxes = [b"mvhd", b"tkhd", b"mdhd", b"stts", b"stsz", b"stsc", b"stco", b"ctts", b"elst", b"avcC", b"dref", b"stsd"]
    for box in shop.chance.sample(boxes, 2):
        at = film.find(box)
        if at > 4:
            start = at + shop.chance.choice([-4, 4, 8, 12, 16, 20])
            film[start : start + 4] = shop.chance.choice([b"\0\0\0\0", b"\xff" * 4, b"\x7f\xff\xff\xff", b"\0\0\0\1"])
    return bytes(film)


def cut(shop: Workshop) -> bytes:
    film = shop.film()
    return film[: shop.chance.randrange(len(film))]


def gap(shop: Workshop) -> bytes:
    """A piece replaced by zeros or noise, as by a broken card."""
    film = bytearray(shop.film())
    start = shop.chance.randrange(len(film))
    size = shop.chance.randrange(1, len(film) - start + 1)
    film[start : start + size] = bytes(size) if shop.chance.random() < 0.5 else shop.chance.randbytes(size)
    return bytes(film)


def wrong_type(shop: Workshop) -> bytes:
    pictures = [partial(shop.film, name) for name in ("picture.png", "picture.jpg", "sound.wav", "sound-only.mp4")]
    others: list[Callable[[], bytes]] = [
        *pictures,
        lambda: b"",
        lambda: shop.chance.randbytes(shop.chance.randrange(1, 50_000)),
        lambda: bytes(shop.chance.randrange(1, 50_000)),
        lambda: Path(sys.executable).resolve().read_bytes()[:200_000],
        lambda: b"%PDF-1.7\n" + shop.chance.randbytes(2000),
        lambda: b"GIF89a" + shop.chance.randbytes(2000),
        lambda: b"\x1f\x8b\x08" + shop.chance.randbytes(2000),
        lambda: b"SQLite format 3\0" + bytes(4080),
        lambda: b"\0\0\0\x18ftypheic" + shop.chance.randbytes(3000),
        lambda: b"\0\0\0\x18ftypisom" + shop.chance.randbytes(3000),
        lambda: b"OggS" + shop.chance.randbytes(3000),
        lambda: b"FLV\x01\x05\0\0\0\x09" + shop.chance.randbytes(3000),
        lambda: b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + shop.chance.randbytes(3000),
        lambda: b"Dear Ana,\nhere is the film.\n" * shop.chance.randrange(1, 500),
    ]
    return shop.chance.choice(others)()


def playlist(shop: Workshop) -> bytes:
    """Lists that name a neighbour's film, a file of the server or an address."""
    targets = [shop.neighbour, "neighbour/0123", f"http://127.0.0.1:{shop.port}/x", "/etc/passwd", "file:///etc/passwd"]
    target = shop.chance.choice(
        [*targets, f"concat:{shop.neighbour}|/etc/passwd", f"subfile,,start,0,end,9,,:{targets[0]}"]
    )
    text = shop.chance.choice(
        [
            "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\n{}\n#EXT-X-ENDLIST\n",
            '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="{0}"\n#EXTINF:10.0,\n{0}\n#EXT-X-ENDLIST\n',
            "ffconcat version 1.0\nfile '{}'\n",
            "file '{}'\nduration 5\n",
            '<?xml version="1.0"?><MPD><Period><BaseURL>{}</BaseURL></Period></MPD>',
            "[playlist]\nFile1={}\nNumberOfEntries=1\n",
            "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {} RTP/AVP 96\n",
            '<playlist version="1"><trackList><track><location>{}</location></track></trackList></playlist>',
        ]
    )
    before = shop.chance.choice(["", "\ufeff", "\n\n", " ", "\0"])
    return (before + text.format(target)).encode()


def polyglot(shop: Workshop) -> bytes:
    """Files that are a film to one program and a page, a packed folder or a list to another."""
    film = shop.film(shop.chance.choice(["plain.mp4", "faststart.mp4", "film.webm"]))
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><image href="http://127.0.0.1:%d/"/></svg>'
        % shop.port
    )
    page = b"<!DOCTYPE html><script>alert(1)</script>"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as folder:
        folder.writestr("page.html", page)
    concat = b"ffconcat version 1.0\nfile '%s'\n" % shop.neighbour.encode()
    first = shop.chance.choice([svg, page, packed.getvalue(), concat, b"#EXTM3U\n" + shop.neighbour.encode() + b"\n"])
    free = (len(first) + 8).to_bytes(4, "big") + b"free" + first
    return shop.chance.choice([first + film, film + first, free + film, film[:32] + first + film[32:], first])


def outside_reference(shop: Workshop) -> bytes:
    """A QuickTime film whose pictures are said to be in a neighbour's file."""
    film = bytearray(shop.film("gps.mov"))
    at = film.find(b"url \0\0\0\1")
    if at < 0:
        at = film.find(b"alis")
    film[at : at + 8] = shop.chance.choice([b"url \0\0\0\0", b"alis\0\0\0\0", b"rsrc\0\0\0\0"])
    return bytes(film)


PICTURE = ("-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=1")
ONE_TONE = ("-f", "lavfi", "-i", "sine=duration=1")


def giant_or_endless(shop: Workshop) -> bytes:
    made = shop.made
    return shop.chance.choice(
        [
            partial(shop.film, "huge.mov"),
            partial(shop.film, "long.mp4"),
            partial(made, "giant.mp4", "-f", "lavfi", "-i", "color=size=16384x8704:rate=5:duration=0.4", *H264),
            partial(made, "days.mp4", "-f", "lavfi", "-i", "color=size=64x64:rate=0.1:duration=40000", *H264),
            partial(made, "thin.mp4", "-f", "lavfi", "-i", "color=size=16384x16:rate=5:duration=1", *H264),
            partial(made, "many-frames.mp4", "-f", "lavfi", "-i", "color=size=16x16:rate=1000:duration=20", *H264),
        ]
    )()


def many_streams(shop: Workshop) -> bytes:
    number = shop.chance.choice([100, 300, 600])
    name = f"streams-{number}.mkv"
    sounds = ["-map", "1:0"] * number
    if shop.chance.random() < 0.5:
        return shop.made(name, *PICTURE, *ONE_TONE, "-map", "0:0", *sounds, *H264, "-c:a", "pcm_s16le", "-t", "0.4")
    pictures = ["-map", "0:0"] * (number // 10)
    return shop.made(f"pictures-{number}.mp4", *PICTURE, *pictures, "-c:v", "mjpeg", "-t", "0.4")


def other_codec(shop: Workshop) -> bytes:
    """Decoders that no phone needs: each would be one more to trust."""
    made = partial(shop.made)
    return shop.chance.choice(
        [
            partial(shop.film, "magicyuv.avi"),
            partial(made, "ffv1.mkv", *PICTURE, "-c:v", "ffv1"),
            partial(made, "huffyuv.avi", *PICTURE, "-c:v", "huffyuv"),
            partial(made, "raw.avi", *PICTURE, "-c:v", "rawvideo"),
            partial(made, "flash.flv", *PICTURE, "-c:v", "flv"),
            partial(made, "windows.wmv", *PICTURE, "-c:v", "wmv2"),
            partial(made, "mpeg2.mpg", *PICTURE, "-c:v", "mpeg2video"),
            partial(made, "png.mov", *PICTURE, "-c:v", "png"),
            partial(made, "moving.gif", *PICTURE, "-t", "0.4"),
            partial(made, "raw.nut", *PICTURE, "-c:v", "rawvideo", "-t", "0.2"),
        ]
    )()


#: How many of a hundred files are of each kind.
KINDS: dict[Callable[[Workshop], bytes], int] = {
    flipped_bits: 22,
    flipped_head: 12,
    patched_box: 12,
    cut: 12,
    gap: 6,
    wrong_type: 10,
    playlist: 10,
    polyglot: 7,
    outside_reference: 1,
    giant_or_endless: 3,
    many_streams: 2,
    other_codec: 3,
}


def hostile_films(shop: Workshop, number: int) -> Iterator[Hostile]:
    """Yield `number` files, the same ones for the same seed; every kind is among the first dozen."""
    kinds = list(KINDS)
    for count in range(number):
        kind = kinds[count] if count < len(kinds) else shop.chance.choices(kinds, list(KINDS.values()))[0]
        yield Hostile(kind.__name__, shop.chance.choice(NAMES), kind(shop))


# What may not happen ------------------------------------------------------------------


def make_neighbour(originals: Path, folder: Path) -> None:
    """Put a film that shows one colour and carries a secret where hostile lists look for it."""
    path = make_film_of_one_colour(folder)
    for place in (originals / "neighbour" / "0123", originals.parent / "neighbour" / "0123"):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes() + SECRET)


def make_film_of_one_colour(folder: Path) -> Path:
    path = folder / "neighbour.mp4"
    picture = ["-f", "lavfi", "-i", "color=magenta:size=160x120:rate=25:duration=5"]
    ffmpeg(*picture, *H264, path)  # type: ignore[no-untyped-call]
    return path


def shows_the_neighbour(output: Path) -> bool:
    """Whether a file that visitors get has anything of the neighbour's, or of the server's own files."""
    from PIL import Image

    from tests.clips.films import frames

    content = output.read_bytes()
    if SECRET in content or b"root:x:0:" in content:
        return True
    is_film = output.suffix == ".mp4"
    pictures = frames(output)[::5] if is_film else [Image.open(output).convert("RGB")]  # type: ignore[no-untyped-call]
    return any(is_magenta(picture.resize((1, 1)).getpixel((0, 0))) for picture in pictures)


def is_magenta(colour: Any) -> bool:
    return all(abs(have - want) < 40 for have, want in zip(colour, MAGENTA, strict=False))


class Nobody(http.server.ThreadingHTTPServer):
    """A server that nobody may ask."""

    requests = 0

    def verify_request(self, request: Any, client_address: Any) -> bool:
        self.requests += 1
        return False


def wait(workers: "list[subprocess.Popen[bytes]]", files: int) -> Counter[str]:
    """Wait until nothing is under way; return what went wrong meanwhile."""
    from clips.conversion.models import Conversion

    underway = Conversion.objects.filter(status__in=[Conversion.Status.WAITING, Conversion.Status.CONVERTING])
    begun = reported = time.monotonic()
    while (left := underway.count()) and time.monotonic() - begun < 60 + 20 * files:
        if dead := sum(worker.poll() is not None for worker in workers):
            return Counter({"workers died": dead, "stuck": left})
        if time.monotonic() - reported > 30:
            reported = time.monotonic()
            sys.stdout.write(f"{files - left} of {files}\n")
            sys.stdout.flush()
        time.sleep(1)
    return Counter({"workers died": sum(worker.poll() is not None for worker in workers), "stuck": left})


def seconds_by_clip() -> dict[int, float]:
    """Return how long the tasks of each clip took together."""
    from django_tasks_db.models import DBTaskResult

    took: dict[int, float] = {}
    for result in DBTaskResult.objects.exclude(finished_at=None):
        pk = result.args_kwargs["args"][0]
        took[pk] = took.get(pk, 0) + (result.finished_at - result.started_at).total_seconds()
    return took


def upload(film: Hostile) -> int:
    from django.core.files.base import ContentFile
    from django.db import transaction

    from clips.conversion import jobs
    from clips.models import Clip

    with transaction.atomic():
        clip = Clip(story=Clip.Story.NOW, description="A test.", original_filename=film.name.replace("\0", "")[:255])
        clip.original.save("film", ContentFile(film.content), save=False)
        clip.save()
        jobs.submit(clip)
    return int(clip.pk)


def main(files: int, seed: int) -> int:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cdtrainer-hostile-") as name, site(Path(name)):
        from clips.models import MADE_FIELDS, Clip

        folder = Path(name)
        run = Run(folder, random.Random(seed))  # noqa: S311
        server = Nobody(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sources = folder / "sources"
        sources.mkdir()
        make_neighbour(folder / "var" / "originals", sources)
        shop = Workshop(sources, run.chance, server.server_port)
        kinds = {upload(film): film.kind for film in hostile_films(shop, files)}
        try:
            run.workers = [start_worker(run) for _ in range(WORKERS)]
            wrong = wait(run.workers, files)
        finally:
            for worker in run.workers:
                worker.terminate()
                worker.wait(60)
        server.shutdown()
        clips = list(Clip.objects.all())
        took = seconds_by_clip()
        wrong["without a reason"] = sum(clip.status == Clip.Status.FAILED and not clip.problem for clip in clips)
        wrong["gave up"] = sum(any(words in clip.problem for words in GAVE_UP) for clip in clips)
        wrong["slower than a minute"] = sum(seconds > LIMIT for seconds in took.values())
        wrong["addresses fetched"] = server.requests
        made = [Path(file.path) for clip in clips for field in MADE_FIELDS if (file := getattr(clip, field))]
        wrong["outputs with a neighbour's bytes"] = sum(shows_the_neighbour(path) for path in made)
        wrong["orphans"] = len(children(folder))
        for clip in clips:
            if took.get(clip.pk, 0) > LIMIT or any(words in clip.problem for words in GAVE_UP):
                sys.stdout.write(f"{kinds[clip.pk]}: {clip.status}, {took.get(clip.pk, 0):.0f} s, {clip.problem}\n")
    ready = sum(clip.status == Clip.Status.READY for clip in clips)
    reasons = Counter(clip.problem for clip in clips if clip.problem)
    for reason, number in reasons.most_common():
        sys.stdout.write(f"{number:4} {reason}\n")
    counted = ", ".join(f"{number} {what}" for what, number in wrong.items())
    sys.stdout.write(
        f"seed {seed}: {files} files ({len(set(kinds.values()))} kinds): {files - ready} refused, {ready} could be "
        f"converted all the same; {counted}; slowest {max(took.values()):.1f} s, {len(made)} outputs looked at; "
        f"{time.monotonic() - begun:.0f} s\n"
    )
    return int(any(wrong.values()))


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    sys.exit(main(*(numbers + [500, 1][len(numbers) :])))

"""Damaged and hostile files, made from real films, for `hostile_films.py`; the same ones for the same seed."""

import io
import random
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.clips.films import H264, ffmpeg, make_film

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
    """One file, and the name that the client gives it."""

    kind: str
    name: str
    content: bytes


@dataclass
class Workshop:
    """Makes the files, in `folder`."""

    folder: Path
    chance: random.Random
    port: int = 9  # of a server to which no request may come
    neighbour: str = "../neighbour/0123"  # from where originals are kept

    def film(self, name: str = "") -> bytes:
        return make_film(self.folder, name or self.chance.choice(SOUND_FILMS)).read_bytes()

    def made(self, name: str, *arguments: str) -> bytes:
        path = self.folder / name
        if not path.exists():
            ffmpeg(*arguments, path)  # type: ignore[no-untyped-call]
        return path.read_bytes()


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

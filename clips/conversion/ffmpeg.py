"""The one place that starts ffmpeg, or any other child that opens a film nobody has vouched for."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from tempfile import TemporaryFile
from typing import IO, cast

from django.conf import settings

from clips.conversion.launcher import NOT_STARTED

LAUNCHER = Path(__file__).with_name("launcher.py")

# Nothing but these is ever opened or decoded, whatever a file says about itself. Without the list of
# containers a text file can name a neighbour's film; without the list of codecs, decoders that no phone needs
# are within an attacker's reach (CVE-2026-8461 was in one of them). The names are ffmpeg's own.
PROTOCOLS = "file"
CONTAINERS = "mov,matroska,avi,mpegts"
VIDEO_CODECS = "h264,hevc,vp8,vp9,libvpx-vp9,av1,libdav1d,mpeg4,mjpeg,prores,h263"
#: Of phones and browsers, of cameras (Dolby, uncompressed, lossless), and of old phones and telephony.
AUDIO_CODECS = (
    "aac,mp3,mp3float,opus,libopus,vorbis,ac3,eac3,alac,flac,mp2,mp2float,amrnb,amrwb,"
    "pcm_s8,pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be,"
    "pcm_mulaw,pcm_alaw,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms"
)
CODECS = f"{VIDEO_CODECS},{AUDIO_CODECS}"
MAX_PIXELS = 40_000_000  # of one frame; 8K has 33 million
# Bytes of memory for one child. 4K from a phone took 0.3 GB, one frame of 142 megapixels 0.75 GB; 8K in ten bits,
# with the pictures a decoder has to keep, stays below this.
MAX_MEMORY = 2 * 1024**3

ENDED_BY_SIGNAL = 255
LOOK_EVERY = 0.5  # seconds between two looks at the clock and at who owns the job
#: What ffmpeg and x264 say when the kernel gives them no more memory, for a picture or for a thread.
OUT_OF_MEMORY = ("Cannot allocate memory", "malloc of size", "pthread_create() failed")
#: What ffmpeg says of damaged films, in small letters: its decoders do not agree on capitals.
DAMAGED = ("invalid data found", "error while decoding", "moov atom not found", "truncat", "corrupt")
KEPT_OUTPUT = 4000  # characters of an error message, from its end


class FfmpegError(Exception):
    """ffmpeg (or a child like it) gave up. The message is for the log, not for people."""

    @property
    def disk_is_full(self) -> bool:
        return "No space left on device" in str(self)

    @property
    def is_about_the_data(self) -> bool:
        """Whether a decoder or the container complained, and not a filter or an encoder of ours."""
        return speaks_of_damage(str(self))

    @property
    def memory_is_short(self) -> bool:
        return any(words in str(self) for words in OUT_OF_MEMORY)


class StoppedError(Exception):
    """The work was given up because `stop` said so."""


class TookTooLongError(FfmpegError):
    """The time limit was reached."""


class KilledError(FfmpegError):
    """Somebody else ended the child: the kernel for want of memory, a shutdown, an operator.

    That says nothing about the film.
    """


class NotStartedError(FfmpegError):
    """There is no such program, or it does not run here. That says nothing about the film either."""


def speaks_of_damage(messages: str) -> bool:
    """Whether ffmpeg's messages are about damaged data; it may go on and end well all the same."""
    return any(words in messages.lower() for words in DAMAGED)


@dataclass(frozen=True)
class Output:
    """What a child said."""

    stdout: str
    stderr: str


def binary() -> str:
    """Return the path of ffmpeg: the configured one, else the one that imageio-ffmpeg brings."""
    if settings.FFMPEG_BINARY:
        return str(settings.FFMPEG_BINARY)
    import imageio_ffmpeg  # takes a moment, and the web process never needs it

    return str(imageio_ffmpeg.get_ffmpeg_exe())


def hardened_input(path: Path) -> list[str]:
    """Return the input options for a film that came from outside."""
    return [
        *("-protocol_whitelist", PROTOCOLS),
        *("-format_whitelist", CONTAINERS),
        *("-codec_whitelist", CODECS),
        *("-max_pixels", str(MAX_PIXELS)),
        *("-threads", "2"),
        *(
            "-i",
            f"file:{path.resolve()}",
        ),  # the prefix keeps a name from being read as an option or a protocol
    ]


def time_limit(seconds: float) -> float:
    """Return how many seconds ffmpeg may take for a film of `seconds`."""
    return 60 + 20 * seconds


def run_ffmpeg(
    arguments: list[str],
    *,
    limit: float,
    on_time: Callable[[float], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Output:
    """Run ffmpeg with `arguments` for at most `limit` seconds.

    `on_time` is told how many seconds of the film have been written.

    Raises:
        FfmpegError: when it fails or takes too long.
        StoppedError: when `stop` returned True.
    """

    def on_line(line: str) -> None:
        name, _, value = line.partition("=")
        if on_time and name == "out_time_us" and value.isdigit():
            on_time(int(value) / 1_000_000)

    fixed = ["-hide_banner", "-nostdin", "-v", "error", "-y", "-progress", "pipe:1", "-stats_period", "0.5"]
    return run([binary(), *fixed, *arguments], limit=limit, on_line=on_line, stop=stop)


def run(
    command: list[str],
    *,
    limit: float,
    on_line: Callable[[str], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Output:
    """Run a child that dies with this process, in a process group of its own, for at most `limit` seconds."""
    deadline = time.monotonic() + limit
    lines: list[str] = []
    with TemporaryFile() as errors:
        child = subprocess.Popen(
            launched(command, cpu_seconds=int(limit) * 4 + 60),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=settings.BASE_DIR,
            start_new_session=True,
        )
        try:
            for line in _lines(child, deadline, stop):
                lines.append(line)
                if on_line:
                    on_line(line)
            code = child.wait(timeout=max(1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired as error:
            raise TookTooLongError(f"still running after {limit:.0f} s") from error
        finally:
            kill_group(child)
        errors.seek(0)
        messages = errors.read().decode(errors="replace")[-KEPT_OUTPUT:].strip()
    if code != 0:
        if stop and stop():  # whoever stops this worker may have stopped its children first
            raise StoppedError
        raise failure(code, messages)
    return Output("\n".join(lines), messages)


def launched(command: list[str], *, cpu_seconds: int) -> list[str]:
    """Return the command line that runs `command` under our launcher, with its limits of processor time and memory."""
    launcher = [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid())]
    return [*launcher, str(cpu_seconds), str(MAX_MEMORY), *command]


def failure(code: int, messages: str) -> FfmpegError:
    """Return what an exit code other than 0 means."""
    # ffmpeg ends with 255 and without a word when it is asked to stop.
    if code in (-signal.SIGKILL, -signal.SIGTERM) or (code == ENDED_BY_SIGNAL and not messages):
        return KilledError(f"exit {code}: {messages}")
    if code == NOT_STARTED:
        return NotStartedError(messages)
    return FfmpegError(f"exit {code}: {messages}")


def _lines(child: "subprocess.Popen[bytes]", deadline: float, stop: Callable[[], bool] | None) -> Iterator[str]:
    """The lines of a child's output as they come, minding the clock and `stop` while there are none."""
    pipe = cast("IO[bytes]", child.stdout)
    rest = b""
    with DefaultSelector() as selector:
        selector.register(pipe, EVENT_READ)
        while True:
            if stop and stop():
                raise StoppedError
            if time.monotonic() > deadline:
                raise TookTooLongError("the time limit was reached")
            if not selector.select(LOOK_EVERY):
                continue
            piece = os.read(pipe.fileno(), 65536)
            if not piece:
                break
            *whole, rest = (rest + piece).split(b"\n")
            yield from (line.decode(errors="replace") for line in whole)
    if rest:
        yield rest.decode(errors="replace")


def kill_group(child: "subprocess.Popen[bytes]") -> None:
    """Make sure that neither the child nor anything it started is left."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    if child.stdout:
        child.stdout.close()

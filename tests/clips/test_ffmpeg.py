"""What a child that opens films may use, and what its end says."""

import subprocess
import sys

import pytest

from clips.conversion import convert, ffmpeg, probe
from clips.conversion.probe import FilmRefusedError


def python(code, limit=30.0):
    return ffmpeg.run([sys.executable, "-c", code], limit=limit)


def test_a_child_gets_no_more_memory_than_one_film_may_need(monkeypatch):
    monkeypatch.setattr(ffmpeg, "MAX_MEMORY", 300 * 1024**2)

    assert python("x = bytearray(100 * 1024**2); print(len(x))").stdout == "104857600"
    with pytest.raises(ffmpeg.FfmpegError, match="MemoryError"):
        python("bytearray(400 * 1024**2)")


def test_a_film_that_needs_too_much_memory_is_refused_in_plain_words(film, tmp_path, monkeypatch):
    source = film("tall-4k.mp4")
    found = probe.probe(source)
    monkeypatch.setattr(
        ffmpeg, "MAX_MEMORY", 80 * 1024**2
    )  # less than its frames take, more than ffmpeg takes to start

    with pytest.raises(FilmRefusedError, match="needs more memory"):
        convert.convert(source, found, tmp_path)


def test_a_child_writes_no_endless_file(tmp_path):
    endless = f"with open({str(tmp_path / 'endless')!r}, 'wb') as file:\n while True: file.write(bytes(2**20))"

    with pytest.raises(ffmpeg.FfmpegError):
        python(endless)

    assert (tmp_path / "endless").stat().st_size <= 256 * 1024**2


def test_a_child_goes_before_its_worker_when_memory_is_short():
    assert python("print(open('/proc/self/oom_score_adj').read().strip())").stdout == "1000"


@pytest.mark.parametrize(
    ("end", "error"),
    [
        ("kill -KILL $$", ffmpeg.KilledError),
        ("kill -TERM $$", ffmpeg.KilledError),
        ("exit 255", ffmpeg.KilledError),
        ("echo no such codec >&2; exit 255", ffmpeg.FfmpegError),
        ("kill -SEGV $$", ffmpeg.FfmpegError),
        ("exit 1", ffmpeg.FfmpegError),
    ],
)
def test_being_killed_is_told_apart_from_failing(end, error):
    with pytest.raises(ffmpeg.FfmpegError) as raised:
        ffmpeg.run(["/bin/sh", "-c", end], limit=10)

    assert type(raised.value) is error


def test_a_missing_ffmpeg_is_not_the_films_fault(film, tmp_path, settings):
    found = probe.probe(film("plain.mp4"))
    settings.FFMPEG_BINARY = str(tmp_path / "nothing")

    with pytest.raises(ffmpeg.NotStartedError):
        convert.convert(film("plain.mp4"), found, tmp_path)


def test_an_ffmpeg_that_is_asked_to_stop_ends_without_a_word(film, tmp_path):
    command = [ffmpeg.binary(), "-nostdin", "-v", "error", "-re", "-f", "lavfi", "-i", "testsrc", "-f", "null", "-"]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as child:
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(1)
        child.terminate()
        _out, stderr = child.communicate()

    assert isinstance(ffmpeg.failure(child.returncode, stderr.decode().strip()), ffmpeg.KilledError)

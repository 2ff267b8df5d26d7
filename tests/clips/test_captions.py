"""Captions are checked line by line, and the first error is named."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clips.captions import CaptionError, check

GOOD = [
    b"WEBVTT\n\n00:00.000 --> 00:01.000\nOne\n",
    b"\xef\xbb\xbfWEBVTT - Turn\r\n\r\n1\r\n00:00:00.000 --> 00:00:01.000 align:start line:0\r\nOne\r\ntwo\r\n",
    b"WEBVTT\n\nNOTE by Ana\nand Bo\n\nSTYLE\n::cue { color: lime }\n\n00:01.000 --> 00:02.000\n- To the <i>left</i>\n",
    Path("tests/clips/found/voices.vtt").read_bytes(),
    Path("tests/clips/found/youtube-auto.vtt").read_bytes(),
    b"WEBVTT\nKind: captions\nLanguage: en\n\n00:00.000 --> 00:01.000\nOne\n",
    b"WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000\n\n00:00.000 --> 00:01.000\nOne\n",
    "WEBVTT\n\n00:00.000 --> 00:01.000\nGrüß dich\n\nNOTE x\n\n100:00:00.000 --> 100:00:01.000\nSpät".encode(),
]
BAD = [
    (b"", 1, "begins with the word WEBVTT"),
    (b"<html>", 1, "begins with the word WEBVTT"),
    (b"WEBVTTX\n\n", 1, "begins with the word WEBVTT"),
    (b"1\n00:00:00,000 --> 00:00:01,000\nOne\n", 1, "begins with the word WEBVTT"),
    (b"WEBVTT\n", 2, "There are no captions"),
    (b"WEBVTT\n00:00.000 --> 00:01.000\nOne\n", 2, "leave one line empty"),
    (b"WEBVTT\n\n00:00,000 --> 00:01,000\nOne\n", 3, "full stop"),
    (b"WEBVTT\n\n0:00.000 --> 0:01.000\nOne\n", 3, "times cannot be read"),
    (b"WEBVTT\n\n00:00.000 --> 00:61.000\nOne\n", 3, "times cannot be read"),
    (b"WEBVTT\n\n00:00.000-->00:01.000\nOne\n", 3, "times cannot be read"),
    (b"WEBVTT\n\nOne\ntwo\n", 4, "A time is missing"),
    (b"WEBVTT\n\nOne\n", 3, "A time is missing"),
    (b"WEBVTT\n\n00:02.000 --> 00:01.000\nOne\n", 3, "ends before it starts"),
    (b"WEBVTT\n\n00:02.000 --> 00:03.000\nOne\n\n00:01.000 --> 00:04.000\nTwo\n", 6, "Put them in order"),
    (b"WEBVTT\n\n00:02.000 --> 00:03.000\n\n00:03.000 --> 00:04.000\nTwo\n", 3, "no words"),
    (b"WEBVTT\n\n00:02.000 --> 00:03.000\nOne\n00:03.000 --> 00:04.000\nTwo\n", 5, "between two captions"),
    (b"WEBVTT\n\n00:02.000 --> 00:03.000 onload:alert(1)\nOne\n", 3, "is no setting"),
    (b"WEBVTT\n\n00:02.000 --> 00:03.000\nGr\xfc\xdf dich\n", 4, "Save the file as UTF-8"),
    (b"WEBVTT\n\n00:02.000 --> 00:03.000\nOne\0\n", 4, "cannot be read"),
]


@pytest.mark.parametrize("content", GOOD)
def test_captions_that_every_browser_shows_are_taken(content):
    check(content)


@pytest.mark.parametrize(("content", "line", "what"), BAD)
def test_the_line_of_the_first_error_is_named(content, line, what):
    with pytest.raises(CaptionError, match=what) as raised:
        check(content)

    assert raised.value.line == line
    assert f"Line {line}: " in str(raised.value)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"WEBVTT\n\n{text}".encode()))
def test_whatever_a_file_contains_the_answer_is_yes_or_a_line(content):
    line = None
    try:
        check(content)
    except CaptionError as error:
        line = error.line

    assert line is None or 1 <= line <= content.count(b"\n") + content.count(b"\r") + 1

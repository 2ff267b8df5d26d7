"""Range headers by the letter of RFC 9110."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clips.byteranges import Part, UnsatisfiableError, asked_part

SIZE = 1000


@pytest.mark.parametrize(
    ("header", "start", "length"),
    [
        ("bytes=0-1", 0, 2),
        ("bytes=0-", 0, 1000),
        ("bytes=999-", 999, 1),
        ("bytes=999-999", 999, 1),
        ("bytes=500-599", 500, 100),
        ("bytes=990-5000", 990, 10),
        ("bytes=-1", 999, 1),
        ("bytes=-500", 500, 500),
        ("bytes=-5000", 0, 1000),
        ("Bytes= 0-1 ", 0, 2),
        ("bytes=0-99999999999999999999", 0, 1000),
    ],
)
def test_one_range_is_one_part(header, start, length):
    assert asked_part(header, SIZE) == Part(start, length)


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-1001", "bytes=-0", "bytes=99999999999999999999-"])
def test_a_range_outside_the_file_cannot_be_satisfied(header):
    with pytest.raises(UnsatisfiableError):
        asked_part(header, SIZE)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=abc",
        "bytes=1",
        "bytes=9-3",
        "bytes=0x1-2",
        "bytes=1.5-2",
        "bytes=\u0660-\u0663",  # digits, but not these
        "bytes=--1",
        "bytes=0-1,5-6",
        "bytes=0-1,",
        "lines=1-2",
        "bytes=" + "9" * 5000 + "-",
    ],
)
def test_everything_else_means_the_whole_file(header):
    assert asked_part(header, SIZE) is None


@given(st.text(max_size=40), st.integers(0, 5000))
def test_no_header_breaks_it_or_reaches_beyond_the_file(text, size):
    for header in [text, f"bytes={text}"]:
        try:
            part = asked_part(header, size)
        except UnsatisfiableError:
            continue
        if part:
            assert part.start >= 0
            assert part.length >= 1
            assert part.start + part.length <= size

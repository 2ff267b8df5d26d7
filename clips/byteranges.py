"""Which part of a file a request asks for, by the letter of RFC 9110, section 14."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils.http import parse_http_date_safe

ONE_RANGE = re.compile(r"bytes=[ \t]*(?:([0-9]{1,40})-([0-9]{0,40})|-([0-9]{1,40}))[ \t]*", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """`length` bytes from `start`."""

    start: int
    length: int

    @property
    def end(self) -> int:
        """The last byte."""
        return self.start + self.length - 1


class UnsatisfiableError(Exception):
    """The range lies outside the file."""


def asked_part(header: str, size: int) -> Part | None:
    """Return the one part that a Range header asks for, None for the whole file.

    An invalid header, another unit and several ranges at once all mean the whole file, as the RFC lets a
    server choose; so no request can make an answer larger than the file.

    Raises:
        UnsatisfiableError: when no byte of the file is in the range.
    """
    match = ONE_RANGE.fullmatch(header)
    if not match:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        start, end = max(0, size - int(suffix)), size - 1
    else:
        start, end = int(first), min(int(last) if last else size - 1, size - 1)
        if last and int(last) < start:
            return None
    if start > end:
        raise UnsatisfiableError
    return Part(start, end - start + 1)


def still_the_same(if_range: str | None, etag: str, modified: datetime) -> bool:
    """Whether the file is the one that the client has a part of; both validators are strong."""
    if if_range is None or if_range == etag:
        return True
    date = parse_http_date_safe(if_range)
    return date is not None and date == int(modified.timestamp())

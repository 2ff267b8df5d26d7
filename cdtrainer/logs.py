"""What the logs say: one line for whatever a stranger can cause at will, and nobody's address."""

import copy
import logging
import re

from django.core.exceptions import BadRequest, SuspiciousOperation

MOST = 300  # characters of a line that quotes a stranger
ADDRESS = re.compile(r"Invalid request from ip=\S+:")  # gunicorn's own words


class LineFormatter(logging.Formatter):
    """Formats refused requests in one line: where in our code they were refused helps nobody."""

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, SuspiciousOperation | BadRequest):
            return super().format(record)
        record = copy.copy(record)
        record.exc_info = record.exc_text = None
        record.msg, record.args = shortened(record.getMessage()), ()
        return super().format(record)


class NoAddresses(logging.Filter):
    """Takes the address of a visitor out of what the web server says."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.msg, str) and ADDRESS.match(record.msg):
            record.msg, record.args = shortened(ADDRESS.sub("Invalid request:", record.getMessage())), ()
        return True


def shortened(text: str) -> str:
    """Return `text` in one line of at most `MOST` characters."""
    line = " ".join(text.split())
    return line if len(line) <= MOST else line[: MOST - 1] + "…"

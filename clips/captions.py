"""Whether a file is WebVTT that every browser shows, and if not, in which line the first error is.

Browsers leave out what they do not understand without a word, so this is stricter than they are; the rules are those
of https://www.w3.org/TR/webvtt1/ (section 4, syntax).
"""

import re

from django.utils.translation import gettext as _

TIME = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
TIMING = re.compile(rf"{TIME}[ \t]+-->[ \t]+{TIME}(?:[ \t]+(\S.*))?")
SETTING = re.compile(r"(?:vertical|line|position|size|align|region):\S+")
#: What YouTube and HLS write under the first line.
HEADER = re.compile(r"(?:Kind|Language|X-TIMESTAMP-MAP)[:=].*", re.IGNORECASE)
BLOCK = re.compile(r"(NOTE|STYLE|REGION)(?:[ \t].*)?")


class CaptionError(Exception):
    """The first error in a caption file; its text says in which line, and what to do."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(_("Line %(line)d: %(what)s") % {"line": line, "what": what})
        self.line = line


def check(content: bytes) -> None:
    """Check a whole caption file.

    Raises:
        CaptionError: at the first line that is not right.
    """
    lines = text_lines(content)
    if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]):
        raise CaptionError(1, _("These are not captions. A caption file begins with the word WEBVTT."))
    cues, last_start = 0, 0
    for number, block in blocks(lines):
        if cues == 0 and number > 1 and BLOCK.fullmatch(block[0]):
            continue
        if block[0].startswith("NOTE") and BLOCK.fullmatch(block[0]):
            continue
        last_start = checked_cue(number, block, last_start)
        cues += 1
    if not cues:
        raise CaptionError(len(lines), _("There are no captions in this file, only its beginning."))


def text_lines(content: bytes) -> list[str]:
    """Return the lines of a file that has to be UTF-8."""
    plain = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        text = plain.decode()
    except UnicodeDecodeError as error:
        line = plain.count(b"\n", 0, error.start) + 1
        raise CaptionError(line, _("There is a letter that cannot be read. Save the file as UTF-8.")) from error
    if "\0" in text:
        raise CaptionError(text.count("\n", 0, text.index("\0")) + 1, _("There is a letter that cannot be read."))
    return text.split("\n")


def blocks(lines: list[str]) -> list[tuple[int, list[str]]]:
    """Return the number of the first line, and the lines, of each block after the header."""
    found: list[tuple[int, list[str]]] = []
    inside = False
    header = 1
    while header < len(lines) and HEADER.fullmatch(lines[header]):
        header += 1
    if header < len(lines) and lines[header].strip(" \t"):
        raise CaptionError(header + 1, _("After the first line, leave one line empty."))
    for number, line in enumerate(lines[header:], start=header + 1):
        if line:  # a line of one blank is text; only an empty one ends a caption
            if not inside:
                found.append((number, []))
            found[-1][1].append(line)
        inside = bool(line)
    return found


def checked_cue(number: int, block: list[str], last_start: int) -> int:
    """Return when a caption starts, in milliseconds.

    Raises:
        CaptionError: when it has no times, no words, or is out of order.
    """
    at = 0 if "-->" in block[0] else 1
    if at == len(block) or "-->" not in block[at]:
        raise CaptionError(number + at - (at == len(block)), _("A time is missing, such as 00:01.500 --> 00:04.000."))
    line = number + at
    timing = TIMING.fullmatch(block[at].strip(" \t"))
    if not timing:
        if "," in block[at]:
            raise CaptionError(line, _("Write times with a full stop, such as 00:01.500, not with a comma."))
        raise CaptionError(line, _("The times cannot be read. Write them like 00:01.500 --> 00:04.000."))
    start, end = milliseconds(timing.groups()[:4]), milliseconds(timing.groups()[4:8])
    if end <= start:
        raise CaptionError(line, _("The caption ends before it starts."))
    if start < last_start:
        raise CaptionError(line, _("The caption starts before the one above it. Put them in order."))
    for setting in (timing[9] or "").split():
        if not SETTING.fullmatch(setting):
            raise CaptionError(line, _("“%s” is no setting of a caption.") % setting[:40])
    words = block[at + 1 :]
    if not words:
        raise CaptionError(line, _("The caption has a time but no words."))
    for offset, text in enumerate(words, start=line + 1):
        if "-->" in text:
            raise CaptionError(offset, _("Leave one line empty between two captions."))
    return start


def milliseconds(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths

"""The headers and statuses of tus 1.0.0 (https://tus.io/protocols/resumable-upload).

Core, and the extensions creation, creation-with-upload, termination, checksum and expiration. No concatenation: it has
been a source of holes in other servers, and one film is one file.
"""

import base64
import binascii
import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date
from django.utils.translation import gettext as _

from uploads.models import Upload

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,checksum,expiration"
CHUNK_TYPE = "application/offset+octet-stream"
CHECKSUM_ALGORITHMS = ("sha1", "sha256")  # a server has to know sha1 ("Checksum")
CHECKSUM_MISMATCH = 460
MAX_METADATA = 4096  # characters of the header
_NUMBER = re.compile(r"[0-9]{1,15}")  # fits the database; no sign, blank or foreign digit
_METADATA_KEY = re.compile(r"[!-+\--~]+")  # printable ASCII but space and comma


@dataclass
class RefusedError(Exception):
    """A request that is refused with `status`; the message is for people."""

    status: int
    message: str
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> HttpResponse:
        """Return the refusal as a plain text response."""
        return plain(self.status, self.message, **self.headers)


@dataclass(frozen=True)
class Checksum:
    """The digest that a chunk must have."""

    algorithm: str
    digest: bytes

    def new(self) -> Any:
        """Return an empty hash object of the same algorithm."""
        return hashlib.new(self.algorithm, usedforsecurity=False)


def plain(status: int, message: str = "", **headers: str) -> HttpResponse:
    """Return a plain text response with `Tus-Resumable`, which every response of the protocol carries."""
    response = HttpResponse(message, status=status, content_type="text/plain; charset=utf-8")
    response["Tus-Resumable"] = VERSION
    response["Cache-Control"] = "no-store"
    for name, value in headers.items():
        response[name.replace("_", "-")] = value
    return response


def with_state(response: HttpResponse, upload: Upload, offset: int) -> HttpResponse:
    """Return `response` with the offset and, while the upload can expire, the time when it does."""
    response["Upload-Offset"] = str(offset)
    if not upload.is_finished:
        response["Upload-Expires"] = http_date(upload.expires_at.timestamp())  # RFC 9110, section 5.6.7
    return response


def require_version(request: HttpRequest) -> None:
    """Refuse a client that speaks another version of the protocol."""
    if request.headers.get("Tus-Resumable") != VERSION:
        raise RefusedError(412, _("This server speaks tus %s.") % VERSION, {"Tus-Version": VERSION})


def require_chunk_type(request: HttpRequest) -> None:
    """Refuse a body that is not sent as a chunk of an upload."""
    if request.content_type != CHUNK_TYPE:
        raise RefusedError(415, _("The content has to be sent as %s.") % CHUNK_TYPE)


def number(request: HttpRequest, header: str) -> int:
    """Return the value of `header`, a whole number of bytes."""
    value = request.headers.get(header, "")
    if not _NUMBER.fullmatch(value):
        raise RefusedError(400, _("The header %s has to be a whole number, zero or more.") % header)
    return int(value)


def announced_length(request: HttpRequest) -> int:
    """Return the length of a new upload in bytes. Deferred lengths are refused: no limit could be enforced."""
    if "Upload-Concat" in request.headers:
        raise RefusedError(400, _("This server does not put uploads together (concatenation)."))
    if "Upload-Defer-Length" in request.headers:
        raise RefusedError(400, _("The length has to be known when the upload begins."))
    return number(request, "Upload-Length")


def checksum(request: HttpRequest) -> Checksum | None:
    """Return the checksum announced for the body, or None."""
    header = request.headers.get("Upload-Checksum")
    if header is None:
        return None
    algorithm, _blank, encoded = header.partition(" ")
    if algorithm not in CHECKSUM_ALGORITHMS:
        raise RefusedError(400, _("The checksum has to be one of: %s.") % ", ".join(CHECKSUM_ALGORITHMS))
    digest = _decoded(encoded)
    if digest is None or len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
        raise RefusedError(400, _("The checksum cannot be read."))
    return Checksum(algorithm, digest)


def metadata(request: HttpRequest) -> dict[str, str]:
    """Return the metadata of the upload by key. Values that are no Base64 of UTF-8 count as empty, as in tusd."""
    return parsed_metadata(request.headers.get("Upload-Metadata", ""))


def parsed_metadata(header: str) -> dict[str, str]:
    """Return the values of an Upload-Metadata header by key."""
    if len(header) > MAX_METADATA:
        raise RefusedError(431, _("The name of the file is too long."))
    if not header.isascii() or not header.isprintable():
        raise RefusedError(400, _("The header Upload-Metadata cannot be read."))
    values: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _blank, encoded = pair.partition(" ")
        if not _METADATA_KEY.fullmatch(key) or key in values:
            raise RefusedError(400, _("The header Upload-Metadata cannot be read."))
        values[key] = (_decoded(encoded) or b"").decode(errors="ignore")
    return values


def shown_name(name: str) -> str:
    """Return a file's name as text to show: its last part, without characters that could disguise it.

    Control and formatting characters go (one of them reverses "gpj.mov"), lone surrogates too.
    """
    name = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(char for char in name if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    return " ".join(unicodedata.normalize("NFC", kept).split())[:255]


def _decoded(encoded: str) -> bytes | None:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None

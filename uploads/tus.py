"""What tus 1.0.0 says on the wire (https://tus.io/protocols/resumable-upload), read and written here and nowhere else.

Core, and the extensions creation, creation-with-upload, termination, checksum and expiration. No concatenation: servers
keep finding holes in theirs, and one film is one file.
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
_NUMBER = re.compile(r"[0-9]{1,15}")  # as much as fits the database, and no sign, blank or foreign digit
_METADATA_KEY = re.compile(r"[!-+\--~]+")  # printable ASCII but space and comma


@dataclass
class RefusedError(Exception):
    """A request that is answered with `status`; the message is for people."""

    status: int
    message: str
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> HttpResponse:
        return plain(self.status, self.message, **self.headers)


@dataclass(frozen=True)
class Checksum:
    """What a chunk has to add up to."""

    algorithm: str
    digest: bytes

    def new(self) -> Any:
        return hashlib.new(self.algorithm, usedforsecurity=False)


def plain(status: int, message: str = "", **headers: str) -> HttpResponse:
    """Return an answer in plain text; it says which version we speak, as all but OPTIONS must ("Tus-Resumable")."""
    response = HttpResponse(message, status=status, content_type="text/plain; charset=utf-8")
    response["Tus-Resumable"] = VERSION
    response["Cache-Control"] = "no-store"
    for name, value in headers.items():
        response[name.replace("_", "-")] = value
    return response


def with_state(response: HttpResponse, upload: Upload, offset: int) -> HttpResponse:
    """Add how far the upload is and, while it may still expire, until when it is kept."""
    response["Upload-Offset"] = str(offset)
    if not upload.is_finished:
        response["Upload-Expires"] = http_date(upload.expires_at.timestamp())  # RFC 9110, section 5.6.7
    return response


def require_version(request: HttpRequest) -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise RefusedError(412, _("This server speaks tus %s.") % VERSION, {"Tus-Version": VERSION})


def require_chunk_type(request: HttpRequest) -> None:
    if request.content_type != CHUNK_TYPE:
        raise RefusedError(415, _("The content has to be sent as %s.") % CHUNK_TYPE)


def number(request: HttpRequest, header: str) -> int:
    value = request.headers.get(header, "")
    if not _NUMBER.fullmatch(value):
        raise RefusedError(400, _("The header %s has to be a whole number, zero or more.") % header)
    return int(value)


def announced_length(request: HttpRequest) -> int:
    """Return the length a new upload will have; it has to be known, or no limit could be kept."""
    if "Upload-Concat" in request.headers:
        raise RefusedError(400, _("This server does not put uploads together (concatenation)."))
    if "Upload-Defer-Length" in request.headers:
        raise RefusedError(400, _("The length has to be known when the upload begins."))
    return number(request, "Upload-Length")


def checksum(request: HttpRequest) -> Checksum | None:
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
    """Return what the client says about the file. Values that are no Base64 of UTF-8 count as empty, as in tusd."""
    return parsed_metadata(request.headers.get("Upload-Metadata", ""))


def parsed_metadata(header: str) -> dict[str, str]:
    """Return what an Upload-Metadata header says, by key."""
    if len(header) > MAX_METADATA:
        raise RefusedError(431, _("The name of the file is too long."))
    if not header.isascii() or not header.isprintable():
        raise RefusedError(400, _("The header Upload-Metadata cannot be read."))
    said: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _blank, encoded = pair.partition(" ")
        if not _METADATA_KEY.fullmatch(key) or key in said:
            raise RefusedError(400, _("The header Upload-Metadata cannot be read."))
        said[key] = (_decoded(encoded) or b"").decode(errors="ignore")
    return said


def shown_name(name: str) -> str:
    """Return a file's name as text to show: its last part, without anything that could pretend to be something else.

    Control and formatting characters go (one of them turns "gpj.mov" round), lone surrogates too.
    """
    name = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(char for char in name if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    return " ".join(unicodedata.normalize("NFC", kept).split())[:255]


def shown_type(content_type: str) -> str:
    """Return a claimed media type when it has the form of one (RFC 9110, section 8.3.1), else ""."""
    return content_type if re.fullmatch(r"[\w.+-]{1,49}/[\w.+-]{1,49}", content_type, re.ASCII) else ""


def _decoded(encoded: str) -> bytes | None:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None

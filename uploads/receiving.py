"""Writes the body of a request into the file of an upload, so that the file never holds a byte it may not keep."""

import errno
import tempfile
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from uploads import files, tus
from uploads.body import Body, ClientGoneError
from uploads.models import Upload
from uploads.tus import RefusedError


def receive(upload: Upload, body: Body, offset: int, checksum: tus.Checksum | None) -> int:
    """Append a body at `offset` and return the new offset; only one request at a time may do so."""
    token = upload.take_writer()
    if not token:
        raise RefusedError(423, _("This file is being sent in another window."))
    try:
        require_offset(upload, offset)
        room = upload.length - offset
        require_room_for(body, room)
        require_free_disk(room if body.length is None else body.length)
        arrived, refusal = write_body(upload, body, offset, checksum)
        # What came before an interruption stays: the client resumes from there.
        if not upload.record(arrived):
            upload.path.unlink(missing_ok=True)
            raise RefusedError(404, _("This upload was cancelled."))
        if refusal:
            raise refusal
        return arrived
    finally:
        upload.release_writer(token)


def write_body(
    upload: Upload, body: Body, offset: int, checksum: tus.Checksum | None
) -> tuple[int, RefusedError | None]:
    """Return the offset reached, flushed to the disk, and the refusal of what did not get that far, if any."""
    refusal = None
    with files.GrowingFile(upload.path) as file:
        try:
            if checksum or body.length is None:
                arrived = write_when_complete(file, body, offset, upload.length - offset, checksum)
            else:
                arrived = write_as_it_arrives(file, body, offset)
        except CutShortError as interruption:
            arrived, refusal = interruption.offset, interruption.refusal
        file.sync()
    return arrived, refusal


class CutShortError(Exception):
    """Receiving ended early; everything up to `offset` is in the file."""

    def __init__(self, offset: int, refusal: RefusedError) -> None:
        super().__init__(offset, refusal)
        self.offset = offset
        self.refusal = refusal


def write_as_it_arrives(file: files.GrowingFile, body: Body, offset: int) -> int:
    """Write each piece at once and return the new offset: if the connection breaks, what has arrived is kept."""
    try:
        for piece in body.pieces():
            offset = append(file, piece, offset)
    except ClientGoneError:
        raise CutShortError(offset, RefusedError(408, _("The connection broke."))) from None
    return offset


def write_when_complete(
    file: files.GrowingFile, body: Body, offset: int, room: int, checksum: tus.Checksum | None
) -> int:
    """Write a body once all of it has arrived and its checksum is right; return the new offset.

    Until then it is in an unnamed temporary file, which vanishes with this process; so nothing unverified can ever be
    in the upload's own file, not even after a `kill -9`.
    """
    with tempfile.TemporaryFile(dir=settings.UPLOADS_ROOT) as buffer:
        digest = copy_body(body, buffer, room, checksum)
        if checksum and digest != checksum.digest:
            raise RefusedError(tus.CHECKSUM_MISMATCH, _("Some bytes were changed on their way. Send them again."))
        buffer.seek(0)
        while piece := buffer.read(files.PIECE):
            offset = append(file, piece, offset)
    return offset


def copy_body(body: Body, buffer: IO[bytes], room: int, checksum: tus.Checksum | None) -> bytes:
    """Copy a body of at most `room` bytes into `buffer` and return its digest (empty without a `checksum`)."""
    hasher = checksum.new() if checksum else None
    size = 0
    try:
        for piece in body.pieces():
            size += len(piece)
            if size > room:
                raise RefusedError(413, over_length_text())
            if hasher:
                hasher.update(piece)
            write(buffer, piece)
    except ClientGoneError:
        raise RefusedError(408, _("The connection broke.")) from None
    return hasher.digest() if hasher else b""


def append(file: files.GrowingFile, piece: bytes, offset: int) -> int:
    """Append `piece` at `offset` and return the new offset.

    Raises:
        CutShortError: when another request has written meanwhile, or the disk is full.
    """
    try:
        return file.append(piece, offset)
    except files.OvertakenError:
        refusal = RefusedError(423, _("This file is being sent in another window."))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        refusal = RefusedError(507, disk_full_text())
    raise CutShortError(offset, refusal)


def write(buffer: IO[bytes], piece: bytes) -> None:
    """Write `piece` to a temporary file; refuse the request when the disk is full."""
    try:
        buffer.write(piece)
        buffer.flush()
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise RefusedError(507, disk_full_text()) from error


def require_offset(upload: Upload, offset: int) -> None:
    """Refuse a chunk that does not begin where the upload ends."""
    arrived = upload.arrived()
    if offset != arrived:
        raise RefusedError(409, _("The upload goes on at another place."), {"Upload-Offset": str(arrived)})


def require_room_for(body: Body, room: int) -> None:
    """Refuse a body that announces more than `room` bytes."""
    if body.length is not None and body.length > room:
        raise RefusedError(413, over_length_text())


def require_free_disk(needed: int) -> None:
    """Refuse, before the first byte, `needed` bytes that the disk has no room for (RFC 4918, section 11.5: 507)."""
    if files.free_bytes(Path(settings.UPLOADS_ROOT)) - needed < settings.UPLOAD_FREE_BYTES:
        raise RefusedError(507, disk_full_text())


def over_length_text() -> str:
    """Return the refusal of more bytes than were announced."""
    return _("More was sent than the file is long.")


def disk_full_text() -> str:
    """Return the refusal of bytes that the disk has no room for."""
    return _("The server's disk is too full for this file. Tell whoever looks after the site.")

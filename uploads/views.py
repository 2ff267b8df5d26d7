"""A tus 1.0.0 server for signed-in staff. Each upload exists for its owner alone; everybody else gets 404."""

import errno
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from uploads import files, tus
from uploads.body import Body, ClientGoneError
from uploads.models import Upload
from uploads.tus import RefusedError, plain, with_state

Answer = Callable[[HttpRequest, Body, Any], HttpResponse]


@csrf_exempt  # only to move the check inwards, to `guarded`, where a refusal can be drained like any other
def collection(request: HttpRequest) -> HttpResponse:
    """`/`: OPTIONS says what this server can do, POST begins an upload."""
    return served(request, None, {"OPTIONS": options, "POST": create})


@csrf_exempt
def detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """`/<id>/`: HEAD says how far an upload is, PATCH goes on with it, DELETE ends it."""
    return served(request, pk, {"OPTIONS": options, "HEAD": head, "PATCH": patch, "DELETE": delete})


def served(request: HttpRequest, pk: uuid.UUID | None, answers: dict[str, Answer]) -> HttpResponse:
    """Answer a request whatever happens; of what the staff sends, read enough that they get to see a refusal."""
    user = request.user
    if not (user.is_active and getattr(user, "is_staff", False)):
        return plain(404)  # whether there is anything here is nobody else's business
    body = Body(request)
    response = guarded(request, body, pk, answers)
    body.drain()
    return response


@csrf_protect
def guarded(request: HttpRequest, body: Body, pk: uuid.UUID | None, answers: dict[str, Answer]) -> HttpResponse:
    """Answer a signed-in person whose request is known to come from our own pages."""
    try:
        answer = answers.get(method_of(request))
        if answer is None:
            raise RefusedError(405, "", {"Allow": ", ".join(answers)})
        if answer is not options:
            tus.require_version(request)
        return answer(request, body, owned(request, pk) if pk else None)
    except RefusedError as refusal:
        return refusal.response()


def method_of(request: HttpRequest) -> str:
    """Return the verb, which a client that cannot send PATCH or DELETE may put into a header of a POST.

    Of a POST only: a GET passes the CSRF check and must not turn into anything else.
    """
    method = str(request.method)
    return request.headers.get("X-HTTP-Method-Override", method).upper() if method == "POST" else method


def owned(request: HttpRequest, pk: uuid.UUID) -> Upload:
    upload = Upload.objects.of(request.user).filter(pk=pk).first()
    if upload is None:
        raise RefusedError(404, _("This upload is no longer here."))
    return upload


def options(request: HttpRequest, body: Body, upload: Upload | None) -> HttpResponse:
    response = plain(204)
    response["Tus-Version"] = tus.VERSION
    response["Tus-Extension"] = tus.EXTENSIONS
    response["Tus-Max-Size"] = str(settings.UPLOAD_MAX_BYTES)
    response["Tus-Checksum-Algorithm"] = ",".join(tus.CHECKSUM_ALGORITHMS)
    return response


def create(request: HttpRequest, body: Body, _upload: None) -> HttpResponse:
    """Begin an upload, with its first bytes when the client sends some (creation-with-upload)."""
    length = tus.announced_length(request)
    said = tus.metadata(request)
    if length > settings.UPLOAD_MAX_BYTES:
        raise RefusedError(413, too_large_text())
    if not body.is_empty:
        tus.require_chunk_type(request)
        require_room_for(body, length)
    checksum = tus.checksum(request)
    upload = promise(request, length, said)
    offset = 0
    try:
        if length == 0 or not body.is_empty:
            offset = receive(upload, body, 0, checksum)
    except RefusedError:
        upload.discard()  # the client never learns its address
        raise
    response = plain(201)
    # A path alone: whatever stands in front of this server, the browser knows better under which name it asked.
    response["Location"] = reverse("uploads:detail", args=[upload.pk])
    return with_state(response, upload, offset)


def promise(request: HttpRequest, length: int, said: dict[str, str]) -> Upload:
    """Return a new upload, if its owner and the disk have room for all of it."""
    user_id = request.user.pk or 0
    with transaction.atomic():
        # One at a time per person, or two that begin together would both find the same room.
        get_user_model().objects.select_for_update().get(pk=user_id)
        waiting = Upload.objects.of(request.user).unclaimed().bytes_promised()
        if waiting + length > settings.UPLOAD_QUOTA_BYTES:
            raise RefusedError(
                413,
                _(
                    "Your uploads that are not finished take up %(waiting)s already, and %(quota)s is the most. "
                    "Finish or cancel some of them first."
                )
                % {
                    "waiting": filesizeformat(waiting),
                    "quota": filesizeformat(settings.UPLOAD_QUOTA_BYTES),
                },
            )
        require_free_disk(Upload.objects.bytes_to_come() + length)
        return Upload.objects.create(
            owner_id=user_id,
            length=length,
            filename=tus.shown_name(said.get("filename", "")),
            content_type=tus.shown_type(said.get("filetype", "")),
            metadata=request.headers.get("Upload-Metadata", ""),
        )


def head(request: HttpRequest, body: Body, upload: Upload) -> HttpResponse:
    require_unexpired(upload)
    offset = upload.arrived()
    if offset == upload.length and not upload.is_finished:
        upload.record(offset)  # the server was killed between the last byte and the row
    response = with_state(plain(200), upload, offset)
    response["Upload-Length"] = str(upload.length)
    if upload.metadata:
        response["Upload-Metadata"] = upload.metadata
    return response


def patch(request: HttpRequest, body: Body, upload: Upload) -> HttpResponse:
    tus.require_chunk_type(request)
    offset = tus.number(request, "Upload-Offset")
    checksum = tus.checksum(request)
    require_unexpired(upload)
    if upload.is_finished:
        require_offset(upload, offset)
        require_room_for(body, 0)
    else:
        offset = receive(upload, body, offset, checksum)
    return with_state(plain(204), upload, offset)


def delete(request: HttpRequest, body: Body, upload: Upload) -> HttpResponse:
    if not upload.discard():
        raise RefusedError(409, _("This file has been taken over already."))
    return plain(204)


def receive(upload: Upload, body: Body, offset: int, checksum: tus.Checksum | None) -> int:
    """Add a body at `offset` and return the new offset; one request at a time may do so."""
    token = upload.take_writer()
    if not token:
        raise RefusedError(423, _("This file is being sent in another window."))
    try:
        require_offset(upload, offset)
        room = upload.length - offset
        require_room_for(body, room)
        require_free_disk(room if body.length is None else body.length)
        with files.GrowingFile(upload.path) as file:
            problem = None
            try:
                if checksum or body.length is None:
                    arrived = receive_checked(file, body, offset, room, checksum)
                else:
                    arrived = receive_straight(file, body, offset)
            except CutShortError as interruption:
                arrived, problem = interruption.offset, interruption.refusal
            file.sync()
        # What came before an interruption stays: the client goes on from there.
        if not upload.record(arrived):
            upload.path.unlink(missing_ok=True)
            raise RefusedError(404, _("This upload was cancelled."))
        if problem:
            raise problem
        return arrived
    finally:
        upload.release_writer(token)


class CutShortError(Exception):
    """Receiving ended early; everything up to `offset` is in the file."""

    def __init__(self, offset: int, refusal: RefusedError) -> None:
        super().__init__(offset, refusal)
        self.offset = offset
        self.refusal = refusal


def receive_straight(file: files.GrowingFile, body: Body, offset: int) -> int:
    """Write a body as it comes: if the connection breaks, everything that came is kept."""
    try:
        for piece in body.pieces():
            offset = append(file, piece, offset)
    except ClientGoneError:
        raise CutShortError(offset, RefusedError(408, _("The connection broke."))) from None
    return offset


def receive_checked(file: files.GrowingFile, body: Body, offset: int, room: int, checksum: tus.Checksum | None) -> int:
    """Write a body only when all of it has come and is right.

    Until then it is in a file without a name, which vanishes with this process; so nothing unchecked can ever be in
    the upload's own file, not even after a `kill -9`.
    """
    digest = checksum.new() if checksum else None
    size = 0
    with tempfile.TemporaryFile(dir=settings.UPLOADS_ROOT) as held:
        try:
            for piece in body.pieces():
                size += len(piece)
                if size > room:
                    raise RefusedError(413, over_length_text())
                if digest:
                    digest.update(piece)
                write(held, piece)
        except ClientGoneError:
            raise RefusedError(408, _("The connection broke.")) from None
        if checksum and digest and digest.digest() != checksum.digest:
            raise RefusedError(tus.CHECKSUM_MISMATCH, _("Some bytes were changed on their way. Send them again."))
        held.seek(0)
        while piece := held.read(files.PIECE):
            offset = append(file, piece, offset)
    return offset


def append(file: files.GrowingFile, piece: bytes, offset: int) -> int:
    try:
        return file.append(piece, offset)
    except files.OvertakenError:
        refusal = RefusedError(423, _("This file is being sent in another window."))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        refusal = RefusedError(507, disk_full_text())
    raise CutShortError(offset, refusal)


def write(held: IO[bytes], piece: bytes) -> None:
    try:
        held.write(piece)
        held.flush()
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise RefusedError(507, disk_full_text()) from error


def require_unexpired(upload: Upload) -> None:
    if upload.is_expired:
        raise RefusedError(410, _("This upload was begun more than two days ago. Begin again."))


def require_offset(upload: Upload, offset: int) -> None:
    arrived = upload.arrived()
    if offset != arrived:
        raise RefusedError(409, _("The upload goes on at another place."), {"Upload-Offset": str(arrived)})


def require_room_for(body: Body, room: int) -> None:
    if body.length is not None and body.length > room:
        raise RefusedError(413, over_length_text())


def require_free_disk(needed: int) -> None:
    """Refuse before the first byte what the disk has no room for (RFC 4918, section 11.5: 507)."""
    if files.free_bytes(Path(settings.UPLOADS_ROOT)) - needed < settings.UPLOAD_FREE_BYTES:
        raise RefusedError(507, disk_full_text())


def too_large_text() -> str:
    return _("This file is larger than %s, the most this site takes.") % filesizeformat(settings.UPLOAD_MAX_BYTES)


def over_length_text() -> str:
    return _("More was sent than the file is long.")


def disk_full_text() -> str:
    return _("The server's disk is too full for this file. Tell whoever looks after the site.")

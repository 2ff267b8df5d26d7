"""A tus 1.0.0 server for signed-in staff. Each upload exists for its owner alone; everybody else gets 404."""

import errno
import logging
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from uploads import tus
from uploads.body import Body
from uploads.models import Upload
from uploads.receiving import receive, require_free_disk, require_offset, require_room_for
from uploads.tus import RefusedError, plain, with_state

log = logging.getLogger(__name__)

#: Answers one HTTP method; the last argument is the upload of the address, or None without one.
Handler = Callable[[HttpRequest, Body, Any], HttpResponse]


@csrf_exempt  # only to move the check into `dispatch`, where a refusal can be drained like any other
def collection(request: HttpRequest) -> HttpResponse:
    """`/`: OPTIONS says what this server can do, POST begins an upload."""
    return respond(request, None, {"OPTIONS": options, "POST": create})


@csrf_exempt
def detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """`/<id>/`: HEAD says how far an upload is, PATCH appends to it, DELETE removes it."""
    return respond(request, pk, {"OPTIONS": options, "HEAD": head, "PATCH": patch, "DELETE": delete})


def respond(request: HttpRequest, pk: uuid.UUID | None, handlers: dict[str, Handler]) -> HttpResponse:
    """Return the response to any request; of what the staff sends, read enough that they get to see a refusal."""
    user = request.user
    if not (user.is_active and getattr(user, "is_staff", False)):
        return plain(404)  # does not reveal whether there is anything here
    body = Body(request)
    response = dispatch(request, body, pk, handlers)
    body.drain()
    return response


@csrf_protect
def dispatch(request: HttpRequest, body: Body, pk: uuid.UUID | None, handlers: dict[str, Handler]) -> HttpResponse:
    """Return the response to a member of staff whose request comes from our own pages."""
    try:
        handler = handlers.get(method_of(request))
        if handler is None:
            raise RefusedError(405, "", {"Allow": ", ".join(handlers)})
        if handler is not options:
            tus.require_version(request)
        return handler(request, body, own_upload(request, pk) if pk else None)
    except RefusedError as refusal:
        return refusal.response()
    except OSError as error:
        if error.errno not in (errno.EROFS, errno.EACCES):
            raise
        log.warning("Uploads cannot be written: %s", error)
        return RefusedError(507, unwritable_text()).response()


def method_of(request: HttpRequest) -> str:
    """Return the HTTP method, which a client that cannot send PATCH or DELETE may put into a header of a POST.

    Of a POST only: a GET passes the CSRF check and must not turn into anything else.
    """
    method = str(request.method)
    return request.headers.get("X-HTTP-Method-Override", method).upper() if method == "POST" else method


def own_upload(request: HttpRequest, pk: uuid.UUID) -> Upload:
    """Return the upload `pk` of the person who is signed in; refuse with 404 without one."""
    upload = Upload.objects.of(request.user).filter(pk=pk).first()
    if upload is None:
        raise RefusedError(404, _("This upload is no longer here."))
    return upload


def options(request: HttpRequest, body: Body, upload: Upload | None) -> HttpResponse:
    """Return version, extensions and limits of this server."""
    response = plain(204)
    response["Tus-Version"] = tus.VERSION
    response["Tus-Extension"] = tus.EXTENSIONS
    response["Tus-Max-Size"] = str(settings.UPLOAD_MAX_BYTES)
    response["Tus-Checksum-Algorithm"] = ",".join(tus.CHECKSUM_ALGORITHMS)
    return response


def create(request: HttpRequest, body: Body, _upload: None) -> HttpResponse:
    """Begin an upload, with its first bytes when the client sends some (creation-with-upload)."""
    length = tus.announced_length(request)
    metadata = tus.metadata(request)
    if length > settings.UPLOAD_MAX_BYTES:
        raise RefusedError(413, too_large_text())
    if not body.is_empty:
        tus.require_chunk_type(request)
        require_room_for(body, length)
    checksum = tus.checksum(request)
    upload = create_upload(request, length, metadata)
    offset = 0
    try:
        if length == 0 or not body.is_empty:
            offset = receive(upload, body, 0, checksum)
    except RefusedError:
        upload.discard()  # the client never learns its address
        raise
    response = plain(201)
    # A path alone: behind a proxy, only the browser knows for sure under which host name it asked.
    response["Location"] = reverse("uploads:detail", args=[upload.pk])
    return with_state(response, upload, offset)


def create_upload(request: HttpRequest, length: int, metadata: dict[str, str]) -> Upload:
    """Return a new upload, if the quota of its owner and the disk have room for all of it."""
    user_id = request.user.pk or 0
    with transaction.atomic():
        # One at a time per person, or two that begin together would both be given the same room.
        get_user_model().objects.select_for_update().get(pk=user_id)
        require_quota(request, length)
        require_free_disk(Upload.objects.bytes_to_come() + length)
        return Upload.objects.create(
            owner_id=user_id,
            length=length,
            filename=tus.shown_name(metadata.get("filename", "")),
            metadata=request.headers.get("Upload-Metadata", ""),
        )


def require_quota(request: HttpRequest, length: int) -> None:
    """Refuse `length` more bytes to a person whose uploads would then take up more than one person may."""
    waiting = Upload.objects.of(request.user).unclaimed().bytes_promised()
    if waiting + length > settings.UPLOAD_QUOTA_BYTES:
        message = _(
            "Your uploads that are not finished take up %(waiting)s already, and %(quota)s is the most. "
            "Finish or cancel some of them first."
        )
        sizes = {"waiting": filesizeformat(waiting), "quota": filesizeformat(settings.UPLOAD_QUOTA_BYTES)}
        raise RefusedError(413, message % sizes)


def head(request: HttpRequest, body: Body, upload: Upload) -> HttpResponse:
    """Return offset, length and metadata of an upload."""
    require_unexpired(upload)
    offset = upload.arrived()
    if offset == upload.length and not upload.is_finished:
        upload.record(offset)  # the server was killed after the last byte, before it could update the row
    response = with_state(plain(200), upload, offset)
    response["Upload-Length"] = str(upload.length)
    if upload.metadata:
        response["Upload-Metadata"] = upload.metadata
    return response


def patch(request: HttpRequest, body: Body, upload: Upload) -> HttpResponse:
    """Append a chunk to an upload; a finished one accepts an empty chunk at its end."""
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
    """Remove an upload that has not been claimed."""
    if not upload.discard():
        raise RefusedError(409, _("This file has been taken over already."))
    return plain(204)


def require_unexpired(upload: Upload) -> None:
    """Refuse an upload that was left unfinished for too long."""
    if upload.is_expired:
        raise RefusedError(410, _("This upload was begun more than two days ago. Begin again."))


def too_large_text() -> str:
    """Return the refusal of a file above the site's limit."""
    return _("This file is larger than %s, the most this site takes.") % filesizeformat(settings.UPLOAD_MAX_BYTES)


def unwritable_text() -> str:
    return _("The server cannot write to the folder of the uploads. Tell whoever looks after the site.")

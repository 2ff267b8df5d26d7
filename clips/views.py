"""The files of clips, with byte ranges: Safari plays no film without them.

Neither Django nor WhiteNoise gets ranges right (measured). In production nginx or object storage sends the
bytes and this view only says who may have them.
"""

import io
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from clips.byteranges import Part, UnsatisfiableError, asked_part, still_the_same
from clips.models import FILE_FIELDS, Clip, ClipQuerySet

#: The only types this address ever answers with, whatever a file contains.
CONTENT_TYPES = {".mp4": "video/mp4", ".webp": "image/webp", ".vtt": "text/vtt; charset=utf-8"}
# A file never changes: another conversion has another name. But a withdrawn one has to be gone from shared caches, too.
FOR_EVER = "public, max-age=31536000, s-maxage=1, immutable"
FOR_STAFF = "private, no-store"
REDIRECT_KEPT = "private, max-age=300"  # seconds; less than a signed address lives
PIECE = 128 * 1024  # bytes sent at once; what a slow viewer costs in memory


@csrf_exempt  # whatever is not GET or HEAD gets 405, and nothing can be changed here
@require_safe
def clip_file(request: HttpRequest, public_id: str, name: str) -> HttpResponseBase:
    """Send one of the current files of a clip, to visitors when the clip is visible, to staff always."""
    # Films are compressed already; GZipMiddleware looks here to decide, and would break the ranges.
    request.META.pop("HTTP_ACCEPT_ENCODING", None)
    content_type = CONTENT_TYPES.get(Path(name).suffix)
    if content_type is None:
        raise Http404
    path = f"clips/{public_id}/{name}"
    public = is_current(path, Clip.objects.visible().filter(public_id=public_id))
    if not public and not (
        request.user.has_perm("clips.view_clip") and is_current(path, Clip.objects.filter(public_id=public_id))
    ):
        raise Http404
    response = send(request, path, public=public)
    if response.status_code != 304:
        response["Content-Type"] = content_type
    if response.status_code >= 400:
        response["Cache-Control"] = "no-store"
    response.headers.setdefault("Cache-Control", FOR_EVER if public else FOR_STAFF)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def is_current(path: str, clips: ClipQuerySet) -> bool:
    """Whether `path` is one of the files that a clip has now."""
    return any(path in files for files in clips.order_by().values_list(*FILE_FIELDS))


def send(request: HttpRequest, name: str, *, public: bool) -> HttpResponseBase:
    """Send the file called `name`, or have it sent by somebody who is better at it."""
    try:
        path = default_storage.path(name)
    except NotImplementedError:  # object storage sends its own files
        elsewhere = HttpResponseRedirect(default_storage.url(name))
        elsewhere["Cache-Control"] = REDIRECT_KEPT if public else FOR_STAFF
        return elsewhere
    if settings.MEDIA_ACCEL_PREFIX:
        handed_over = HttpResponse()
        handed_over["X-Accel-Redirect"] = f"{settings.MEDIA_ACCEL_PREFIX.rstrip('/')}/{quote(name)}"
        return handed_over
    try:
        opened = Path(path).open("rb")  # noqa: SIM115 - closed with the answer
    except FileNotFoundError as error:
        raise Http404 from error
    return ranged(request, opened, name)


def ranged(request: HttpRequest, opened: io.BufferedReader, name: str) -> HttpResponseBase:
    """Answer with the part of the file that was asked for."""
    stat = Path(opened.name).stat()
    size, modified = stat.st_size, datetime.fromtimestamp(int(stat.st_mtime), UTC)
    etag = f'"{Path(name).stem}-{size:x}"'
    part, status = None, 200
    headers = {"Accept-Ranges": "bytes", "ETag": etag, "Last-Modified": http_date(stat.st_mtime)}
    known = get_conditional_response(request, etag=etag, last_modified=int(stat.st_mtime))
    if known is not None:  # 304, or 412 for a precondition that fails
        opened.close()
        for header, value in headers.items():
            known[header] = value
        return known
    if request.method == "GET" and still_the_same(request.headers.get("If-Range"), etag, modified):
        try:
            part = asked_part(request.headers.get("Range", ""), size)
        except UnsatisfiableError:
            opened.close()
            return HttpResponse(status=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    if part:
        status = 206
        headers["Content-Range"] = f"bytes {part.start}-{part.end}/{size}"
    part = part or Part(0, size)
    headers["Content-Length"] = str(part.length)
    if request.method == "HEAD":
        opened.close()
        return HttpResponse(headers=headers)
    return StreamingHttpResponse(Pieces(opened, part), status=status, headers=headers)


class Pieces:
    """The bytes of one part, a piece at a time.

    gevent has no sendfile that lets other visitors go on; its stand-in reads 8 KiB at a time. Larger pieces
    through the ordinary way cost less and wait for a slow reader without holding up anybody.
    """

    def __init__(self, opened: io.BufferedReader, part: Part) -> None:
        self.opened = opened
        self.left = part.length
        opened.seek(part.start)

    def __iter__(self) -> "Pieces":
        return self

    def __next__(self) -> bytes:
        piece = self.opened.read(min(PIECE, self.left))
        if not piece:
            raise StopIteration
        self.left -= len(piece)
        return piece

    def close(self) -> None:
        self.opened.close()

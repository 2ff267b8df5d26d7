"""Whole pages, kept compressed in the cache for visitors."""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import get_conditional_response, patch_vary_headers

from cdtrainer.sqlite import patience
from texts import freshness

#: Addresses whose answers belong to one person, are not pages, or change with time.
NEVER_CACHED = ("/admin/", "/media/", "/static/", "/healthz", "/readyz", "/sides/")
KEPT_SECONDS = 24 * 60 * 60
LONGEST_ADDRESS = 300  # characters; longer ones are searches and mistakes that nobody asks for twice
KEPT_HEADERS = (
    "Content-Type",
    "Content-Encoding",
    "ETag",
    "Vary",
    "Cache-Control",
    "Content-Language",
    "Link",
)
FOR_THE_VERSION = 0.2  # seconds to wait for the content version, before the last known one has to do
CDN_MAY_KEEP = "public, max-age=0, s-maxage=1"


class PageCacheMiddleware:
    """Answers anonymous page requests from the cache.

    The key is the content version, the address, the visitor's side and view and whether they take gzip; so a hit
    costs no query but the version's, and an edit never meets a stale page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_cacheable(request):
            return self.get_response(request)
        try:
            key = cache_key(request)
        except DatabaseError:  # the page will say that the database is away, if it needs it at all
            return self.get_response(request)
        if kept := caches["pages"].get(key):
            return conditional(request, restored(kept))
        response = self.get_response(request)
        if (
            response.status_code != 200
            or response.streaming
            or response.cookies
            or "no-store" in response.get("Cache-Control", "")
        ):
            return response
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = CDN_MAY_KEEP
        patch_vary_headers(response, ["Cookie", "Accept-Encoding"])
        response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        headers = {name: response[name] for name in KEPT_HEADERS if response.has_header(name)}
        caches["pages"].set(key, (response.content, headers), KEPT_SECONDS)
        return conditional(request, response)


def is_cacheable(request: HttpRequest) -> bool:
    """Whether the answer can be shared: a visitor's page request without a session."""
    return (
        request.method in ("GET", "HEAD")
        and not request.path.startswith(NEVER_CACHED)
        and not any("sessionid" in name for name in request.COOKIES)
        and len(request.get_full_path()) <= LONGEST_ADDRESS
    )


@lru_cache(maxsize=1)
def release() -> str:
    """Tell one version of the code from another by when its files changed: a shared cache must not outlive it."""
    files = [*settings.BASE_DIR.glob("templates/**/*.html"), *settings.BASE_DIR.glob("*/*.py")]
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if manifest.exists():
        files.append(manifest)
    newest = max(path.stat().st_mtime_ns for path in files)
    return f"{len(files)}-{newest}"


def cache_key(request: HttpRequest) -> str:
    sides = request.sides  # type: ignore[attr-defined]
    with patience.at_most(FOR_THE_VERSION):
        version = freshness.version()
    parts = [
        str(version),
        str(request.method),
        request.scheme or "",
        request.get_host(),
        request.get_full_path(),
        sides.side,
        sides.view,
        str(sides.chosen),
        str(sides.shared),
        release(),
        str("gzip" in request.headers.get("Accept-Encoding", "")),
    ]
    return "page-" + hashlib.sha256("\n".join(parts).encode()).hexdigest()


def restored(kept: tuple[bytes, dict[str, str]]) -> HttpResponse:
    body, headers = kept
    response = HttpResponse(body)
    for name, value in headers.items():
        response[name] = value
    response["Content-Length"] = str(len(body))
    return response


def conditional(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Answer 304 when the browser has this very page already."""
    answer = get_conditional_response(request, etag=response["ETag"], response=response) or response
    if isinstance(answer, HttpResponseNotModified):
        for name in ("Cache-Control", "Vary"):
            answer[name] = response[name]
    return answer

"""Whole pages, compressed, in the cache for visitors."""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import get_conditional_response, patch_vary_headers

from cdtrainer.requests import SiteRequest
from cdtrainer.sqlite import patience
from texts import freshness

#: Paths whose answers belong to one person, are not pages, or change with time.
NEVER_CACHED = ("/admin/", "/media/", "/static/", "/healthz", "/readyz", "/sides/")
CACHED_SECONDS = 24 * 60 * 60
LONGEST_PATH = 300  # characters with the query; longer ones are searches and mistakes that nobody asks for twice
CACHED_HEADERS = (
    "Content-Type",
    "Content-Encoding",
    "ETag",
    "Vary",
    "Cache-Control",
    "Content-Language",
    "Link",
)
CACHE_CONTROL = "public, max-age=0, s-maxage=1"  # browsers ask each time; a CDN may answer for a second
#: Settings whose values stand on visitors' pages.
SHOWN_SETTINGS = ("EMERGENCY_NUMBER", "CRISIS_LINE", "CONTACT_NAME", "CONTACT_EMAIL", "CONTACT_URL", "SITE_URL")

Page = tuple[bytes, dict[str, str]]  # body and headers
VERSION_WAIT = 0.2  # seconds for the content version, before the last known one has to do


class PageCacheMiddleware:
    """Answers anonymous page requests from the cache.

    The cache key holds all that a page depends on, the content version above all; so a hit costs no query but the
    version's, and an edit never meets a stale page.
    """

    def __init__(self, get_response: Callable[[SiteRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: SiteRequest) -> HttpResponse:
        if not is_cacheable(request):
            return self.get_response(request)
        try:
            key = cache_key(request)
        except DatabaseError:  # the page will say that the database is away, if it needs it at all
            return self.get_response(request)
        if page := caches["pages"].get(key):
            return conditional(request, response_of(page))
        response = self.get_response(request)
        if not is_storable(response):
            return response
        complete_headers(response)
        caches["pages"].set(key, page_of(response), CACHED_SECONDS)
        return conditional(request, response)


def is_cacheable(request: HttpRequest) -> bool:
    """Whether the answer can be shared: a visitor's page request without a session."""
    return (
        request.method in ("GET", "HEAD")
        and not request.path.startswith(NEVER_CACHED)
        and not any("sessionid" in name for name in request.COOKIES)
        and len(request.get_full_path()) <= LONGEST_PATH
    )


def is_storable(response: HttpResponse) -> bool:
    """Whether a response is a whole page that every visitor may get."""
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and "no-store" not in response.get("Cache-Control", "")
    )


# The key -------------------------------------------------------------------------------


def cache_key(request: SiteRequest) -> str:
    """Return the key of a page: its content version, address, visitor's side and view, gzip, settings and release."""
    sides = request.sides
    with patience.at_most(VERSION_WAIT):
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
        str("gzip" in request.headers.get("Accept-Encoding", "")),
        *(str(getattr(settings, name)) for name in SHOWN_SETTINGS),
        release(),
    ]
    return "page-" + hashlib.sha256("\n".join(parts).encode()).hexdigest()


@lru_cache(maxsize=1)
def release() -> str:
    """Return the SHA-256 of all files that make pages, read once a process: a shared cache outlives a release."""
    digest = hashlib.sha256()
    for name, path in sorted(release_files().items()):
        digest.update(f"{name}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def release_files() -> dict[str, Path]:
    """Return what pages are made by, under names that are the same on every host.

    That is the code of the site's own apps, its templates, the versions of its libraries, and the names of its static
    files.
    """
    root = Path(settings.BASE_DIR)
    packages = {app.partition(".")[0] for app in [*settings.INSTALLED_APPS, settings.ROOT_URLCONF]}
    files = [path for package in packages for path in (root / package).rglob("*.py")]
    files += [path for path in (root / "templates").rglob("*") if path.is_file()]
    by_name = {path.relative_to(root).as_posix(): path for path in files}
    for path in (root / "requirements" / "site.txt", Path(settings.STATIC_ROOT) / "staticfiles.json"):
        if path.exists():  # nothing is collected yet in tests and in development
            by_name[path.name] = path
    return by_name


# The page ------------------------------------------------------------------------------


def complete_headers(response: HttpResponse) -> None:
    """Add what browsers and shared caches have to know about a page before it is stored."""
    if not response.has_header("Cache-Control"):
        response["Cache-Control"] = CACHE_CONTROL
    patch_vary_headers(response, ["Cookie", "Accept-Encoding"])
    response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'


def page_of(response: HttpResponse) -> Page:
    """Return what is stored of a response."""
    return response.content, {name: response[name] for name in CACHED_HEADERS if response.has_header(name)}


def response_of(page: Page) -> HttpResponse:
    """Return the response that a stored page was."""
    body, headers = page
    response = HttpResponse(body, headers=headers)
    response["Content-Length"] = str(len(body))
    return response


def conditional(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return 304 in place of the page when the browser has this very one already."""
    answer = get_conditional_response(request, etag=response["ETag"], response=response) or response
    if isinstance(answer, HttpResponseNotModified):
        for name in ("Cache-Control", "Vary"):
            answer[name] = response[name]
    return answer

"""The pages for when something goes wrong: no database, no session, the site's own look."""

from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

LAST_WORD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Something went wrong on our side</title></head>
<body><main><h1>Something went wrong on our side</h1>
<p>This is our fault, not yours. Try again in a few minutes.</p><p><a href="/">Home</a></p></main></body></html>"""


def page(request: HttpRequest, status: int) -> HttpResponse:
    """Return the error page for `status` (400, 403, 404, 408, 413, 415, 429, 500 or 503)."""
    response = render(request, f"errors/{status}.html", status=status)
    response["Cache-Control"] = "no-store"
    return response


class UnexpectedFileError(SuspiciousOperation):
    """A form came with a file that nobody asked for."""


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, UnexpectedFileError):
        return page(request, 415)
    return page(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return page(request, 403)


def page_not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return page(request, 404)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    return page(request, 429)


def server_error(request: HttpRequest) -> HttpResponse:
    try:
        return page(request, 500)
    except Exception:  # whatever broke the page may break this one too, and the visitor still needs a word
        return HttpResponse(LAST_WORD, status=500)

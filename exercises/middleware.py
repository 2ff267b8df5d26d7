"""The visitor's side and view, for everything that is made while their request is answered."""

from collections.abc import Callable

from django.http import HttpResponse

from cdtrainer.requests import SiteRequest
from exercises.sides import Sides, current, sides_of, use


class SidesMiddleware:
    """Puts the visitor's sides on the request and makes them current; staff pages show the texts as written."""

    def __init__(self, get_response: Callable[[SiteRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: SiteRequest) -> HttpResponse:
        request.sides = Sides() if request.path.startswith("/admin/") else sides_of(request)
        before = current()
        use(request.sides)
        try:
            return self.get_response(request)
        finally:
            use(before)

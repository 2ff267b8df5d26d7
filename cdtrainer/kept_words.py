"""Words that were sent and could not be taken: they go back to the browser on the page that says why.

Nothing of them stays on the server. They are shown only to a form of this very site, so that no other site can have
a form of its own shown here as if the reader had written it; and what they go back into is not saved without a look.
"""

from django.http import HttpRequest

from cdtrainer.front_door import UPLOADS, URLENCODED

WORKSHOP = "/admin/"
#: Forms below these addresses hold passwords and codes, which no page shows again.
SECRET_FORMS = ("/admin/account/", "/admin/login/", "/admin/welcome/", "/admin/auth/")
WITHOUT_WORDS = (*SECRET_FORMS, UPLOADS, "/admin/logout/")
#: With a field of this name, a form of the workshop is filled in and not saved.
LOOK = "_look"
NOT_SHOWN_AGAIN = (LOOK, "csrfmiddlewaretoken")


def is_form_of_ours(request: HttpRequest) -> bool:
    """Whether a person has sent a form of the workshop from a page of this site, and not a script or another site."""
    path = request.path_info
    if request.method != "POST" or not path.startswith(WORKSHOP) or path.startswith(WITHOUT_WORDS):
        return False
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin" and request.headers.get("Sec-Fetch-Mode") == "navigate"
    is_from_here = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    return is_from_here and "text/html" in request.headers.get("Accept", "")


def typed_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """Return name and value of each field of a form of the workshop, but nothing from a form that holds a secret."""
    path = request.path_info
    is_here = hasattr(request, "_post") or request.META.get("CONTENT_TYPE", "").startswith(URLENCODED)
    if request.method != "POST" or not path.startswith(WORKSHOP) or path.startswith(SECRET_FORMS) or not is_here:
        return []
    return [(name, value) for name, values in request.POST.lists() for value in values]


def is_form_with_words(request: HttpRequest) -> bool:
    """Whether the address is that of a form that can be filled in without being saved.

    Everything else that is sent to the workshop deletes, restores, moves or publishes at once.
    """
    match = request.resolver_match
    return match is not None and (match.url_name or "").endswith(("_add", "_change"))


def to_look_at(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the typed fields for a form that is filled in again with a token of its own."""
    return [(name, value) for name, value in typed_fields(request) if name not in NOT_SHOWN_AGAIN]

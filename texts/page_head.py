"""The context of the parts that every visitors' page has: title, description, breadcrumb, structured data."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from texts import structured_data


def page_head(
    request: HttpRequest,
    title: str,
    description: str,
    *,
    crumb: str = "",
    parents: Iterable[tuple[str, str]] = (),
    data: Iterable[structured_data.Data] = (),
) -> dict[str, Any]:
    """Return the context that `base.html` and the parts of its head read.

    Args:
        request: the request of the page.
        title: of the page, for its heading and the browser.
        description: one sentence for search engines.
        crumb: the name of the page in the breadcrumb; its title when empty.
        parents: name and address of the pages between home and this one.
        data: structured data of the page, besides its breadcrumb.
    """
    trail = [(_("Home"), reverse("pages:home")), *parents, (crumb or title, request.path)]
    return {
        "trail": trail,
        "title": title,
        "description": description,
        "structured_data": [structured_data.breadcrumbs(request, trail), *data],
    }

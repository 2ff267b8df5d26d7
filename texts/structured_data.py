"""schema.org data for search engines."""

import json
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from texts.addresses import absolute_address
from texts.models import ReviewedText

Data = dict[str, Any]

#: A text with "</script>" in it must not end the script; these are the characters that Django's `json_script` escapes.
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}

CONDITION: Data = {
    "@type": "MedicalCondition",
    "name": "Cervical dystonia",
    "alternateName": "Spasmodic torticollis",
}


def script(items: Iterable[Data]) -> SafeString:
    """Return a `<script type="application/ld+json">` with all `items` in one graph."""
    body = json.dumps({"@context": "https://schema.org", "@graph": list(items)}, ensure_ascii=False)
    return mark_safe(f'<script type="application/ld+json">{body.translate(_ESCAPES)}</script>')  # noqa: S308 - escaped


def breadcrumbs(request: HttpRequest, trail: Iterable[tuple[str, str]]) -> Data:
    """Return the BreadcrumbList of a `trail` of (name, address) pairs."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": position,
                "name": str(name),
                "item": absolute_address(request, url),
            }
            for position, (name, url) in enumerate(trail, start=1)
        ],
    }


def website(request: HttpRequest) -> Data:
    """Return the WebSite, with the address of its search."""
    return {
        "@type": "WebSite",
        "name": "CD Trainer",
        "url": absolute_address(request, reverse("pages:home")),
        "potentialAction": {
            "@type": "SearchAction",
            "target": absolute_address(request, reverse("pages:search")) + "?q={words}",
            "query-input": "required name=words",
        },
    }


def medical_page(request: HttpRequest, name: str, description: str, text: ReviewedText | None = None) -> Data:
    """Return a MedicalWebPage; it names the reviewer of `text` only when there is one."""
    data: Data = {
        "@type": "MedicalWebPage",
        "name": name,
        "description": description,
        "url": absolute_address(request, request.path),
        "inLanguage": "en",
        "about": CONDITION,
    }
    if text and text.reviewed_by and text.reviewed_on:
        data["reviewedBy"] = {"@type": "Person", "name": text.reviewed_by}
        data["lastReviewed"] = text.reviewed_on.isoformat()
    return data

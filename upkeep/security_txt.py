"""Whom to tell about a hole in the site: /.well-known/security.txt (RFC 9116), when SECURITY_CONTACT says so."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

GOOD_FOR = timedelta(days=180)  # less than a year, as the RFC recommends; it is counted anew each day
SCHEMES = ("https:", "mailto:", "tel:")


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Answer with the contact and until when it is good; 404 without a contact."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [f"Contact: {contact}" for contact in contacts()]
    lines += [f"Expires: {(midnight + GOOD_FOR).isoformat().replace('+00:00', 'Z')}", "Preferred-Languages: en"]
    if settings.SITE_URL:
        lines.append(f"Canonical: {settings.SITE_URL}{request.path}")
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


def contacts() -> list[str]:
    """Return the contacts as addresses with a scheme, which the RFC asks for; one without is a mail address."""
    return [each if each.startswith(SCHEMES) else f"mailto:{each}" for each in settings.SECURITY_CONTACT]

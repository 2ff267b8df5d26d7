"""A request as the site's views get it."""

from django.http import HttpRequest

from exercises.sides import Sides
from texts.drafts import Preview


class SiteRequest(HttpRequest):
    """A request with what the middleware of this site adds; a type for annotations, never made."""

    sides: Sides  # exercises.middleware.SidesMiddleware
    csp_nonce: str  # csp.middleware.CSPMiddleware
    preview: Preview  # workshop.preview, and on its pages alone

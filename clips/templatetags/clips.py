from django import template
from django.utils.translation import gettext, ngettext

register = template.Library()


@register.filter
def time_left(seconds: int) -> str:
    """100 -> "about 2 minutes left": no more exact than it can be known."""
    if seconds < 10:
        return gettext("a few seconds left")
    if seconds <= 50:
        return gettext("about %d seconds left") % (-(-seconds // 10) * 10)
    minutes = -(-seconds // 60)
    return ngettext("about %d minute left", "about %d minutes left", minutes) % minutes

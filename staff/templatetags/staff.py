from typing import Any

from django import template

from staff.second_factor import has_second_factor, passkeys_work

register = template.Library()


@register.simple_tag(takes_context=True)
def passkeys_possible(context: dict[str, Any]) -> bool:
    """Whether browsers allow passkeys at this address."""
    return passkeys_work(context["request"])


@register.simple_tag(takes_context=True)
def has_protection(context: dict[str, Any]) -> bool:
    """Whether the signed-in person has a second factor."""
    return has_second_factor(context["request"].user)

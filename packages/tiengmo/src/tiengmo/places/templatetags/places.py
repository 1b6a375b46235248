"""How figures of places are written."""

from django import template

from tiengmo.places import rules

register = template.Library()


@register.filter
def grouped(number: int) -> str:
    """17706 → "17.706"."""
    return rules.grouped(number)

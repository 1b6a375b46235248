"""How reach writes its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.translation import gettext_lazy as _

from tiengmo.places import rules as places_rules

if TYPE_CHECKING:
    from tiengmo.reach.results import VillageReach
    from tiengmo.reach.rules import Interval

register = template.Library()

# Methods as channels store them, and as people read them.
METHODS = {
    "within range of proven sound": _("hộ trong tầm tiếng đã chứng minh là phát ra"),
    "cut: no household claim": _("phát dở dang: không tính hộ"),
    "no household claim": _("không tính hộ"),
}


@register.filter
def grouped(number: int) -> str:
    """17706 → "17.706"."""
    return places_rules.grouped(number)


@register.filter
def interval(value: Interval) -> str:
    """ "90–175", or one number when both ends are the same."""
    lo, hi = value
    if lo == hi:
        return places_rules.grouped(hi)
    return f"{places_rules.grouped(lo)}–{places_rules.grouped(hi)}"


@register.filter
def method(text: str) -> str:
    """How a channel counts, in the reader's language."""
    return str(METHODS.get(text, text))


@register.filter
def share(part: int, whole: int) -> str:
    """A share of a bar 1000 units wide, as an SVG attribute takes it."""
    return str(round(1000 * part / whole)) if whole else "0"


@register.filter
def by_commune(villages: list[VillageReach]) -> list[tuple[str, list[VillageReach]]]:
    """Villages under the name of their commune, in order."""
    groups: dict[str, list[VillageReach]] = {}
    for village in villages:
        groups.setdefault(village.commune_name, []).append(village)
    return list(groups.items())

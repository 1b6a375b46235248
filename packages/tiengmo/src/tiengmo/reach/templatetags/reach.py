"""How reach writes its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.translation import gettext_lazy as _

from tiengmo.channels.registry import method_text
from tiengmo.foundation.languages import language_name
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
    return str(METHODS.get(text) or method_text(text))


@register.filter
def named(labels: dict[str, object], code: str) -> object:
    """A channel's name among those of a release."""
    return labels.get(code, code)


@register.filter
def language(code: str) -> str:
    return language_name(code)


# Marks differ in shape as well as in colour.
LEGENDS = {
    "release": [
        ("reached", _("đã tới bằng tiếng của thôn")),
        ("language", _("đã tới nhưng không bằng tiếng của thôn")),
        ("waiting", _("đang chờ")),
        ("missed", _("chưa tới")),
    ],
    "stretch": [
        ("often", _("được tới từ 90% số bản tin")),
        ("sometimes", _("được tới từ 50%")),
        ("missed", _("dưới 50%")),
    ],
}
# For paper, where no style sheet of a page reaches into a drawing. Told apart without red and green
# (after Okabe and Ito), and by shape.
PAINT = {
    "reached": "#0a5c99", "often": "#0a5c99", "language": "#e69f00", "sometimes": "#e69f00",
    "waiting": "#ffffff", "missed": "#b3261e",
}  # fmt: skip
TARGETS = {
    "villages": _("Thôn được tới"),
    "on_time": _("Việc làm xong đúng hạn"),
}


@register.filter
def paint(state: str) -> str:
    return PAINT[state]


@register.filter
def target(which: str) -> object:
    return TARGETS[which]


@register.filter
def legend(name: str) -> list[tuple[str, object]]:
    return [(state, text) for state, text in LEGENDS[name]]


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

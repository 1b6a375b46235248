"""The tree of areas: nested checkboxes that work without JavaScript, and count as you pick."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _

from . import queries
from .rules import count_of_kinds, grouped, minimal_cover

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .rules import AreaNode


class AreaTree(forms.Widget):
    """Checkboxes from the locality down to its villages. The value is a list of area codes.

    Only the fewest codes that name the choice are rendered as ticked, so that without JavaScript
    unticking a commune unticks its villages too; the script ticks what lies below.
    """

    template_name = "places/area_tree.html"

    def __init__(
        self, attrs: dict[str, Any] | None = None, within: Iterable[str] | None = None
    ) -> None:
        super().__init__(attrs)
        self.within = None if within is None else list(within)

    class Media:
        css = {"all": ["places/area_tree.css"]}
        js = ["places/area_tree.js"]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        chosen = {str(code) for code in value or ()}
        roots = queries.tree()
        if self.within is not None:
            allowed = set(self.within)
            roots = [node for root in roots for node in _highest(root, allowed)]
        found = {node.code: node for root in roots for node in root.walk()}
        cover = [found[code] for code in minimal_cover(roots, chosen)]
        context["widget"] |= {
            "roots": [_shown(node, chosen, depth=0) for node in roots],
            "total_households": grouped(sum(node.households for node in cover)),
            "total_villages": grouped(sum(node.villages for node in cover)),
            "filter_id": f"{context['widget']['attrs'].get('id', name)}-loc",
        }
        return context

    def value_from_datadict(
        self,
        data: Mapping[str, Any],
        files: Mapping[str, Any],  # noqa: ARG002
        name: str,
    ) -> Any:
        getlist = getattr(data, "getlist", None)
        return getlist(name) if getlist else data.get(name)

    def value_omitted_from_data(
        self,
        data: Mapping[str, Any],  # noqa: ARG002
        files: Mapping[str, Any],  # noqa: ARG002
        name: str,  # noqa: ARG002
    ) -> bool:
        return False  # no ticked box sends nothing, which is a choice too

    def id_for_label(self, id_: str, index: str | None = None) -> str:  # noqa: ARG002
        return ""  # the label names a group of boxes, not one


def _highest(node: AreaNode, allowed: set[str]) -> list[AreaNode]:
    if node.code in allowed:
        return [node]
    return [found for child in node.children for found in _highest(child, allowed)]


def _shown(node: AreaNode, chosen: set[str], *, depth: int, above: bool = False) -> dict[str, Any]:
    is_chosen = node.code in chosen
    children = [
        _shown(child, chosen, depth=depth + 1, above=above or is_chosen) for child in node.children
    ]
    villages = sum(child.is_village for child in node.children)
    units = [child.name for child in node.children if not child.is_village]
    counts = [count_of_kinds(units)] if units else []
    if villages:
        counts.append(_("%(n)s thôn") % {"n": villages})
    return {
        "code": node.code,
        "name": node.name,
        "households": node.households,
        "households_shown": grouped(node.households),
        "is_village": node.is_village,
        "is_dead_zone": node.is_dead_zone,
        "is_chosen": is_chosen and not above,
        "is_open": depth == 0 or any(c["is_chosen"] or c["is_open"] for c in children),
        "children": children,
        "extent": ", ".join(counts),
    }

"""Pure rules about areas: nesting, covers and the words for them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import get_language
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .models import Unit, Village

# Longest first, so that "thị trấn" is not read as "thị xã"'s neighbour by its first word alone.
KINDS = ("thị trấn", "thành phố", "đặc khu", "thị xã", "phường", "huyện", "quận", "tỉnh", "xã")
NAMES_IN_FULL = 3


@dataclass
class AreaNode:
    """One area of the tree: a unit with units or villages below it, or a village."""

    code: str
    name: str
    level: str
    households: int = 0
    population: int = 0
    villages: int = 0
    is_village: bool = False
    is_dead_zone: bool = False
    languages: list[str] = field(default_factory=list)
    children: list[AreaNode] = field(default_factory=list)

    def walk(self) -> Iterator[AreaNode]:
        """Yield this node and everything below it."""
        yield self
        for child in self.children:
            yield from child.walk()


def nest(
    units: Sequence[Unit], villages: Iterable[tuple[int, Village]], top: Unit | None = None
) -> list[AreaNode]:
    """Build the tree from flat rows; villages come with the id of their unit."""
    nodes = {unit.pk: AreaNode(unit.code, unit.name, unit.level) for unit in units}
    own: dict[int, list[AreaNode]] = defaultdict(list)
    for unit_id, village in villages:
        own[unit_id].append(
            AreaNode(
                village.code,
                village.name,
                village.kind,
                households=village.households,
                population=village.population,
                villages=1,
                is_village=True,
                is_dead_zone=village.is_dead_zone,
                languages=list(village.languages),
            )
        )
    roots = []
    for unit in units:
        node = nodes[unit.pk]
        parent = nodes.get(unit.parent_id) if unit.parent_id else None
        if parent is not None:
            parent.children.append(node)
        elif top is None:
            roots.append(node)
        node.children.extend(own[unit.pk])
    if top is not None:
        roots = [nodes[top.pk]]
    for root in roots:
        _sum_up(root)
    return roots


def _sum_up(node: AreaNode) -> None:
    for child in node.children:
        _sum_up(child)
        node.households += child.households
        node.population += child.population
        node.villages += child.villages


def minimal_cover(roots: Sequence[AreaNode], codes: set[str]) -> list[str]:
    """The fewest codes of the tree that name the same villages, in the tree's order."""

    def cover(node: AreaNode) -> list[str]:
        if node.code in codes:
            return [node.code]
        parts = [(child, cover(child)) for child in node.children]
        if parts and all(found == [child.code] for child, found in parts):
            return [node.code]
        return [code for _child, found in parts for code in found]

    return [code for root in roots for code in cover(root)]


def grouped(number: int) -> str:
    """A number as people read it: 17706 → "17.706", in English "17,706".

    Django's Vietnamese formats group nothing.
    """
    text = f"{number:,}"
    return text if get_language() == "en" else text.replace(",", ".")


def kind_of(name: str) -> str:
    """The kind a unit's name begins with, in lower case ("xã"), or ""."""
    lowered = name.lower()
    return next((kind for kind in KINDS if lowered.startswith(kind + " ")), "")


def in_sentence(name: str) -> str:
    """A unit's name inside a sentence: "Xã Y Tý" → "xã Y Tý"."""
    kind = kind_of(name)
    return kind + name[len(kind) :] if kind else name


def count_of_kinds(names: Iterable[str]) -> str:
    """ "20 xã, 1 thị trấn" said as offices say it: "21 xã, thị trấn"."""
    kinds = Counter(kind_of(name) or _("đơn vị") for name in names)
    words = ", ".join(kind for kind, _n in kinds.most_common())
    return f"{kinds.total()} {words}"


def village_name(village: Village) -> str:
    """ "thôn Phìn Hồ", whether or not the name repeats its kind."""
    if village.name.lower().startswith(village.kind.lower()):
        return village.kind + village.name[len(village.kind) :]
    return f"{village.kind} {village.name}"


def label(
    units: Sequence[Unit], villages: Sequence[Village], children: Mapping[int, Sequence[Unit]]
) -> str:
    """Name units and villages in a few words; long lists become counts."""
    parts = []
    tops = [unit for unit in units if unit.parent_id is None]
    for top in tops:
        below = children.get(top.pk, [])
        extent = f" ({count_of_kinds(unit.name for unit in below)})" if below else ""
        parts.append(_("toàn %(unit)s") % {"unit": in_sentence(top.name)} + extent)
    lower = [unit for unit in units if unit.parent_id is not None]
    if len(lower) > NAMES_IN_FULL:
        parts.append(count_of_kinds(unit.name for unit in lower))
    elif lower:
        parts.append(", ".join(in_sentence(unit.name) for unit in lower))
    if len(villages) > NAMES_IN_FULL:
        homes = {village.unit_id: village.unit.name for village in villages}
        parts.append(
            _("%(count)s thôn thuộc %(units)s")
            % {
                "count": len(villages),
                "units": in_sentence(next(iter(homes.values())))
                if len(homes) == 1
                else count_of_kinds(homes.values()),
            }
        )
    else:
        parts.extend(
            f"{village_name(village)} ({in_sentence(village.unit.name)})" for village in villages
        )
    return "; ".join(parts)

"""Figures of villages: one row states up to four of them; an empty cell states nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tiengmo.connectivity.models import Measure, VillageFigure
from tiengmo.places.loading import values

from .writing import day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiengmo.connectivity.models import Statement

    from .cells import Cells

# Telephones and lines for one person, at most: more is a figure of another village.
MOST_A_HEAD = 5


def read(cells: Cells) -> list[Statement]:
    village = cells.village()
    stated: dict[str, int | None] = {}
    if cells.text("fibre"):
        stated[Measure.FIBRE] = cells.take("fibre", values.claim, _("có cáp quang"))
    for measure in (Measure.FIXED, Measure.MOBILE, Measure.SMARTPHONES):
        found = cells.count(measure, str(measure.label), 10**6)
        if found is None or village is None:
            continue
        most = max(village.population, village.households) * MOST_A_HEAD
        if found > most:
            told = {"measure": measure.label, "value": found, "people": village.population}
            why = _("%(measure)s %(value)s quá nhiều so với %(people)s người của thôn")
            cells.refuse(measure, why % told)
        stated[measure] = found
    since = cells.since()
    source = cells.source()
    if not stated and not cells.problems:
        cells.refuse("since", _("dòng này không có số liệu nào"))
    if cells.problems or village is None or since is None:
        return []
    return [
        VillageFigure(
            village=village, measure=measure, value=int(value or 0), since=since, source=source
        )
        for measure, value in stated.items()
    ]


def rows(statements: Sequence[VillageFigure]) -> list[dict[str, str]]:
    """Figures of one village from one day and one source stand in one row."""
    found: dict[tuple[str, object, str], dict[str, str]] = {}
    for one in statements:
        key = (one.village.code, one.since, one.source)
        row = found.setdefault(
            key, {"village_code": one.village.code, "since": day(one.since), "source": one.source}
        )
        is_fibre = one.measure == Measure.FIBRE
        row[one.measure] = (_("có") if one.value else _("không")) if is_fibre else str(one.value)
    return list(found.values())

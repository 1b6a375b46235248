"""Reads of printed sheets and of what was done with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Sum

from tiengmo.channels.printed import rules
from tiengmo.channels.printed.models import HandOut
from tiengmo.people.queries import units_below
from tiengmo.releases.models import Delivery, Release

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from tiengmo.people.models import User

CHANNEL = "print"


@dataclass
class InVillage:
    """What was done with a release's sheets in one village."""

    delivery: Delivery
    given: int = 0
    put_up: int = 0
    taken_down: int = 0
    # Households of each round of handing out, by language; a language only put up has none.
    rounds: dict[str, list[int]] = field(default_factory=dict)

    @property
    def languages(self) -> list[str]:
        return sorted(self.rounds)

    @property
    def out(self) -> int:
        return rules.still_out(self.given, self.put_up, self.taken_down)

    @property
    def households(self) -> tuple[int, int]:
        return self._reckoned([count for some in self.rounds.values() for count in some])

    def households_in(self, language: str) -> tuple[int, int]:
        return self._reckoned(self.rounds[language])

    def _reckoned(self, rounds: list[int]) -> tuple[int, int]:
        village = self.delivery.village
        return rules.households_given(rounds, village.households if village else 0)


def in_villages(deliveries: Iterable[Delivery]) -> list[InVillage]:
    rows = {delivery.pk: InVillage(delivery) for delivery in deliveries}
    for noted in HandOut.objects.filter(delivery__in=list(rows)):
        row = rows[noted.delivery_id]
        setattr(row, noted.act, getattr(row, noted.act) + noted.copies)
        if noted.act == HandOut.Act.TAKEN_DOWN:
            continue
        rounds = row.rounds.setdefault(noted.language, [])
        if noted.act == HandOut.Act.GIVEN:
            rounds.append(noted.households)
    return list(rows.values())


def copies_out(delivery: Delivery) -> int:
    """Sheets of this delivery that are in the village and not noted as taken back."""
    summed = dict(delivery.hand_outs.order_by().values_list("act").annotate(copies=Sum("copies")))
    return rules.still_out(*(summed.get(act, 0) for act in HandOut.Act.values))


def deliveries_for(user: User) -> QuerySet[Delivery]:
    """Printed deliveries to villages where this person holds any role."""
    rows = (
        Delivery.objects.filter(channel=CHANNEL)
        .select_related("village__unit", "release__unit")
        .order_by("village__unit__name", "village__name")
    )
    if user.is_superuser:
        return rows
    own = units_below([one.unit for one in user.assignments.select_related("unit")])
    return rows.filter(village__unit__in=own)


def releases_for(user: User) -> QuerySet[Release]:
    """Releases with printed sheets for the villages of this person, newest first."""
    ids = deliveries_for(user).order_by().values("release")
    return Release.objects.filter(pk__in=ids).select_related("unit").order_by("-released_at")

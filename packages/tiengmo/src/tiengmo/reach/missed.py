"""Reads: who was missed by a release, and what to do next for each village."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiengmo.channels.printed.queries import CHANNEL as PRINT
from tiengmo.directory.models import Office
from tiengmo.places.models import Village
from tiengmo.releases.models import Delivery
from tiengmo.speakers.models import Box

from . import rules
from .models import Assignment
from .next_acts import Means, NextAct, nearest, next_acts
from .queries import reach_of
from .rules import Interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiengmo.releases.models import Release

    from .results import ReleaseReach, VillageReach

# The machine answers, and somebody must look at it before it plays this.
BY_A_TECHNICIAN = ("refused", "not_played")
SCREENS = (rules.SCREEN_OFFLINE, "not_shown")


@dataclass
class Missed:
    """A village that a release missed, or reached in another language: why, and what next."""

    reach: VillageReach
    village: Village
    reason: str
    acts: list[NextAct]
    work: list[Assignment]

    @property
    def reason_text(self) -> str:
        return str(rules.REASONS.get(self.reason, self.reason))

    @property
    def is_left(self) -> bool:
        """Something could be done, and nobody was given anything to do yet."""
        return bool(self.acts) and not self.work

    @property
    def offered(self) -> list[NextAct]:
        """Acts that nobody has been given yet."""
        given = {one.act for one in self.work if one.state == Assignment.State.OPEN}
        return [act for act in self.acts if act.act not in given]


def missed_by(release: Release, reach: ReleaseReach | None = None) -> list[Missed]:
    """Every village that a release did not reach in its language, most households first."""
    reach = reach or reach_of(release)
    if not reach.counts_households:
        return []
    rows = {row.code: row for row in (*reach.missed, *reach.only_in_another_language)}
    villages = list(Village.objects.filter(code__in=list(rows)).select_related("unit"))
    means = means_of(release, villages)
    work: dict[int, list[Assignment]] = defaultdict(list)
    for one in Assignment.objects.filter(
        release=release, village__in=[village.pk for village in villages]
    ).select_related("person"):
        if one.state != Assignment.State.CANCELLED:
            work[one.village_id].append(one)
    is_out = release.status == release.Status.RELEASED
    found = [
        Missed(
            rows[village.code],
            village,
            _reason(rows[village.code]),
            next_acts(rows[village.code], means[village.pk]) if is_out else [],
            work[village.pk],
        )
        for village in villages
    ]
    return sorted(found, key=lambda one: (one.reach.is_reached, -one.village.households))


def missed_village(release: Release, village: Village) -> tuple[VillageReach | None, list[NextAct]]:
    """How one village fared, with the reason, and what could be done for it now."""
    found = reach_of(release)
    row = next((one for one in found.villages if one.code == village.code), None)
    if row is None or not found.counts_households:
        return None, []
    row.reason = _reason(row)
    return row, next_acts(row, means_of(release, [village])[village.pk])


def _reason(row: VillageReach) -> str:
    return rules.WRONG_LANGUAGE if row.is_only_in_another_language else row.reason


def means_of(release: Release, villages: Sequence[Village]) -> dict[int, Means]:
    """What there is now in each of these villages to reach it with."""
    spoken = frozenset(
        release.renditions.exclude(opus_sha256="").values_list("language", flat=True)
    )
    ids = [village.pk for village in villages]
    means = {pk: Means(spoken=spoken, is_printed=PRINT in release.channels) for pk in ids}
    households = {village.pk: village.households for village in villages}
    failed: set[str] = set()
    for delivery in Delivery.objects.filter(
        release=release, village__in=ids, reason__in=[*BY_A_TECHNICIAN, *SCREENS]
    ).only("channel", "target", "target_name", "village_id", "reason"):
        if delivery.reason in BY_A_TECHNICIAN:
            failed.add(delivery.target)
        elif delivery.village_id is not None:
            # How many come by that screen is its own affair: at most the village.
            name = delivery.target_name or delivery.target
            claim = Interval(0, households[delivery.village_id])
            means[delivery.village_id].broken.append((name, claim))
    for box in Box.objects.filter(village__in=ids, retired_at=None).order_by("serial"):
        claim = Interval(box.households_lo, box.households_hi)
        here = means[box.village_id]
        if box.is_online and box.serial not in failed:
            here.ready.append(claim)
        else:
            here.broken.append((box.name, claim))
    _measure(villages, means)
    return means


def _measure(villages: Sequence[Village], means: dict[int, Means]) -> None:
    offices: dict[int, list[tuple[float, float]]] = defaultdict(list)
    rows = Office.objects.filter(
        unit__in={village.unit_id for village in villages}, closed_on=None, latitude__isnull=False
    )
    for unit_id, latitude, longitude in rows.values_list("unit_id", "latitude", "longitude"):
        if latitude is not None and longitude is not None:
            offices[unit_id].append((latitude, longitude))
    for village in villages:
        place = (village.latitude, village.longitude)
        means[village.pk].km = nearest(offices[village.unit_id], place)

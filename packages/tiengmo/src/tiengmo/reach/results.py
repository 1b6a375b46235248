"""What the queries answer with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import rules
from .rules import NOBODY, Interval

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from tiengmo.releases.models import Release


@dataclass
class VillageReach:
    """One village of the audience: which of its households were reached, or why none were."""

    pk: int
    code: str
    name: str
    commune_code: str
    commune_name: str
    households: int
    latitude: float
    longitude: float
    # No operator's signal and no fibre, on the day it went out.
    is_dead_zone: bool
    languages: list[str]
    by_channel: dict[str, Interval] = field(default_factory=dict)
    by_language: dict[str, Interval] = field(default_factory=dict)
    reached: Interval = NOBODY
    in_first_language: Interval = NOBODY
    languages_reached: list[str] = field(default_factory=list)
    reason: str = ""
    may_still_arrive: bool = False

    @property
    def is_reached(self) -> bool:
        return self.reached.hi > 0

    @property
    def first_language(self) -> str:
        return self.languages[0] if self.languages else ""

    @property
    def is_first_language_served(self) -> bool:
        return self.first_language in self.languages_reached

    @property
    def in_another_language(self) -> Interval:
        """Reached, but not in the language that the village puts first."""
        return rules.without(self.reached, self.in_first_language)

    @property
    def is_only_in_another_language(self) -> bool:
        return self.is_reached and self.in_first_language.hi == 0

    @property
    def reason_text(self) -> str | Promise:
        return rules.REASONS.get(self.reason, self.reason)

    @property
    def advice(self) -> str | Promise:
        return rules.ADVICE.get(self.reason, "")


@dataclass
class ChannelReach:
    """One channel: what was tried, what came of it, and the households it can claim."""

    code: str
    label: str | Promise
    claims_households: bool = False
    villages_targeted: int = 0
    villages_reached: int = 0
    reached: Interval = NOBODY
    targets: int = 0
    delivered: int = 0
    failed: int = 0
    moving: int = 0
    methods: list[str] = field(default_factory=list)


@dataclass
class CommuneReach:
    """One commune (the unit that villages lie in) with its part of the audience."""

    code: str
    name: str
    villages: int = 0
    villages_reached: int = 0
    households: int = 0
    reached: Interval = NOBODY


@dataclass
class ReleaseReach:
    """Who was reached by one release, who was missed, and why."""

    release: Release
    channels: list[ChannelReach]
    communes: list[CommuneReach]
    villages: list[VillageReach]
    households: int
    reached: Interval
    # Reached in the language that their village puts first.
    in_first_language: Interval
    # Reached, but not in that language: its own line.
    in_another_language: Interval
    # Targets that were reachable when the release went out, and how many of them have proved it.
    online_targets: int
    online_proved: int
    # Something is on its way now; a target that is away is awaited instead, until the window ends.
    is_moving: bool
    awaited: list[str] = field(default_factory=list)

    @property
    def counts_households(self) -> bool:
        """Does any of its channels go to households? A page that waits to be read does not."""
        return any(channel.claims_households for channel in self.channels)

    @property
    def missed(self) -> list[VillageReach]:
        return [village for village in self.villages if not village.is_reached]

    @property
    def only_in_another_language(self) -> list[VillageReach]:
        return [village for village in self.villages if village.is_only_in_another_language]

    @property
    def villages_reached(self) -> int:
        return sum(village.is_reached for village in self.villages)

    @property
    def communes_reached(self) -> int:
        return sum(commune.villages_reached > 0 for commune in self.communes)

    @property
    def missed_by_reason(self) -> list[tuple[str, str | Promise, list[VillageReach]]]:
        """Missed villages by reason, most first: (reason, its text, villages)."""
        groups: dict[str, list[VillageReach]] = {}
        for village in self.missed:
            groups.setdefault(village.reason, []).append(village)
        ranked = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
        return [(reason, rules.REASONS.get(reason, reason), them) for reason, them in ranked]

    @property
    def missed_households(self) -> int:
        return sum(village.households for village in self.missed)


@dataclass
class AudiencePreview:
    """What a bulletin would reach if it went out now."""

    label: str
    communes: int
    villages: int
    households: int
    boxes: int
    boxes_offline: int
    # Households within range of the boxes that are online now.
    expected: Interval
    without_box: list[VillageReach]
    offline: list[VillageReach]
    has_sound_channel: bool
    # First language of the villages → households, most first.
    languages: list[tuple[str, int]]
    unknown: list[str]
    # Villages that no operator's signal and no fibre reaches.
    cut_off: list[VillageReach]
    # Households that can open a page at home, at most, in the villages where that is known.
    online_at_most: int
    villages_stated: int

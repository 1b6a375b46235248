"""Reads: who was reached by a release, and whom one would reach."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from tiengmo.channels import registry
from tiengmo.places.queries import areas_label, unknown_areas, villages_in, villages_with_units
from tiengmo.releases.models import Delivery, DeliveryStatus, Receipt
from tiengmo.speakers.models import Box

from . import rules
from .results import AudiencePreview, ChannelReach, CommuneReach, ReleaseReach, VillageReach
from .rules import Interval, Try

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from django.utils.functional import Promise

    from tiengmo.places.models import Unit, Village
    from tiengmo.releases.models import Release

__all__ = ["audience_preview", "reach_of"]


def reach_of(release: Release) -> ReleaseReach:
    """Count households by village, commune, channel and language, and name who was missed.

    Areas mean what they meant when the release was cleared; households are those on record now.
    """
    placed = villages_with_units(release.audience, known_at=release.cleared_at)
    villages = {village.pk: _row(village, unit) for village, unit in placed}
    deliveries = list(
        Delivery.objects.filter(release=release).only(
            "id",
            "channel",
            "target",
            "target_name",
            "village_id",
            "status",
            "reason",
            "was_online",
        )
    )
    channels = _channels(release, deliveries)
    tries: dict[int, list[Try]] = defaultdict(list)
    targeted: dict[str, set[int]] = defaultdict(set)
    for delivery in deliveries:
        if delivery.village_id is not None and delivery.village_id in villages:
            tries[delivery.village_id].append(Try(delivery.status, delivery.reason))
            targeted[delivery.channel].add(delivery.village_id)
    first_language = _take_receipts(release, villages, channels)
    for pk, row in villages.items():
        if not row.is_reached:
            row.reason = rules.why_missed(
                tries[pk],
                is_dead_zone=row.is_dead_zone,
                has_box_channel=rules.BOX_CHANNEL in release.channels,
            )
        row.may_still_arrive = rules.may_still_arrive(tries[pk])
    rows = list(villages.values())
    for code, channel in channels.items():
        claimed = [row.by_channel[code] for row in rows if code in row.by_channel]
        channel.reached = rules.add_up(claimed)
        channel.villages_reached = sum(interval.hi > 0 for interval in claimed)
        # A loudspeaker channel owes every village of the audience something, box or no box.
        channel.villages_targeted = (
            len(rows) if code == rules.BOX_CHANNEL else len(targeted.get(code, ()))
        )
        channel.claims_households |= code == rules.BOX_CHANNEL
    online = [delivery for delivery in deliveries if delivery.was_online]
    still_open = [delivery for delivery in deliveries if delivery.status in rules.OPEN]
    away = [delivery for delivery in still_open if delivery.reason in rules.UNREACHABLE]
    return ReleaseReach(
        release=release,
        channels=list(channels.values()),
        communes=_communes(rows),
        villages=rows,
        households=sum(row.households for row in rows),
        reached=rules.add_up(row.reached for row in rows),
        in_first_language=first_language,
        online_targets=len(online),
        online_proved=sum(d.status == DeliveryStatus.DELIVERED for d in online),
        is_moving=release.status == release.Status.SCHEDULED or len(away) < len(still_open),
        awaited=sorted(delivery.target_name or delivery.target for delivery in away),
    )


def _row(village: Village, unit: Unit) -> VillageReach:
    return VillageReach(
        code=village.code,
        name=village.name,
        commune_code=unit.code,
        commune_name=unit.name,
        households=village.households,
        latitude=village.latitude,
        longitude=village.longitude,
        is_dead_zone=village.is_dead_zone,
        languages=list(village.languages),
    )


def _channels(release: Release, deliveries: Sequence[Delivery]) -> dict[str, ChannelReach]:
    labels: dict[str, str | Promise] = {c.code: c.label for c in registry.channels()}
    used = [*release.channels, *(delivery.channel for delivery in deliveries)]
    channels = {code: ChannelReach(code, labels.get(code, code)) for code in dict.fromkeys(used)}
    for delivery in deliveries:
        channel = channels[delivery.channel]
        channel.targets += 1
        channel.delivered += delivery.status == DeliveryStatus.DELIVERED
        channel.moving += delivery.status in rules.OPEN
        channel.failed += delivery.status == DeliveryStatus.FAILED_PERMANENTLY
    return channels


def _take_receipts(
    release: Release, villages: dict[int, VillageReach], channels: dict[str, ChannelReach]
) -> Interval:
    """Put receipts on their villages; answer with the households served in their first language."""
    # village → channel → delivery → what its receipts claim, with the language
    claims: dict[int, dict[str, dict[UUID, list[tuple[Interval, str]]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    receipts = Receipt.objects.filter(delivery__release=release).values_list(
        "delivery_id", "delivery__channel", "delivery__village_id", "village_id", "language",
        "households_lo", "households_hi", "method",
    )  # fmt: skip
    for delivery_id, code, target_village, own_village, language, lo, hi, method in receipts:
        channel = channels[code]
        if method not in channel.methods:
            channel.methods.append(method)
        village_id = own_village or target_village
        if village_id in villages and hi > 0:
            channel.claims_households = True
            claims[village_id][code][delivery_id].append((Interval(lo, hi), language))
    served = []
    for village_id, by_channel in claims.items():
        row = villages[village_id]
        own: list[Interval] = []
        languages: set[str] = set()
        for code, by_delivery in by_channel.items():
            row.by_channel[code] = rules.union(
                [rules.same_box(claim for claim, _ in got) for got in by_delivery.values()],
                row.households,
            )
            for got in by_delivery.values():
                languages |= {language for _, language in got if language}
                own.append(
                    rules.same_box(claim for claim, tongue in got if tongue == row.first_language)
                )
        row.reached = rules.union(row.by_channel.values(), row.households)
        row.languages_reached = sorted(languages)
        served.append(rules.union(own, row.households))
    return rules.add_up(served)


def _communes(rows: Iterable[VillageReach]) -> list[CommuneReach]:
    communes: dict[str, CommuneReach] = {}
    for row in rows:
        commune = communes.setdefault(
            row.commune_code, CommuneReach(row.commune_code, row.commune_name)
        )
        commune.villages += 1
        commune.villages_reached += row.is_reached
        commune.households += row.households
        commune.reached += row.reached
    return sorted(communes.values(), key=lambda commune: commune.code)


def audience_preview(area_codes: Iterable[str], channels: Iterable[str]) -> AudiencePreview:
    """What a release to these areas on these channels would reach if it went out now."""
    codes = list(area_codes)
    rows = {
        village.pk: _row(village, village.unit) for village in villages_in(codes).order_by("code")
    }
    boxes: dict[int, list[tuple[bool, Interval]]] = defaultdict(list)
    chosen = set(channels)
    if rules.BOX_CHANNEL in chosen:
        known = Box.objects.filter(retired_at=None, village_id__in=list(rows))
        for village_id, is_online, lo, hi in known.values_list(
            "village_id", "is_online", "households_lo", "households_hi"
        ):
            boxes[village_id].append((is_online, Interval(lo, hi)))
    languages: Counter[str] = Counter()
    for pk, row in rows.items():
        languages[row.first_language] += row.households
        row.reached = rules.union(
            [claim for is_online, claim in boxes[pk] if is_online], row.households
        )
    every = [is_online for them in boxes.values() for is_online, _claim in them]
    return AudiencePreview(
        label=areas_label(codes),
        communes=len({row.commune_code for row in rows.values()}),
        villages=len(rows),
        households=sum(row.households for row in rows.values()),
        boxes=len(every),
        boxes_offline=every.count(False),
        expected=rules.add_up(row.reached for row in rows.values()),
        without_box=[row for pk, row in rows.items() if not boxes[pk]],
        offline=[
            row
            for pk, row in rows.items()
            if boxes[pk] and not any(is_online for is_online, _claim in boxes[pk])
        ],
        has_sound_channel=rules.BOX_CHANNEL in chosen,
        languages=languages.most_common(),
        unknown=sorted(unknown_areas(codes)),
    )

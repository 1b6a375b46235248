"""Reads: who was reached by a release, and whom one would reach."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tiengmo.channels import registry
from tiengmo.connectivity.queries import cut_off, online_at_most
from tiengmo.outreach.runs.queries import passes_of
from tiengmo.places.queries import areas_label, unknown_areas, villages_in, villages_with_units
from tiengmo.releases.models import Delivery, DeliveryStatus, Receipt
from tiengmo.speakers.models import Box

from . import rules
from .models import Assignment
from .results import AudiencePreview, ChannelReach, CommuneReach, ReleaseReach, VillageReach
from .rights import works_in
from .rules import NOBODY, Interval, Try

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from uuid import UUID

    from django.db.models import QuerySet
    from django.utils.functional import Promise

    from tiengmo.outreach.runs.queries import Passed
    from tiengmo.people.models import User
    from tiengmo.places.models import Unit, Village
    from tiengmo.releases.models import Release

__all__ = ["audience_preview", "reach_of", "work_for"]

State = Assignment.State


def reach_of(release: Release) -> ReleaseReach:
    """Count households by village, commune, channel and language, and name who was missed.

    Areas mean what they meant when the release was cleared; households are those on record now.
    """
    placed = villages_with_units(release.audience, known_at=release.cleared_at)
    # As it stood on the day the release went out: a mast built since changes no old reason.
    dark = cut_off((village for village, _unit in placed), _day_of(release))
    villages = {
        village.pk: _row(village, unit, is_cut_off=village.pk in dark) for village, unit in placed
    }
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
    work = list(Assignment.objects.filter(release=release).exclude(state=State.CANCELLED))
    _count_work(work, channels)
    passes = passes_of(release)
    _count_runs(passes, channels)
    _take_receipts(release, villages, channels, work, passes)
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
    if rules.ASSIGNED in channels:
        asked = {one.village_id for one in work} & villages.keys()
        channels[rules.ASSIGNED].villages_targeted = len(asked)
    if rules.RUNS in channels:
        passed = {one.village_id for one in passes} & villages.keys()
        channels[rules.RUNS].villages_targeted = len(passed)
    online = [delivery for delivery in deliveries if delivery.was_online]
    still_open = [
        delivery
        for delivery in deliveries
        if delivery.status in rules.OPEN and delivery.reason not in rules.BY_PEOPLE
    ]
    away = [delivery for delivery in still_open if delivery.reason in rules.UNREACHABLE]
    return ReleaseReach(
        release=release,
        channels=list(channels.values()),
        communes=_communes(rows),
        villages=rows,
        households=sum(row.households for row in rows),
        reached=rules.add_up(row.reached for row in rows),
        in_first_language=rules.add_up(row.in_first_language for row in rows),
        in_another_language=rules.add_up(row.in_another_language for row in rows),
        online_targets=len(online),
        online_proved=sum(d.status == DeliveryStatus.DELIVERED for d in online),
        is_moving=release.status == release.Status.SCHEDULED or len(away) < len(still_open),
        awaited=sorted(delivery.target_name or delivery.target for delivery in away),
    )


def work_for(user: User) -> QuerySet[Assignment]:
    """Work in the villages of this person's units, and work given to them by name."""
    rows = Assignment.objects.select_related("village__unit", "release", "person")
    if user.is_superuser:
        return rows
    return rows.filter(Q(village__unit__in=works_in(user)) | Q(person=user))


def _day_of(release: Release) -> date:
    return timezone.localdate(release.released_at or timezone.now())


def _row(village: Village, unit: Unit, *, is_cut_off: bool) -> VillageReach:
    return VillageReach(
        pk=village.pk,
        code=village.code,
        name=village.name,
        commune_code=unit.code,
        commune_name=unit.name,
        households=village.households,
        latitude=village.latitude,
        longitude=village.longitude,
        is_dead_zone=is_cut_off,
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


def _count_work(work: Sequence[Assignment], channels: dict[str, ChannelReach]) -> None:
    """Work given to people stands beside the channels, as one more way to the households."""
    if not work:
        return
    done = sum(one.state == State.DONE for one in work)
    channels[rules.ASSIGNED] = ChannelReach(
        rules.ASSIGNED,
        _("Việc giao tới thôn"),
        claims_households=True,
        targets=len(work),
        delivered=done,
        moving=len(work) - done,
        methods=[rules.BY_WORKER],
    )


def _count_runs(passes: Sequence[Passed], channels: dict[str, ChannelReach]) -> None:
    """Vehicles with loudspeakers: how many drives, and by what they are believed."""
    if not passes:
        return
    runs = {one.run_id for one in passes}
    methods = {rules.BY_TRACK if one.is_tracked else rules.BY_CREW for one in passes}
    channels[rules.RUNS] = ChannelReach(
        rules.RUNS,
        _("Chuyến loa lưu động"),
        claims_households=True,
        targets=len(runs),
        delivered=len(runs),
        methods=sorted(methods),
    )


def _take_receipts(
    release: Release,
    villages: dict[int, VillageReach],
    channels: dict[str, ChannelReach],
    work: Sequence[Assignment],
    passes: Sequence[Passed],
) -> None:
    """Put receipts on their villages, by channel and by language."""
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
    for one in work:
        if one.state == State.DONE and one.households and one.village_id in villages:
            claim = Interval(one.households, one.households)
            claims[one.village_id][rules.ASSIGNED][one.pk].append((claim, one.language_used))
    for passed in passes:
        if passed.village_id in villages:
            # Where its houses stand is not known: from none of them to all.
            claim = Interval(0, villages[passed.village_id].households)
            claims[passed.village_id][rules.RUNS][passed.run_id].append((claim, passed.language))
    for village_id, by_channel in claims.items():
        _reckon(villages[village_id], by_channel)


def _reckon(
    row: VillageReach, by_channel: dict[str, dict[UUID, list[tuple[Interval, str]]]]
) -> None:
    """What the claims of one village come to: together, by channel, and by language."""
    spoken: dict[str, list[Interval]] = defaultdict(list)
    for code, by_delivery in by_channel.items():
        each: list[Interval] = []
        for got in by_delivery.values():
            by_tongue = {
                tongue: rules.same_box(claim for claim, theirs in got if theirs == tongue)
                for tongue in {theirs for _claim, theirs in got}
            }
            # The same roofs hear a loudspeaker in every language; a sheet, a meeting or a message
            # in another language may have gone to other people.
            if code == rules.BOX_CHANNEL:
                each.append(rules.same_box(by_tongue.values()))
            else:
                each.append(rules.union(by_tongue.values(), row.households))
            for tongue, claim in by_tongue.items():
                if tongue:
                    spoken[tongue].append(claim)
        row.by_channel[code] = rules.union(each, row.households)
    row.reached = rules.union(row.by_channel.values(), row.households)
    row.by_language = {
        language: rules.union(spoken[language], row.households) for language in sorted(spoken)
    }
    row.languages_reached = list(row.by_language)
    row.in_first_language = row.by_language.get(row.first_language, NOBODY)


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
    villages = list(villages_in(codes).order_by("code"))
    dark = cut_off(villages)
    rows = {one.pk: _row(one, one.unit, is_cut_off=one.pk in dark) for one in villages}
    online, villages_stated = online_at_most(villages)
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
        cut_off=[row for row in rows.values() if row.is_dead_zone],
        online_at_most=online,
        villages_stated=villages_stated,
    )

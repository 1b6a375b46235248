"""Sheets that hang and must come down, those in people's hands, and those noted as taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiengmo.channels.printed import rules
from tiengmo.channels.printed.models import HandOut
from tiengmo.channels.printed.queries import CHANNEL, InVillage, in_villages
from tiengmo.channels.registry import Standing, TrailAct, TrailRow
from tiengmo.channels.trail import deliveries_of, newer_versions, place_of
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID


def counted(count: int) -> str:
    return ngettext("%(n)d tờ", "%(n)d tờ", count) % {"n": count}


def rows_of(release: Release) -> list[TrailRow]:
    deliveries = deliveries_of(release, CHANNEL)
    used = [row for row in in_villages(deliveries) if row.given or row.put_up or row.taken_down]
    notes = _last_notes(release)
    newer = HandOut.objects.filter(
        delivery__release__in=newer_versions(release), delivery__channel=CHANNEL
    ).exclude(act=HandOut.Act.TAKEN_DOWN)
    told = set(newer.values_list("delivery__village", flat=True))
    return [
        made
        for row in used
        for made in _rows(release, row, notes, is_told=row.delivery.village_id in told)
    ]


def _last_notes(release: Release) -> dict[tuple[UUID, str], HandOut]:
    rows = HandOut.objects.filter(delivery__release=release, delivery__channel=CHANNEL)
    return {(one.delivery_id, one.act): one for one in rows.order_by("on", "noted_at")}


def _rows(
    release: Release, row: InVillage, notes: dict[tuple[UUID, str], HandOut], *, is_told: bool
) -> Iterator[TrailRow]:
    delivery, where = row.delivery, place_of(row.delivery)
    village = delivery.village
    hanging, in_hands = rules.where_out(row.given, row.put_up, row.taken_down)
    if hanging:
        put_up = notes[delivery.pk, HandOut.Act.PUT_UP]
        label = ngettext(
            "Đã gỡ hết %(n)d tờ ở %(village)s", "Đã gỡ hết %(n)d tờ ở %(village)s", hanging
        ) % {"n": hanging, "village": village.name if village is not None else where}
        yield TrailRow(
            Standing.WAITING,
            where,
            hanging,
            village,
            put_up.noted_at,
            note=_("đã dán: %(place)s") % {"place": put_up.place or where},
            act=TrailAct(reverse("printed_take_down", args=[delivery.pk]), label),
        )
    if in_hands:
        if is_told:
            text = _("Đã phát, dán bản đính chính ở thôn này.")
        elif release.status == Release.Status.WITHDRAWN:
            text = _("Báo lại cho các hộ đã nhận qua tổ tuyên vận hoặc loa.")
        else:
            text = _("Chưa ghi việc phát bản đính chính ở thôn này.")
        yield TrailRow(
            Standing.GONE,
            where,
            in_hands,
            village,
            notes[delivery.pk, HandOut.Act.GIVEN].noted_at,
            note=_("đã phát tận hộ"),
            follows=text,
            is_followed=None if release.status == Release.Status.WITHDRAWN else is_told,
        )
    if row.taken_down:
        last = notes[delivery.pk, HandOut.Act.TAKEN_DOWN]
        by = _("%(person)s ghi") % {"person": last.by_name}
        yield TrailRow(Standing.TAKEN_BACK, where, row.taken_down, village, last.noted_at, by)

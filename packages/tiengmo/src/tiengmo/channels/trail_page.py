"""Staff's page of what is still out there after a correction or a withdrawal."""

from __future__ import annotations

import csv
from hashlib import blake2s
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from wagtail.admin.auth import permission_denied

from tiengmo.channels.registry import Standing
from tiengmo.channels.trail import ChannelTrail, is_over, newer_versions, over_since, trail_of
from tiengmo.foundation.csv_tables import spreadsheet_cell
from tiengmo.people.models import Role
from tiengmo.people.queries import units_below, units_where
from tiengmo.people.staff import page
from tiengmo.releases.models import Release
from tiengmo.releases.rights import Sight

if TYPE_CHECKING:
    from uuid import UUID

    from tiengmo.people.models import User
    from tiengmo.people.staff import StaffRequest

ICON = "history"
STANDINGS = {
    Standing.WAITING: gettext_lazy("Còn ở ngoài, chờ xác nhận"),
    Standing.GONE: gettext_lazy("Không thu lại được"),
    Standing.TAKEN_BACK: gettext_lazy("Đã thu về"),
}
SINCE = {
    Standing.WAITING: gettext_lazy("Ở ngoài từ"),
    Standing.GONE: gettext_lazy("Tới nơi lúc"),
    Standing.TAKEN_BACK: gettext_lazy("Xác nhận lúc"),
}
# A place with more rows is read in the table that spreadsheets open.
MOST_ROWS = 300


def _seen(request: StaffRequest, pk: UUID) -> Release | None:
    release = get_object_or_404(Release.objects.select_related("unit", "replaces"), pk=pk)
    is_seen = request.user.is_superuser or Sight.of(request.user).covers(release)
    return release if is_seen else None


@require_GET
def trail(request: StaffRequest, pk: UUID) -> HttpResponse:
    """The page; asked with `seen`, only its live part, or 204 while that looks as it did."""
    release = _seen(request, pk)
    if release is None:
        denied: HttpResponse = permission_denied(request)
        return denied
    channels = trail_of(release) if is_over(release) else []
    digest = _digest(release, channels)
    seen = request.GET.get("seen")
    if seen == digest:
        return HttpResponse(status=204)
    context = {
        "release": release,
        "newer": newer_versions(release),
        "is_over": is_over(release),
        "since": over_since(release),
        "channels": [_shown(one) for one in channels],
        "totals": _totals(channels),
        "is_done": all(one.is_done for one in channels),
        "digest": digest,
        "may_act_in": _may_act_in(request.user),
    }
    if seen is not None:
        response = render(request, "channels/trail_live.html", context)
        response["Cache-Control"] = "no-store"
        return response
    return page(
        request,
        "channels/trail.html",
        title=_("Thu hồi và đính chính"),
        icon=ICON,
        trail=[(release.title, reverse("newsroom_release", args=[pk]))],
        **context,
    )


def _may_act_in(user: User) -> set[int]:
    """Ids of the units in whose villages the person ticks off what was done there."""
    held = [unit for role in (Role.EDITOR, Role.PROPAGANDIST) for unit in units_where(user, role)]
    return units_below(held)


def _shown(one: ChannelTrail) -> dict[str, Any]:
    return {
        "code": one.code,
        "label": one.label,
        "is_done": one.is_done,
        "parts": [
            {
                "standing": part.standing.value,
                "label": STANDINGS[part.standing],
                "since": SINCE[part.standing],
                "counted": part.counted,
                "unfollowed": part.unfollowed,
                "rows": [(row, uuid4()) for row in part.rows[:MOST_ROWS]],
                "left": max(0, len(part.rows) - MOST_ROWS),
                "is_gone": part.standing is Standing.GONE,
                "is_taken_back": part.standing is Standing.TAKEN_BACK,
            }
            for part in one.parts
        ],
    }


def _totals(channels: list[ChannelTrail]) -> list[dict[str, Any]]:
    """For each standing: its label, and each channel's count in the channel's own words."""
    return [
        {
            "standing": standing.value,
            "label": label,
            "counts": [
                (one, part) for one in channels for part in one.parts if part.standing is standing
            ],
        }
        for standing, label in STANDINGS.items()
    ]


def _digest(release: Release, channels: list[ChannelTrail]) -> str:
    shown = [
        release.status,
        [(one.code, part.standing, part.rows) for one in channels for part in one.parts],
    ]
    return blake2s(repr(shown).encode(), digest_size=8).hexdigest()


@require_GET
def table(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Every row as a table that spreadsheets read."""
    release = _seen(request, pk)
    if release is None:
        denied: HttpResponse = permission_denied(request)
        return denied
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="thu-hoi-{release.slug[:80]}.csv"'
    response["Cache-Control"] = "private, no-store"
    # Excel takes a file without this mark for windows-1258.
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(
        [
            _("Kênh"), _("Tình trạng"), _("Nơi"), _("Xã"), _("Thôn"), _("Số lượng"), _("Từ lúc"),
            _("Xác nhận bởi"), _("Ghi chú"), _("Việc tiếp theo"), _("Đã báo lại"),
        ]
    )  # fmt: skip
    for one in trail_of(release) if is_over(release) else []:
        for part in one.parts:
            for row in part.rows:
                at = f"{timezone.localtime(row.since):%H:%M:%S %d/%m/%Y}" if row.since else ""
                told = {True: _("rồi"), False: _("chưa"), None: ""}[row.is_followed]
                village = row.village
                writer.writerow(
                    map(
                        spreadsheet_cell,
                        [
                            one.label, STANDINGS[part.standing], row.where,
                            village.unit.name if village else "", village.name if village else "",
                            row.count, at, row.by, row.note, row.follows, told,
                        ],
                    )
                )  # fmt: skip
    return response

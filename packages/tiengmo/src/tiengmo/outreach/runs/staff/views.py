"""A unit's drives of loudspeaker vehicles: which villages, how near, how long, what was played."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.admin.auth import permission_denied

from tiengmo.outreach.runs.queries import on_days, runs_for
from tiengmo.outreach.runs.rules import LEAST_SECONDS
from tiengmo.outreach.sessions.rights import goes_out_in, reads_in
from tiengmo.people.staff import page as staff_page
from tiengmo.places.loading import values
from tiengmo.places.loading.values import BadValue

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpResponse

    from tiengmo.people.staff import StaffRequest

A_PAGE = 30
# Days near the ends of the calendar have no neighbours to count from.
FIRST_YEAR, LAST_YEAR = 2000, 2100


def _day(text: str, otherwise: date) -> date:
    try:
        day = values.day(text.strip()[:20], "")
    except BadValue:
        return otherwise
    return day if day and FIRST_YEAR <= day.year <= LAST_YEAR else otherwise


@require_safe
def runs(request: StaffRequest) -> HttpResponse:
    """Drives of some days, newest first, under what they add up to."""
    user = request.user
    if not (user.is_superuser or reads_in(user) or goes_out_in(user)):
        denied: HttpResponse = permission_denied(request)
        return denied
    today = timezone.localdate()
    last = _day(request.GET.get("den", ""), today)
    first = min(_day(request.GET.get("tu", ""), last - timedelta(days=30)), last)
    rows = on_days(runs_for(user), first, last).filter(withdrawn_at=None)
    sums = rows.aggregate(
        runs=Count("pk"), km=Sum("km"), tracked=Count("pk", filter=Q(has_track=True))
    )
    passed = rows.filter(passes__counts=True).values("passes__village").distinct().count()
    listed = rows.prefetch_related("passes__village", "releases").order_by("-started_at", "pk")
    days = (last - first).days + 1
    return staff_page(
        request,
        "runs/runs.html",
        title=_("Chuyến loa lưu động"),
        icon="media",
        first=first,
        last=last,
        sums=sums,
        a_day=f"{sums['runs'] / days:.1f}".replace(".", ","),
        passed=passed,
        least_seconds=LEAST_SECONDS,
        found=Paginator(listed, A_PAGE).get_page(request.GET.get("trang")),
        goes_out=bool(goes_out_in(user)),
    )

"""One release on the map: every village, who was missed and why, and work given with one click."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin.auth import permission_denied

from tiengmo.people.models import User
from tiengmo.people.staff import attempt, number_in, page
from tiengmo.places.queries import villages_with_units
from tiengmo.reach import map as village_map
from tiengmo.reach import rules
from tiengmo.reach.actions import assign, assign_rest
from tiengmo.reach.errors import ReachError
from tiengmo.reach.missed import missed_by
from tiengmo.reach.models import Assignment
from tiengmo.reach.panels import outlined
from tiengmo.reach.queries import reach_of
from tiengmo.reach.rights import gives_in, workers_for
from tiengmo.reach.staff.forms import in_days
from tiengmo.reach.staff.panel import may_see
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from tiengmo.people.staff import StaffRequest

ICON = "site"
ALL = "tat-ca"
# A page of thousands of rows helps nobody: a larger audience is read commune by commune.
MOST_ROWS = 250


def _seen(request: StaffRequest, pk: UUID) -> Release | None:
    release = get_object_or_404(Release.objects.select_related("unit__parent"), pk=pk)
    return release if may_see(request.user, release) else None


@require_GET
def release(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Map and tables of one release."""
    found = _seen(request, pk)
    if found is None:
        denied: HttpResponse = permission_denied(request)
        return denied
    reach = reach_of(found)
    missed = missed_by(found, reach)
    communes = Counter({row.code: 0 for row in reach.communes})
    communes.update(one.reach.commune_code for one in missed)
    chosen = request.GET.get("xa", "")
    if chosen in communes:
        missed = [one for one in missed if one.reach.commune_code == chosen]
        villages = [row for row in reach.villages if row.commune_code == chosen]
    else:
        chosen, villages = "", reach.villages
    units = gives_in(request.user)
    may_give = [one for one in missed if one.village.unit_id in units and one.offered]
    labels: dict[str, Any] = {channel.code: channel.label for channel in reach.channels}
    work = Assignment.objects.filter(release=found).select_related("village__unit", "person")
    return page(
        request,
        "reach/release.html",
        title=_("Đã tới thôn nào, sót thôn nào"),
        icon=ICON,
        trail=[(found.title, reverse("newsroom_release", args=[pk]))],
        release=found,
        reach=reach,
        map=village_map.draw(reach.villages, outlined(reach), state_of=village_map.with_language)
        if reach.counts_households
        else None,
        missed=missed[:MOST_ROWS],
        missed_left=max(0, len(missed) - MOST_ROWS),
        villages=villages[:MOST_ROWS],
        villages_left=max(0, len(villages) - MOST_ROWS),
        communes=[(row, communes[row.code]) for row in reach.communes],
        chosen=chosen,
        missed_count=len(reach.missed),
        other_language=len(reach.only_in_another_language),
        gives=bool(may_give),
        rest=sum(one.is_left for one in may_give),
        units=units,
        people=workers_for({one.village.unit for one in may_give}).select_related("unit"),
        due_on=in_days(3),
        everything=ALL,
        labels=labels,
        work=work,
        rules=rules,
    )


@require_POST
def give(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Give one village's act, or the first act of every village that is left, to one person."""
    found = _seen(request, pk)
    if found is None:
        denied: HttpResponse = permission_denied(request)
        return denied
    commune = request.POST.get("xa", "")
    query = "?" + urlencode({"xa": commune}) if commune else ""
    back = redirect(reverse("reach_release", args=[pk]) + query)
    try:
        due_on = parse_date(request.POST.get("due_on", ""))
    except ValueError:
        due_on = None
    if due_on is None:
        messages.error(request, _("Hãy ghi hạn."))
        return back
    person = None
    if number := number_in(request.POST.get("person", "")):
        person = get_object_or_404(User, pk=number)
    pick = request.POST.get("pick", "")
    village = None
    if pick != ALL:
        placed = villages_with_units(found.audience, known_at=found.cleared_at)
        village = next((one for one, _unit in placed if one.code == pick), None)
        if village is None:
            return back

    def act() -> int:
        if village is None:
            rest = assign_rest(
                found, by=request.user, due_on=due_on, person=person, commune=commune
            )
            return len(rest)
        wanted = request.POST.get(f"act-{pick}", "")
        assign(found, village, act=wanted, by=request.user, due_on=due_on, person=person)
        return 1

    given = attempt(request, act, (ReachError,))
    if given is not None:
        text = ngettext("Đã giao %(n)d việc.", "Đã giao %(n)d việc.", given) % {"n": given}
        messages.success(request, text)
    return back

"""Writing an alert, its update, or the all-clear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tiengmo.alerts.actions import draft_alert, draft_all_clear, draft_update
from tiengmo.alerts.models import Proposal, Template
from tiengmo.alerts.queries import ISSUING_ROLES, alerts_for, open_proposals
from tiengmo.people.queries import units_where
from tiengmo.places.queries import areas_label

from .behind import counting
from .common import attempt, home_trail, page
from .forms import SHORT_TEXT, ComposeForm

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from .common import StaffRequest


def compose(request: StaffRequest, pk: int) -> HttpResponse:
    """One page: the blanks, where, how long. The voice is made as soon as it is sent."""
    template = get_object_or_404(Template, pk=pk, is_in_use=True)
    proposal = _proposal(request)
    form = ComposeForm(
        request.POST or None,
        template=template,
        user=request.user,
        initial={"areas": _usual_areas(request, proposal), **_told(proposal)},
    )
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        alert = attempt(
            request,
            lambda: draft_alert(
                template,
                by=request.user,
                areas=cleaned["areas"],
                given=form.given(),
                status=cleaned["status"],
                lasts_minutes=cleaned["lasts_minutes"],
                repeat_minutes=cleaned["repeat_minutes"],
                polygon=cleaned["polygon"],
                proposal=proposal,
            ),
        )
        if alert is not None:
            return redirect("alerts_alert", alert.pk)
    return page(
        request,
        "compose",
        title=template.name,
        trail=home_trail(),
        form=form,
        chosen=areas_label(form.initial["areas"]) if form.initial["areas"] else "",
        template=template,
        proposal=proposal,
    )


def _proposal(request: StaffRequest) -> Proposal | None:
    wanted = request.POST.get("proposal") or request.GET.get("proposal") or ""
    return next((one for one in open_proposals(request.user) if str(one.pk) == wanted), None)


def _told(proposal: Proposal | None) -> dict[str, str]:
    """Blanks that the other authority's message fills."""
    places = proposal.facts.get("areas", []) if proposal is not None else []
    place = ", ".join(dict.fromkeys(place for place in places if place))
    return {"blank_place": place[:SHORT_TEXT]} if place else {}


def _usual_areas(request: StaffRequest, proposal: Proposal | None) -> list[str]:
    """What is ticked to begin with: what others warn of, else the person's own commune."""
    if proposal is not None:
        _standing, counts, _why_not = counting(proposal)
        return list(proposal.areas) if counts is None else counts.areas
    units = {unit for role in ISSUING_ROLES for unit in units_where(request.user, role)}
    own = [unit for unit in units if unit.villages.exists()]
    return [own[0].code] if len(own) == 1 else []


def update(request: StaffRequest, pk: UUID) -> HttpResponse:
    alert = get_object_or_404(alerts_for(request.user), pk=pk)
    template = alert.template
    if template is None:
        return redirect("alerts_alert", pk)
    proposal = _proposal(request)
    initial: dict[str, Any] = {
        "areas": alert.areas,
        "lasts_minutes": alert.lasts_minutes,
        "repeat_minutes": alert.repeat_minutes,
        "polygon": alert.polygon,
    }
    form = ComposeForm(
        request.POST or None,
        template=template,
        user=request.user,
        is_update=True,
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        newer = attempt(
            request,
            lambda: draft_update(
                alert,
                by=request.user,
                areas=cleaned["areas"],
                given=form.given(),
                lasts_minutes=cleaned["lasts_minutes"],
                repeat_minutes=cleaned["repeat_minutes"],
                polygon=cleaned["polygon"],
                proposal=proposal,
            ),
        )
        if newer is not None:
            return redirect("alerts_alert", newer.pk)
    return page(
        request,
        "compose",
        title=_("Cập nhật: %(headline)s") % {"headline": alert.headline},
        trail=home_trail(),
        form=form,
        chosen=areas_label(alert.areas),
        template=template,
        updates=alert,
        proposal=proposal,
    )


@require_POST
def all_clear(request: StaffRequest, pk: UUID) -> HttpResponse:
    alert = get_object_or_404(alerts_for(request.user), pk=pk)
    text = request.POST.get("text", "")
    newer = attempt(request, lambda: draft_all_clear(alert, by=request.user, text=text))
    return redirect("alerts_alert", newer.pk if newer is not None else pk)

"""Other authorities: their feeds, and what they warn of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.auth import permission_denied

from tiengmo.alerts.actions import dismiss_proposal, save_feed
from tiengmo.alerts.models import Feed, Template
from tiengmo.alerts.queries import holds_at_the_top, may_issue, open_proposals, warned_because_of
from tiengmo.people.models import Role
from tiengmo.places.queries import areas_label

from .behind import counting
from .common import attempt, home_trail, page
from .forms import FeedForm

if TYPE_CHECKING:
    from django.http import HttpResponse

    from .common import StaffRequest


def feeds(request: StaffRequest, pk: int | None = None) -> HttpResponse:
    """Which feeds are followed, and how each did last time; administrators change them."""
    if not holds_at_the_top(request.user, Role.ADMINISTRATOR):
        denied: HttpResponse = permission_denied(request)
        return denied
    feed = get_object_or_404(Feed, pk=pk) if pk else None
    form = FeedForm(request.POST or None, instance=feed)
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(request, lambda: save_feed(form.save(commit=False), by=request.user))
    ):
        messages.success(request, _("Đã lưu nguồn tin. Máy chủ đọc thử ngay bây giờ."))
        return redirect("alerts_feeds")
    return page(
        request,
        "feeds",
        title=_("Nguồn tin của cơ quan khác"),
        trail=home_trail(),
        form=form,
        feed=feed,
        feeds=Feed.objects.all(),
    )


def proposal(request: StaffRequest, pk: int) -> HttpResponse:
    """What another authority says about our area; a person decides what becomes of it."""
    found = next((one for one in open_proposals(request.user) if one.pk == pk), None)
    if found is None:
        messages.error(request, _("Tin này đã hết hạn, đã được dùng, hoặc không thuộc địa bàn."))
        return redirect("alerts_home")
    if request.method == "POST":
        if attempt(request, lambda: dismiss_proposal(found, by=request.user)):
            messages.success(request, _("Đã bỏ qua tin này."))
        return redirect("alerts_home")
    standing, counts, why_not = counting(found)
    compose = reverse("alerts_choose")
    if counts is not None:
        template = Template.objects.filter(hazard=counts.paper.hazard, is_in_use=True).first()
        compose = reverse("alerts_compose", args=[template.pk]) if template else compose
    return page(
        request,
        "proposal",
        title=found.facts.get("headline") or found.facts.get("event", ""),
        trail=home_trail(),
        proposal=found,
        areas=areas_label(found.areas),
        standing=standing,
        why_not="" if found.is_end else why_not,
        ours=[one for one in warned_because_of(found) if may_issue(request.user, one.station)],
        compose_url=f"{compose}?proposal={found.pk}",
    )

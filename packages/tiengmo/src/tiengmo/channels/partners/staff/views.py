"""Staff's pages: which systems may take bulletins, how they answer, and a test of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from tiengmo.channels.health import STATES
from tiengmo.channels.partners import actions, health
from tiengmo.channels.partners.channel import Partners, name_of
from tiengmo.channels.partners.models import Partner, Push, Subscription
from tiengmo.channels.partners.rules import HUB, Topic
from tiengmo.channels.partners.staff.forms import PartnerForm, choices
from tiengmo.people.errors import NotAllowed
from tiengmo.people.staff import attempt, carry_out, page
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from django.http import HttpResponse

    from tiengmo.people.staff import StaffRequest

ICON = "link"
LATEST = 20
CHANNEL = Partners()


def may_open(user: Any) -> bool:
    """Contacts of people elsewhere stand here: for who administers the whole locality."""
    try:
        actions.require_administrator(user)
    except NotAllowed:
        return False
    return bool(user.is_authenticated)


def _refuse_others(request: StaffRequest) -> None:
    if not may_open(request.user):
        raise PermissionDenied


def home(request: StaffRequest) -> HttpResponse:
    """Every partner and how it answers; the latest bulletins that went to some."""
    _refuse_others(request)
    latest = Release.objects.filter(deliveries__channel=CHANNEL.code).distinct()
    return page(
        request,
        "partners/home.html",
        title=_("Hệ thống bạn"),
        icon=ICON,
        lines=health.lines(),
        releases=[(one, CHANNEL.summary(one)) for one in latest.order_by("-released_at")[:LATEST]],
    )


def partner(request: StaffRequest, pk: int | None = None) -> HttpResponse:
    """One partner: what it may take, what it takes, what went to it; a new one without a pk."""
    _refuse_others(request)
    found = get_object_or_404(Partner, pk=pk) if pk is not None else Partner(topics=[])
    kept = list(found.topics)
    form = PartnerForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        saved = attempt(
            request,
            lambda: actions.save_partner(found, by=request.user, **form.wanted()),
            (),
            form,
        )
        if saved is not None:
            messages.success(request, _("Đã lưu."))
            return redirect("partners_partner", saved.pk)
    shown = Partner.objects.filter(pk=pk).first()
    names = dict(choices(kept))
    pushes = Push.objects.filter(subscription__partner=pk).select_related("release", "subscription")
    return page(
        request,
        "partners/partner.html",
        title=name_of(shown) if shown is not None else _("Hệ thống bạn mới"),
        icon=ICON,
        trail=[(_("Hệ thống bạn"), reverse("partners_home"))],
        form=form,
        partner=shown,
        hub=f"{settings.PUBLIC_URL}{HUB}",
        feeds=[(names.get(key, key), f"{settings.PUBLIC_URL}{Topic(key).path}") for key in kept],
        subscriptions=[
            (names.get(one.topic, one.topic), one)
            for one in Subscription.objects.filter(partner=pk).order_by("topic", "-asked_at")
        ]
        if shown is not None
        else [],
        pushes=pushes.order_by("-due_at")[:LATEST] if shown is not None else [],
        state=STATES["failing"] if shown is not None and shown.failing_since else "",
    )


@require_POST
def use(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Partner, pk=pk)
    is_used = request.POST.get("is_used") == "1"
    carry_out(
        request,
        lambda: actions.use_partner(found, by=request.user, is_used=is_used),
        _("Từ giờ %(name)s đăng ký nhận tin được.") % {"name": found.name}
        if is_used
        else _("Đã ngừng: %(name)s không nhận thêm tin nào.") % {"name": found.name},
    )
    return redirect("partners_partner", pk)


@require_POST
def test(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask the partner's machine; no news goes there."""
    found = get_object_or_404(Partner, pk=pk)
    tested = attempt(request, lambda: actions.try_partner(found, by=request.user))
    if tested is not None:
        is_good, said = tested
        given = {"name": found.name, "said": said}
        if is_good:
            messages.success(request, _("%(name)s trả lời tốt: %(said)s") % given)
        else:
            messages.error(request, _("%(name)s không nhận: %(said)s") % given)
    return redirect("partners_partner", pk)

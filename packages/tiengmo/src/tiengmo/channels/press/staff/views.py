"""The press office's first page: what is under embargo, what went out, who asks to be let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tiengmo.channels.press.channel import Press
from tiengmo.channels.press.models import Journalist, Letter, PressItem
from tiengmo.channels.press.queries import accredited, under_embargo
from tiengmo.channels.press.staff.common import ICON, MORE_PAGES, for_the_press_office
from tiengmo.people.staff import page

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from tiengmo.people.staff import StaffRequest

A_PAGE = 20


@require_safe
@for_the_press_office
def home(request: StaffRequest) -> HttpResponse:
    channel = Press()
    waiting = under_embargo().annotate(read=Count("readings"))
    past = PressItem.objects.exclude(until__gt=timezone.now(), gone_at=None, dropped_at=None)
    found = Paginator(past.select_related("release__unit").order_by("-until", "-pk"), A_PAGE)
    shown = found.get_page(request.GET.get("trang"))
    return page(
        request,
        "press/home.html",
        title=_("Báo chí"),
        icon=ICON,
        waiting=waiting,
        rows=[(one, channel.summary(one.release)) for one in shown],
        found=shown,
        asked=Journalist.objects.filter(state=Journalist.State.ASKED).count(),
        accredited=accredited().count(),
        more=MORE_PAGES,
        has_mail=bool(settings.EMAIL_URL),
        unsent=Letter.objects.filter(state=Letter.State.WAITING).count(),
    )


@require_safe
@for_the_press_office
def item(request: StaffRequest, pk: UUID) -> HttpResponse:
    """One release: who opened it under embargo and when, and what became of its letters."""
    found = get_object_or_404(PressItem.objects.select_related("release__unit"), release=pk)
    letters = (
        Letter.objects.filter(release=pk)
        .select_related("journalist__outlet")
        .order_by("journalist__outlet__name", "journalist__full_name", "pk")
    )
    return page(
        request,
        "press/staff_item.html",
        title=found.release.title,
        icon=ICON,
        trail=[(_("Báo chí"), reverse("press_home"))],
        item=found,
        is_waiting=found.until > timezone.now(),
        readings=found.readings.select_related("journalist__outlet"),
        letters=letters,
    )

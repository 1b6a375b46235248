"""What is being said now, what waits for a signature, and what others warn of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.alerts.models import Template
from tiengmo.alerts.queries import (
    ISSUING_ROLES,
    alerts_for,
    extent_of,
    heard_from,
    holds_at_the_top,
    open_proposals,
    waiting_for,
)
from tiengmo.alerts.workflow import State
from tiengmo.people.models import Role
from tiengmo.people.queries import roles_of
from tiengmo.speakers.issuers import own_key

from .common import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from .common import StaffRequest

RECENT = 20


def home(request: StaffRequest) -> HttpResponse:
    user, now = request.user, timezone.now()
    rows = alerts_for(user)
    current = rows.filter(state=State.ISSUED, expires_at__gt=now).order_by("-sent_at")
    mine = rows.filter(composer=user, state__in=[State.DRAFT, State.COMPOSED])
    ended = rows.exclude(sent_at=None).exclude(pk__in=current.values("pk")).order_by("-sent_at")
    return page(
        request,
        "home",
        title=_("Cảnh báo"),
        current=[
            {"alert": alert, "extent": extent_of(alert), "heard": heard_from(alert)}
            for alert in current
        ],
        waiting=waiting_for(user),
        mine=mine.order_by("-created_at")[:5],
        proposals=open_proposals(user),
        ended=ended[:RECENT],
        may_compose=bool(set(ISSUING_ROLES) & roles_of(user)),
        may_follow=holds_at_the_top(user, Role.ADMINISTRATOR),
        key=own_key(user),
        now=now,
    )


def choose(request: StaffRequest) -> HttpResponse:
    """The hazards, large enough for a cold thumb."""
    return page(
        request,
        "choose",
        title=_("Soạn cảnh báo"),
        trail=[(_("Cảnh báo"), "../")],
        templates=Template.objects.filter(is_in_use=True),
        proposal=request.GET.get("proposal", ""),
    )

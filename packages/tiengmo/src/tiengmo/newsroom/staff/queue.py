"""What waits for me: one row a bulletin, with whom it will reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from tiengmo.channels import registry
from tiengmo.newsroom import review
from tiengmo.newsroom.permissions import may_read
from tiengmo.newsroom.queries import bulletins_for, waiting_for
from tiengmo.newsroom.texts import number
from tiengmo.newsroom.workflow import Stage
from tiengmo.places.queries import areas_label, households_in

from .common import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from tiengmo.newsroom.models import Bulletin
    from tiengmo.people.staff import StaffRequest


def queue(request: StaffRequest) -> HttpResponse:
    mine = waiting_for(request.user)
    shown = {bulletin.pk for bulletin in mine}
    others = [
        bulletin.get_latest_revision_as_object()
        for bulletin in bulletins_for(request.user)
        .filter(stage=Stage.IN_REVIEW)
        .exclude(pk__in=shown)
        .select_related("unit", "author", "latest_revision")[:50]
        if may_read(request.user, bulletin)
    ]
    return page(
        request,
        "newsroom/queue.html",
        title=_("Chờ duyệt"),
        icon="tasks",
        mine=[facts_of(bulletin) for bulletin in mine],
        others=[facts_of(bulletin) for bulletin in others],
    )


def facts_of(bulletin: Bulletin) -> dict[str, Any]:
    """What an approver sees of a bulletin before opening it."""
    step = review.current_step(bulletin)
    labels = {channel.code: channel.label for channel in registry.channels()}
    return {
        "bulletin": bulletin,
        "unit": bulletin.unit,
        "step": step.task.specific.unit if step is not None else None,
        "since": step.started_at if step is not None else None,
        "audience": areas_label(bulletin.audience),
        "households": number(households_in(bulletin.audience)),
        "channels": [labels.get(code, code) for code in bulletin.channels],
        "sound": bulletin.sound,
    }

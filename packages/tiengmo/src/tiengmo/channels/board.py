"""Staff's page of the channels: what works, what does not and since when, what runs out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tiengmo.channels import health
from tiengmo.people.models import Role
from tiengmo.people.queries import roles_of, works_somewhere
from tiengmo.people.staff import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from tiengmo.people.staff import StaffRequest

ICON = "link"


@require_GET
def board(request: StaffRequest) -> HttpResponse:
    """One line for each channel, one for each provider behind it."""
    if not works_somewhere(request.user) and not request.user.is_superuser:
        raise PermissionDenied
    order = list(health.STATES)
    rows = health.board()
    rows.sort(key=lambda row: order.index(row.own.state))
    return page(
        request,
        "channels/board.html",
        title=_("Các kênh"),
        icon=ICON,
        rows=rows,
        expiring=health.expiring(),
        may_change=request.user.is_superuser or Role.ADMINISTRATOR in roles_of(request.user),
    )

"""What the staff's own pages share: the frame, and how a refusal is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from wagtail.admin.auth import permission_denied

from tiengmo.newsroom.errors import NewsroomError
from tiengmo.newsroom.models import Bulletin
from tiengmo.newsroom.permissions import may_read
from tiengmo.people import staff
from tiengmo.people.errors import NotAllowed
from tiengmo.people.staff import number_in, page
from tiengmo.releases.errors import ReleaseError

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from tiengmo.people.staff import StaffRequest

__all__ = ["REFUSALS", "attempt", "denied", "number_in", "page", "readable_bulletin"]

REFUSALS = (NewsroomError, NotAllowed, ReleaseError)


def readable_bulletin(request: StaffRequest, pk: int) -> Bulletin | None:
    """The bulletin, or None when this person may not read it."""
    bulletin = get_object_or_404(
        Bulletin.objects.select_related("unit", "author", "latest_revision"), pk=pk
    )
    return bulletin if may_read(request.user, bulletin) else None


def denied(request: StaffRequest) -> HttpResponse:
    response: HttpResponse = permission_denied(request)
    return response


def attempt(request: StaffRequest, act: Callable[[], Any]) -> Any:
    """Run an action; tell a refusal as a message on the next page and return None."""
    return staff.attempt(request, act, REFUSALS)

"""What outreach's staff pages share: the frame, and how a refusal is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiengmo.outreach.errors import OutreachError
from tiengmo.people import staff

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from tiengmo.people.staff import StaffRequest

A_PAGE = 30


def page(request: StaffRequest, name: str, /, **context: Any) -> HttpResponse:
    return staff.page(request, f"outreach/{name}.html", **context)


def attempt(request: StaffRequest, act: Callable[[], Any], done: str) -> bool:
    return staff.carry_out(request, act, done, (OutreachError,)) is not None

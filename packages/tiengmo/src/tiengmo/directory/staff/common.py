"""What the directory's staff pages share: the frame, who sees which unit, how refusals are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from tiengmo.directory.errors import DirectoryError
from tiengmo.directory.queries import edited_by, seen_by
from tiengmo.people import staff

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from tiengmo.people.staff import StaffRequest
    from tiengmo.places.models import Unit


def page(request: StaffRequest, name: str, /, **context: Any) -> HttpResponse:
    return staff.page(request, f"directory/{name}.html", icon="group", **context)


def home_trail() -> list[tuple[str, str]]:
    return [(_("Danh bạ"), reverse("directory_home"))]


def unit_trail(unit: Unit) -> list[tuple[str, str]]:
    return [*home_trail(), (unit.name, reverse("directory_unit", args=[unit.code]))]


def unit_of(request: StaffRequest, code: str) -> Unit:
    """The unit with this code, if this person sees it; 404 otherwise."""
    found = seen_by(request.user).filter(code=code).order_by("-valid_from").first()
    if found is None:
        raise Http404
    return found


def may_edit(request: StaffRequest, unit: Unit) -> bool:
    return unit.pk in edited_by(request.user)


def attempt(request: StaffRequest, act: Callable[[], Any], done: str) -> Any:
    return staff.carry_out(request, act, done, (DirectoryError,))

"""What this app's staff pages share: the frame, who sees what, how a refusal is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from tiengmo.one_stop.errors import ProcedureError
from tiengmo.one_stop.queries import procedures_for
from tiengmo.people import staff

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.forms import BaseForm
    from django.http import HttpResponse

    from tiengmo.one_stop.models import Procedure
    from tiengmo.people.staff import StaffRequest


def page(request: StaffRequest, name: str, /, **context: Any) -> HttpResponse:
    return staff.page(request, f"one_stop/{name}.html", icon="form", **context)


def trail(procedure: Procedure | None = None) -> list[tuple[str, str]]:
    above = [(_("Thủ tục"), reverse("procedures_home"))]
    if procedure is not None:
        above.append((procedure.code, reverse("procedures_procedure", args=[procedure.pk])))
    return above


def seen(request: StaffRequest, pk: int) -> Procedure:
    """The procedure, or 404 when this person does not see it."""
    return get_object_or_404(procedures_for(request.user), pk=pk)


def attempt(request: StaffRequest, act: Callable[[], Any], form: BaseForm | None = None) -> Any:
    return staff.attempt(request, act, (ProcedureError,), form)

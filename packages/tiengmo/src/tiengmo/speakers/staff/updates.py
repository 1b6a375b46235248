"""Pages of the technician: programs that were released, and how each comes to the boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tiengmo.people.errors import NotAllowed
from tiengmo.people.models import Role
from tiengmo.people.queries import has_role
from tiengmo.speakers import updates
from tiengmo.speakers.errors import SpeakerError
from tiengmo.speakers.labels import UPDATE_REASONS
from tiengmo.speakers.models import Artifact, Deployment, InstallState
from tiengmo.speakers.updates.rollout import FAILING, UNDER_WAY, may_run_it

from . import board as boards
from .update_forms import DeploymentForm
from .upkeep import _technician_units

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

ON_A_PAGE = 50


def _deployments(user: Any) -> QuerySet[Deployment]:
    """Those that reach a box the person sees."""
    seen = boards.boxes_for(user).values("pk")
    return Deployment.objects.filter(installations__box__in=seen).distinct()


def programs(request: HttpRequest) -> HttpResponse:
    """List what was released, what is on its way, and begin to bring a version (technicians)."""
    user: Any = request.user
    units = _technician_units(user)
    form = DeploymentForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        try:
            made = updates.begin(
                wanted["unit"],
                wanted["version"],
                by=user,
                plan=wanted["plan"],
                soak_minutes=wanted["soak_minutes"],
                failure_percent=wanted["failure_percent"],
            )
        except (NotAllowed, SpeakerError) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Đã bắt đầu: cụm loa đầu tiên nhận lệnh trong vài giây."))
            return redirect("speakers_deployment", made.pk)
    boxes = boards.boxes_for(user).filter(retired_at=None)
    running = boxes.exclude(agent_version="").values_list("agent_version").annotate(n=Count("pk"))
    context = {
        "artifacts": Artifact.objects.select_related("key")[:ON_A_PAGE],
        "running": sorted(running.order_by(), key=lambda row: -row[1]),
        "page": Paginator(
            _deployments(user).select_related("unit").order_by("-created_at"), ON_A_PAGE
        ).get_page(request.GET.get("page")),
        "form": form,
        "may_begin": bool(units) and bool(form.fields["version"].choices),  # type: ignore[attr-defined]
    }
    return render(request, "speakers/programs.html", context)


@require_GET
def deployment(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far a version has come, phase by phase and box by box."""
    user: Any = request.user
    one = get_object_or_404(_deployments(user).select_related("unit", "undoes"), pk=pk)
    rows = list(
        one.installations.filter(box__in=boards.boxes_for(user).values("pk")).select_related(
            "box__village__unit"
        )
    )
    # What needs a look comes first.
    order: list[str] = [*FAILING, *UNDER_WAY, InstallState.WAITING, InstallState.CONFIRMED]
    by_need = sorted(rows, key=lambda row: order.index(row.state) if row.state in order else 9)
    page = Paginator(by_need, ON_A_PAGE).get_page(request.GET.get("page"))
    shown: list[Any] = list(page)
    for row in shown:
        row.why = UPDATE_REASONS.get(row.reason, row.reason)
        row.silent = row.silent_ms / 1000 if row.silent_ms is not None else None
    silences = [row.silent_ms for row in rows if row.silent_ms is not None]
    context = {
        "one": one,
        "phases": _phases(one, rows),
        "page": page,
        "rows": shown,
        "longest": max(silences) / 1000 if silences else None,
        "may_act": has_role(user, Role.TECHNICIAN, one.unit) or user.is_superuser,
        "to_undo": sum(1 for row in rows if may_run_it(row)),
        "is_undone": one.undone_by.exists(),
        "query": "",
    }
    return render(request, "speakers/deployment.html", context)


def _phases(one: Deployment, rows: list[Any]) -> list[dict[str, Any]]:
    found, first = [], 0
    for number, last in enumerate(one.phases):
        members = [row for row in rows if first <= row.position < last]
        states = [row.state for row in members]
        found.append(
            {
                "number": number + 1,
                "boxes": len(members),
                "confirmed": states.count(InstallState.CONFIRMED),
                "under_way": sum(states.count(state) for state in UNDER_WAY),
                "failing": sum(states.count(state) for state in FAILING),
                "waiting": states.count(InstallState.WAITING),
                "is_now": one.is_open and number == one.phase,
                "is_begun": number <= one.phase,
            }
        )
        first = last
    return found


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Halt, resume, end or undo."""
    user: Any = request.user
    one = get_object_or_404(_deployments(user), pk=pk)
    if verb == "hoan-tac" and "is_sure" not in request.POST:
        messages.error(request, _("Hãy đánh dấu ô “Tôi chắc chắn” rồi bấm lại."))
        return redirect("speakers_deployment", pk)
    try:
        if verb == "dung":
            updates.halt(one, by=user, reason=_("%(who)s cho dừng.") % {"who": user})
        elif verb == "tiep":
            updates.resume(one, by=user)
        elif verb == "ket-thuc":
            updates.end(one, by=user)
        elif verb == "hoan-tac":
            back = updates.undo(one, by=user)
            messages.success(request, _("Đang đưa các cụm loa về bản trước."))
            return redirect("speakers_deployment", back.pk)
    except (NotAllowed, SpeakerError) as error:
        messages.error(request, str(error))
    return redirect("speakers_deployment", pk)

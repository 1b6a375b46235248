"""Everything that is out of date in somebody's units, on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages
from wagtail.admin.auth import permission_denied

from tiengmo.outbox.actions import announce
from tiengmo.people.staff import attempt, page
from tiengmo.places.models import Unit
from tiengmo.upkeep.actions import set_aside
from tiengmo.upkeep.errors import UpkeepError
from tiengmo.upkeep.handlers import LOOK
from tiengmo.upkeep.models import Link
from tiengmo.upkeep.queries import counts, sections, units_of
from tiengmo.upkeep.registry import kinds

if TYPE_CHECKING:
    from django.http import HttpResponse

    from tiengmo.people.staff import StaffRequest


def _unit(request: StaffRequest, units: set[int]) -> Unit | None:
    code = request.GET.get("don-vi", "")
    return Unit.objects.filter(code=code, pk__in=units).order_by("-valid_from").first()


@require_safe
def home(request: StaffRequest) -> HttpResponse:
    """Every kind, or one of them; every unit of this person, or one of them."""
    mine = units_of(request.user)
    kind = request.GET.get("loai", "")
    kind = kind if kind in {one.code for one in kinds()} else ""
    unit = _unit(request, mine)
    shown = sections(request.user, kind=kind, unit_id=unit.pk if unit else None)
    last = Link.objects.exclude(checked_at=None).order_by("-checked_at").first()
    return page(
        request,
        "upkeep/home.html",
        title=_("Cần rà soát"),
        icon="history",
        sections=shown,
        total=sum(len(section.rows) for section in shown),
        kinds=kinds(),
        kind=kind,
        unit=unit,
        units=Unit.objects.filter(pk__in=mine).order_by("code"),
        last_look=last.checked_at if last else None,
        looks_outside=settings.LINKS_OUTSIDE,
    )


@require_POST
def leave(request: StaffRequest) -> HttpResponse:
    """Leave one finding as it is, with a reason."""
    kind, ref = request.POST.get("kind", ""), request.POST.get("ref", "")
    reason = request.POST.get("reason", "")
    act = lambda: set_aside(kind, ref, by=request.user, reason=reason)  # noqa: E731
    row = attempt(request, act, (UpkeepError,))
    if row is not None:
        day = f"{row.until_on:%d/%m/%Y}"
        messages.success(request, _("Đã ghi. Mục này trở lại vào ngày %(day)s.") % {"day": day})
    kept = {"loai": request.POST.get("loai", ""), "don-vi": request.POST.get("don-vi", "")}
    query = urlencode({name: value for name, value in kept.items() if value})
    return redirect(f"{reverse('upkeep_home')}?{query}" if query else reverse("upkeep_home"))


@require_POST
def look(request: StaffRequest) -> HttpResponse:
    """Have the links looked at now; any number of clicks are one look."""
    if not units_of(request.user):
        denied: HttpResponse = permission_denied(request)
        return denied
    announce(LOOK, key=LOOK)
    messages.success(request, _("Đang kiểm tra liên kết; hãy mở lại trang sau vài phút."))
    return redirect("upkeep_home")


def home_panel(request: StaffRequest) -> str:
    """How much is out of date, for the first page after signing in."""
    if not units_of(request.user):
        return ""
    found = counts(request.user)
    context = {"counts": found, "total": sum(number for _kind, number in found)}
    return render_to_string("upkeep/panel.html", context, request=request)

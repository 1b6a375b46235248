"""What is allowed where: quiet hours and limits of each unit, its own and those it inherits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.broadcasting.actions.week import set_area_rules
from tiengmo.broadcasting.airtime import Airtime
from tiengmo.broadcasting.models import AreaRules

from .common import attempt, may_operate, page, station_of, stations, to_week
from .forms import AreaRulesForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def index(request: HttpRequest) -> HttpResponse:
    seen = stations(request)
    airtime = Airtime()
    own = {rules.unit_id: rules for rules in AreaRules.objects.filter(unit__in=seen)}
    rows = [
        {"unit": unit, "own": own.get(unit.pk), "allowed": airtime.allowed(unit.pk)}
        for unit in seen
        if unit.pk in airtime.units
    ]
    return page(
        request,
        "broadcasting/areas.html",
        title=_("Giờ được phép phát"),
        trail=[(_("Lịch phát"), to_week(seen[0], timezone.localdate()))] if seen else [],
        rows=rows,
    )


def area(request: HttpRequest, code: str) -> HttpResponse:
    """Set the rules of one unit; what it inherits stands beside them."""
    unit = station_of(request, code)
    rules = AreaRules.objects.filter(unit=unit).first() or AreaRules(unit=unit)
    form = AreaRulesForm(request.POST or None, instance=rules)
    user: Any = request.user
    if request.method == "POST" and form.is_valid():
        saved = form.save(commit=False)
        done = _("Đã lưu. Các cụm loa trong địa bàn sẽ nhận quy định mới.")
        if attempt(request, lambda: set_area_rules(saved, by=user), done):
            return redirect("broadcasting_areas")
    airtime = Airtime()
    above = [
        {"unit": airtime.units[pk], "allowed": airtime.allowed(pk)}
        for pk in airtime.line(unit.pk)[1:2]
    ]
    return page(
        request,
        "broadcasting/area.html",
        title=_("Giờ được phép phát: %(unit)s") % {"unit": unit},
        trail=[(_("Giờ được phép phát"), "../")],
        form=form,
        unit=unit,
        above=above,
        may_operate=may_operate(request, unit.pk),
    )

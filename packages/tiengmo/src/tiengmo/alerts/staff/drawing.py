"""An area drawn on a map: the villages in it, and the form field that carries it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from tiengmo.alerts.cap.areas import drawn_shape, villages_touched
from tiengmo.alerts.queries import ISSUING_ROLES
from tiengmo.people.queries import units_where
from tiengmo.places.queries import areas_label, minimal_cover, villages_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiengmo.people.models import User
    from tiengmo.places.models import Village

    from .common import StaffRequest

LONGEST = 20_000


class PolygonField(forms.CharField):
    """GeoJSON of one polygon, as the map writes it into a hidden input; empty: none was drawn."""

    widget = forms.HiddenInput

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=LONGEST, **options)

    def clean(self, value: Any) -> dict[str, Any] | None:
        text = super().clean(value)
        try:
            return drawn_shape(json.loads(text)) if text else None
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(
                _("Vùng vẽ không dùng được: cần ít nhất ba điểm và các cạnh không cắt nhau.")
            ) from error

    def prepare_value(self, value: Any) -> Any:
        return json.dumps(value) if isinstance(value, dict) else value


def own_villages(user: User) -> list[Village]:
    """Every village that this person may warn."""
    units = {unit.code for role in ISSUING_ROLES for unit in units_where(user, role)}
    return list(villages_in(units).order_by("code"))


def left_out(polygon: dict[str, Any], areas: Iterable[str], user: User) -> list[Village]:
    """Villages that lie in the drawn area and were not chosen."""
    chosen = set(villages_in(areas).values_list("pk", flat=True))
    return [one for one in villages_touched(polygon, own_villages(user)) if one.pk not in chosen]


@require_GET
def villages(request: StaffRequest) -> HttpResponse:
    """Where the villages stand that this person may warn, for the map."""
    return JsonResponse(
        {
            "villages": [
                {"code": one.code, "name": one.name, "lat": one.latitude, "lon": one.longitude}
                for one in own_villages(request.user)
            ]
        }
    )


@require_POST
def inside(request: StaffRequest) -> HttpResponse:
    """The villages that a drawn polygon touches: as the server will judge it when it is sent."""
    try:
        polygon = PolygonField().clean(request.POST.get("polygon", ""))
    except forms.ValidationError as error:
        return JsonResponse({"error": " ".join(error.messages)}, status=400)
    found = villages_touched(polygon, own_villages(request.user)) if polygon else []
    codes = [one.code for one in found]
    return JsonResponse(
        {
            "codes": codes,
            "label": areas_label(minimal_cover(codes)) if codes else "",
            "text": gettext("%(villages)d thôn, %(households)d hộ trong vùng vẽ.")
            % {"villages": len(found), "households": sum(one.households for one in found)},
        }
    )

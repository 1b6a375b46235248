from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tiengmo.people.models import Role
from tiengmo.people.queries import units_below, units_where
from tiengmo.places.models import Village

if TYPE_CHECKING:
    from tiengmo.people.models import User


class EnrolForm(forms.Form):
    """Where the new box stands; the village's own place is taken when none is given."""

    village = forms.ModelChoiceField(Village.objects.none(), label=_("Thôn, tổ dân phố"))
    name = forms.CharField(
        label=_("Tên cụm loa"),
        max_length=200,
        required=False,
        help_text=_("Ví dụ: Cụm loa nhà văn hoá thôn. Bỏ trống thì hệ thống tự đặt tên."),
    )
    horns = forms.IntegerField(label=_("Số loa"), min_value=1, max_value=20, initial=2)
    latitude = forms.FloatField(label=_("Vĩ độ"), min_value=-90, max_value=90, required=False)
    longitude = forms.FloatField(label=_("Kinh độ"), min_value=-180, max_value=180, required=False)

    def __init__(self, *arguments: Any, user: User, **options: Any) -> None:
        super().__init__(*arguments, **options)
        villages = Village.objects.select_related("unit").order_by("unit__name", "name")
        if not user.is_superuser:
            units = units_below(units_where(user, Role.TECHNICIAN))
            villages = villages.filter(unit__in=units)
        field = self.fields["village"]
        field.queryset = villages  # type: ignore[attr-defined]
        field.label_from_instance = lambda village: f"{village.unit}: {village}"  # type: ignore[attr-defined]

    def placement(self) -> dict[str, Any]:
        """What was filled in, for `make_enrolment_code`."""
        given = {
            name: self.cleaned_data[name]
            for name in ("horns", "latitude", "longitude")
            if self.cleaned_data[name] is not None
        }
        if ("latitude" in given) != ("longitude" in given):
            given.pop("latitude", None)
            given.pop("longitude", None)
        return given


class VolumeForm(forms.Form):
    volume = forms.IntegerField(min_value=0, max_value=100)

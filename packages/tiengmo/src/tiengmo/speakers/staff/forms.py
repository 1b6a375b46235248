from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tiengmo.people.models import Role
from tiengmo.people.queries import units_below, units_where
from tiengmo.places.models import Unit, Village
from tiengmo.speakers.technician.profiles import read_hours

if TYPE_CHECKING:
    from django.db.models import QuerySet

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


class TestPlanForm(forms.Form):
    """When the boxes of a unit test themselves."""

    __test__ = False  # a form, not a test

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Địa bàn"))
    at = forms.TimeField(
        label=_("Giờ kiểm tra"),
        initial="07:00",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    is_silent = forms.BooleanField(
        label=_("Chỉ tự kiểm tra, không phát tiếng"),
        required=False,
        help_text=_("Khi không chọn, mỗi cụm phát một tiếng chuông nhỏ dài một giây."),
    )
    is_on = forms.BooleanField(label=_("Kiểm tra hằng ngày"), required=False, initial=True)

    def __init__(self, *arguments: Any, units: QuerySet[Unit], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]


class VolumeHoursForm(forms.Form):
    """One entry a line: a span of the day and the volume in it."""

    hours = forms.CharField(
        label=_("Khung giờ và âm lượng"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "Mỗi dòng một khung giờ, ví dụ “05:00-06:30 40”. Ngoài các khung này, âm lượng riêng "
            "của từng cụm có hiệu lực. Bỏ trống để thôi đặt theo giờ."
        ),
    )

    def clean_hours(self) -> str:
        text: str = self.cleaned_data["hours"]
        try:
            read_hours(text)
        except ValueError as error:
            raise forms.ValidationError(
                _("Không đọc được hoặc trùng khung giờ khác: “%(line)s”."),
                params={"line": str(error)},
            ) from error
        return text

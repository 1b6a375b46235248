from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiengmo.directory.models import Office, Official
from tiengmo.directory.queries import offices_in_use
from tiengmo.directory.rules import BadHours, Hours, day_text, parse_day, usual_hours

if TYPE_CHECKING:
    from tiengmo.places.models import Unit

DAY_NAMES = (
    gettext_lazy("Thứ Hai"),
    gettext_lazy("Thứ Ba"),
    gettext_lazy("Thứ Tư"),
    gettext_lazy("Thứ Năm"),
    gettext_lazy("Thứ Sáu"),
    gettext_lazy("Thứ Bảy"),
    gettext_lazy("Chủ Nhật"),
)
ON_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class OfficeForm(forms.ModelForm[Office]):
    """An office; its week is seven lines as people write them."""

    class Meta:
        model = Office
        fields = (
            "kind", "name", "name_en", "address", "phone", "email", "note", "opens_on_holidays",
            "holidays_note", "latitude", "longitude", "order",
        )  # fmt: skip
        widgets = {"note": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        hours = self.instance.hours or usual_hours()
        for number, name in enumerate(DAY_NAMES):
            self.fields[f"day_{number}"] = forms.CharField(
                label=name,
                required=False,
                max_length=120,
                initial=day_text(hours[number]),
                widget=forms.TextInput(attrs={"placeholder": _("nghỉ")}),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        hours: Hours = []
        for number in range(len(DAY_NAMES)):
            name = f"day_{number}"
            try:
                hours.append(parse_day(cleaned.get(name, "")))
            except BadHours as error:
                told = (
                    _("Giờ sau phải muộn hơn giờ trước.")
                    if error.args[0] == "order"
                    else _("Hãy ghi như 7:30–11:30, 13:30–17:00; bỏ trống nếu nghỉ.")
                )
                self.add_error(name, told)
        cleaned["hours"] = hours
        return cleaned

    def words(self) -> Office:
        """The office as written here, not saved."""
        office = self.save(commit=False)
        office.hours = self.cleaned_data["hours"]
        return office

    def day_fields(self) -> list[forms.BoundField]:
        return [self[f"day_{number}"] for number in range(len(DAY_NAMES))]

    def first_fields(self) -> list[forms.BoundField]:
        return [self[n] for n in ("kind", "name", "address", "phone", "email", "note")]

    def last_fields(self) -> list[forms.BoundField]:
        names = ("opens_on_holidays", "holidays_note", "latitude", "longitude", "order", "name_en")
        return [self[name] for name in names]


class OfficialForm(forms.ModelForm[Official]):
    class Meta:
        model = Official
        fields = (
            "name", "position", "duties", "office", "phone", "email", "is_leader", "order",
            "valid_from", "valid_to", "position_en",
        )  # fmt: skip
        widgets = {"valid_from": ON_DATE, "valid_to": ON_DATE}

    def __init__(self, *arguments: Any, unit: Unit, **options: Any) -> None:
        super().__init__(*arguments, **options)
        offices: Any = self.fields["office"]
        offices.queryset = offices_in_use().filter(unit=unit)
        offices.empty_label = _("– không gắn với nơi nào –")

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tiengmo.foundation.languages import MAIN_LANGUAGE, language_name

if TYPE_CHECKING:
    from tiengmo.places.models import Unit
    from tiengmo.reach.models import Assignment, Goal


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


class ReceiptForm(forms.Form):
    """What came of work; its id travels with it, so that sending twice counts once."""

    receipt_id = forms.UUIDField(widget=forms.HiddenInput)
    households = forms.IntegerField(
        label=_("Số hộ đã tới"),
        min_value=1,
        help_text=_("Hộ đã gặp, đã nhận tờ rơi hoặc có người dự họp. Không ghi tên ai."),
    )
    language = forms.ChoiceField(label=_("Bằng tiếng"))
    on = forms.DateField(
        label=_("Ngày làm"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(label=_("Ghi chú"), max_length=300, required=False)

    def __init__(self, data: Any = None, *, assignment: Assignment) -> None:
        super().__init__(
            data,
            auto_id=f"{assignment.pk}-%s",
            initial={
                "receipt_id": uuid.uuid4(),
                "on": timezone.localdate(),
                "language": assignment.language,
            },
        )
        codes = dict.fromkeys([*assignment.village.languages, MAIN_LANGUAGE])
        language: Any = self.fields["language"]
        language.choices = [(code, language_name(code)) for code in codes]
        if not assignment.counts_households:
            # Boxes prove plays themselves.
            del self.fields["households"], self.fields["language"]


def quarter_start(day: date) -> date:
    """The first day of the quarter that a day lies in."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


LONGEST_DAYS = 400


def _date(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class StretchForm(forms.Form):
    """Which unit and which days; this quarter unless asked otherwise."""

    def __init__(self, data: Any = None, *, units: Any, unit: Unit) -> None:
        today = timezone.localdate()
        self.units, self.usual = {one.code: one for one in units}, unit
        usual = {"don-vi": unit.code, "tu": quarter_start(today), "den": today}
        given = {name: data.get(name) for name in usual if data.get(name)} if data else {}
        super().__init__({**usual, **given})
        self.fields["don-vi"] = forms.ChoiceField(
            label=_("Đơn vị"), choices=[(code, one.name) for code, one in self.units.items()]
        )
        self.fields["tu"] = _date(_("Từ ngày"))
        self.fields["den"] = _date(_("Đến hết ngày"))
        self.usual_days = (quarter_start(today), today)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        first, last = found.get("tu"), found.get("den")
        if first and last and not 0 <= (last - first).days <= LONGEST_DAYS:
            raise forms.ValidationError(
                _("Chọn tối đa %(n)d ngày, ngày đầu trước ngày cuối."), params={"n": LONGEST_DAYS}
            )
        return found

    def chosen(self) -> tuple[Unit, date, date]:
        """What to show: what was asked for, or the usual where that makes no sense."""
        if not self.is_valid():
            return self.usual, *self.usual_days
        given = self.cleaned_data
        return self.units[given["don-vi"]], given["tu"], given["den"]


class SitesForm(forms.Form):
    """How many more of what, and how far each goes: what the asker knows of the place."""

    USUAL: ClassVar[dict[str, Any]] = {"loa": 1, "loa_km": 1.0, "to": 1, "to_km": 5.0}

    loa = forms.IntegerField(label=_("Số loa thêm"), min_value=1, max_value=10)
    loa_km = forms.FloatField(label=_("Tầm loa (km)"), min_value=0, max_value=20)
    to = forms.IntegerField(label=_("Số tổ thêm"), min_value=1, max_value=10)
    # Three thousand villages, each within a day's way of each: more takes hundreds of megabytes.
    to_km = forms.FloatField(label=_("Tầm đi của tổ (km)"), min_value=0, max_value=25)

    def __init__(self, data: Any) -> None:
        super().__init__({**self.USUAL, **{k: data[k] for k in self.USUAL if data.get(k)}})

    def chosen(self) -> dict[str, Any]:
        return self.cleaned_data if self.is_valid() else self.USUAL


class GoalForm(forms.Form):
    villages_percent = forms.IntegerField(
        label=_("Thôn được tới trên số lượt thôn cần tới, ít nhất (%)"), min_value=0, max_value=100
    )
    on_time_percent = forms.IntegerField(
        label=_("Việc làm xong đúng hạn, ít nhất (%)"), min_value=0, max_value=100
    )

    def __init__(self, data: Any = None, *, goal: Goal | None = None) -> None:
        usual = {
            "villages_percent": goal.villages_percent if goal else None,
            "on_time_percent": goal.on_time_percent if goal else None,
        }
        super().__init__(data, initial=usual)

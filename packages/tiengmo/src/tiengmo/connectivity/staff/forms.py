"""One row entered by hand: the columns of its table as fields, judged as a line of a file is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiengmo.connectivity.actions.load_table import LIMIT_BYTES
from tiengmo.connectivity.models import Level, Operator
from tiengmo.connectivity.models.mast import TECHNOLOGIES
from tiengmo.connectivity.models.office import LineKind, SoftwareKind
from tiengmo.connectivity.tables import KINDS
from tiengmo.directory.models import Office
from tiengmo.places.models import Village

from .asked import kept_units

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiengmo.connectivity.tables import Kind
    from tiengmo.people.models import User

DAYS = {"since", "until", "licensed_until"}
COUNTS = {
    "fixed_subscribers", "mobile_subscribers", "smartphones", "machines", "licences", "speed_mbps",
}  # fmt: skip
LISTS = {
    ("vung-lom", "level"): Level,
    ("duong-truyen", "kind"): LineKind,
    ("phan-mem", "kind"): SoftwareKind,
}


class RowForm(forms.Form):
    """Fields are the kind's columns; the action reads and judges what is in them."""

    def __init__(self, kind: Kind, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.user = kind, user
        for column in kind.columns:
            field = self._field(column.name)
            field.label, field.required = column.label, column.is_needed
            self.fields[column.name] = field

    def _field(self, name: str) -> forms.Field:
        units = kept_units(self.user)
        if name == "unit_code":
            return _choices((unit.code, unit.name) for unit in units)
        if name == "village_code":
            villages = Village.objects.filter(unit__in=units).select_related("unit")
            return _choices(
                (one.code, f"{one.name} ({one.unit.name})")
                for one in villages.order_by("unit__name", "name")
            )
        if name == "office":
            offices = Office.objects.filter(unit__in=units, closed_on=None).select_related("unit")
            return _choices(
                dict.fromkeys((one.name, one.name) for one in offices.order_by("unit__code", "pk"))
            )
        if name == "operator":
            return _choices(Operator.choices)
        if listed := LISTS.get((self.kind.code, name)):
            return _choices(listed.choices)
        if name == "fibre":
            return _choices([("có", _("có")), ("không", _("không"))])
        if name in DAYS:
            return forms.CharField(widget=forms.DateInput(attrs={"type": "date"}))
        if name in COUNTS:
            return forms.CharField(widget=forms.NumberInput(attrs={"min": 0}))
        if name == "technologies":
            return forms.MultipleChoiceField(
                choices=[(one, one) for one in TECHNOLOGIES], widget=forms.CheckboxSelectMultiple
            )
        return forms.CharField(max_length=200)

    def row(self) -> dict[str, str]:
        return {
            name: ", ".join(value) if isinstance(value, list) else value
            for name, value in self.cleaned_data.items()
        }


def _choices(pairs: Iterable[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(choices=[("", "–"), *pairs])


class TableForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("Loại bảng"), choices=[(kind.code, kind.label) for kind in KINDS]
    )
    file = forms.FileField(
        label=gettext_lazy("Tệp CSV"),
        error_messages={"empty": gettext_lazy("Tệp trống, không có chữ nào.")},
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LIMIT_BYTES:
            limit = LIMIT_BYTES // 1_000_000
            raise forms.ValidationError(_("Tệp lớn quá %(limit)s MB.") % {"limit": limit})
        return file

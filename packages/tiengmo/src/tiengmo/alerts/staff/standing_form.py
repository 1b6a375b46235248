from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from tiengmo.alerts.models import Feed, Hazard
from tiengmo.alerts.queries import ISSUING_ROLES
from tiengmo.people.queries import units_where
from tiengmo.places.fields import AreasField
from tiengmo.speakers.issuers.fields import PassphraseField

if TYPE_CHECKING:
    from tiengmo.people.models import User

MOST_BYTES = 20_000
_DAY_MONTH = re.compile(r"\s*(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*")


class DayOfYearField(forms.CharField):
    """A day and month as people write them, "1/5", kept as "05-01"."""

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        found = _DAY_MONTH.fullmatch(text)
        if found is None:
            raise forms.ValidationError(_("Ghi ngày và tháng, ví dụ 01/05."))
        return f"{int(found[2]):02d}-{int(found[1]):02d}"


class StandingForm(forms.Form):
    feed = forms.ModelChoiceField(label=_("Nguồn tin"), queryset=Feed.objects.all())
    sender = forms.CharField(
        label=_("Người gửi, đúng như phần sender trong tin CAP của họ"), max_length=200
    )
    certificate = forms.FileField(
        label=_("Chứng thư ký của họ (tệp PEM, nhận trực tiếp từ cơ quan ấy)")
    )
    hazard = forms.ChoiceField(
        label=_("Loại nguy hiểm"),
        choices=[(code, capfirst(name)) for code, name in Hazard.choices if code != Hazard.OTHER],
    )
    events = forms.CharField(
        label=_("Họ gọi nguy hiểm ấy là gì (phần event trong tin, mỗi dòng một tên)"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
    )
    areas = AreasField(label=_("Địa bàn"))
    season_first = DayOfYearField(label=_("Mùa từ ngày"), max_length=10, initial="01/05")
    season_last = DayOfYearField(label=_("đến hết ngày"), max_length=10, initial="31/10")
    until = forms.DateField(
        label=_("Giấy hết hạn ngày"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    passphrase = PassphraseField()

    def __init__(self, *arguments: Any, user: User, **options: Any) -> None:
        super().__init__(*arguments, **options)
        units = {unit.code for role in ISSUING_ROLES for unit in units_where(user, role)}
        field: Any = self.fields["areas"]
        field.within = sorted(units)
        if len(units) == 1:
            self.initial.setdefault("areas", sorted(units))
        self.initial.setdefault("until", timezone.localdate() + timedelta(days=365))

    def clean_certificate(self) -> str:
        file = self.cleaned_data["certificate"]
        raw = file.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise forms.ValidationError(_("Tệp quá lớn: không phải một chứng thư."))
        try:
            return str(raw, "ascii")
        except UnicodeDecodeError as error:
            raise forms.ValidationError(
                _("Chứng thư không đọc được: cần tệp PEM của cơ quan gửi.")
            ) from error

    def words(self) -> dict[str, Any]:
        """What `propose_standing` takes."""
        return self.cleaned_data | {"events": self.cleaned_data["events"].splitlines()}

    def plain_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("feed", "sender", "certificate", "hazard", "events")]

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tiengmo.directory.models import Office
from tiengmo.outreach.models import Event
from tiengmo.outreach.promises.models import Promise
from tiengmo.outreach.queries import topics
from tiengmo.outreach.sessions.models import Session
from tiengmo.places.models import Unit
from tiengmo.places.queries import units_in_force

A_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MOST_LISTED = 100


class PromiseForm(forms.ModelForm[Promise]):
    class Meta:
        model = Promise
        fields = (
            "what", "unit", "event", "session", "topic", "owed_by", "office", "promised_on",
            "due_on",
        )  # fmt: skip
        widgets = {"promised_on": A_DAY, "due_on": A_DAY}
        help_texts = {"what": _("Chỉ ghi việc; không ghi tên người dân đã hỏi.")}

    def __init__(self, *args: Any, units: set[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["unit"].queryset = Unit.objects.filter(pk__in=units).order_by("code")
        fields["owed_by"].queryset = units_in_force().order_by("code")
        fields["office"].queryset = Office.objects.filter(closed_on=None).select_related("unit")
        fields["office"].label_from_instance = lambda one: f"{one.name} ({one.unit.name})"
        fields["topic"].queryset = topics()
        # What is on the list stays choosable: sessions and events lately, of these units.
        sessions = Session.objects.filter(village__unit__in=units, withdrawn_at=None)
        fields["session"].queryset = _lately(sessions.select_related("village"), "-held_at")
        events = Event.objects.filter(unit__in=units, start_at__lte=timezone.now())
        fields["event"].queryset = _lately(events, "-start_at")


def _lately(rows: Any, order: str) -> Any:
    ids = list(rows.order_by(order).values_list("pk", flat=True)[:MOST_LISTED])
    return rows.filter(pk__in=ids).order_by(order)


class KeptForm(forms.Form):
    on = forms.DateField(label=_("Ngày làm xong"), widget=A_DAY)
    note = forms.CharField(label=_("Kết quả"), max_length=300)


class PutOffForm(forms.Form):
    due_on = forms.DateField(label=_("Hạn mới"), widget=A_DAY)
    why = forms.CharField(label=_("Lý do"), max_length=300)


class DropForm(forms.Form):
    why = forms.CharField(label=_("Lý do"), max_length=300)

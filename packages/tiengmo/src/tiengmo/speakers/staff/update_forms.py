from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from speaker_link.updates import order_of

from tiengmo.places.models import Unit
from tiengmo.speakers.models import Artifact
from tiengmo.speakers.updates.rules import DEFAULT_PLAN, read_plan

if TYPE_CHECKING:
    from django.db.models import QuerySet

DEFAULT_SOAK_MINUTES = 60
DEFAULT_FAILURE_PERCENT = 5


class DeploymentForm(forms.Form):
    """Which version goes where, in which steps, and how much failure is borne."""

    version = forms.ChoiceField(label=_("Phiên bản"))
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Địa bàn"))
    plan = forms.CharField(
        label=_("Các đợt"),
        max_length=100,
        initial=DEFAULT_PLAN,
        help_text=_("Số cụm loa hoặc phần trăm mà mỗi đợt đạt tới, cách nhau bằng dấu phẩy."),
    )
    soak_minutes = forms.IntegerField(
        label=_("Theo dõi sau mỗi đợt (phút)"),
        min_value=0,
        max_value=7 * 24 * 60,
        initial=DEFAULT_SOAK_MINUTES,
    )
    failure_percent = forms.IntegerField(
        label=_("Tự dừng khi số cụm loa hỏng vượt quá (%)"),
        min_value=0,
        max_value=100,
        initial=DEFAULT_FAILURE_PERCENT,
    )

    def __init__(self, *arguments: Any, units: QuerySet[Unit], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        good = [
            one.version
            for one in Artifact.objects.filter(is_roll_back=False).select_related("key")
            if one.is_good
        ]
        versions = sorted(set(good), key=order_of, reverse=True)
        self.fields["version"].choices = [(one, one) for one in versions]  # type: ignore[attr-defined]

    def clean_plan(self) -> str:
        text: str = self.cleaned_data["plan"]
        try:
            read_plan(text, 1000)
        except ValueError as error:
            raise forms.ValidationError(
                _("Không đọc được các đợt: “%(part)s”."), params={"part": str(error)}
            ) from error
        return text

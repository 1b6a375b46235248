from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiengmo.outreach.models import Event, Topic
from tiengmo.outreach.queries import topics
from tiengmo.places.models import Unit
from tiengmo.places.queries import units_in_force

if TYPE_CHECKING:
    from tiengmo.outreach.models import Question

AN_INSTANT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class AssignForm(forms.Form):
    unit = forms.ModelChoiceField(
        label=gettext_lazy("Đơn vị trả lời"), queryset=Unit.objects.none()
    )
    topic = forms.ModelChoiceField(label=gettext_lazy("Chủ đề"), queryset=Topic.objects.none())
    note = forms.CharField(
        label=gettext_lazy("Lời nhắn cho đơn vị đó"), max_length=500, required=False
    )

    def __init__(self, *arguments: Any, question: Question, **options: Any) -> None:
        options.setdefault("initial", {"unit": question.unit_id, "topic": question.topic_id})
        super().__init__(*arguments, **options)
        fields: dict[str, Any] = self.fields
        fields["unit"].queryset = units_in_force().order_by("parent_id", "name")
        fields["topic"].queryset = topics()


class AnswerForm(forms.Form):
    """The answer, and beside it the question as everybody will read it."""

    public_title = forms.CharField(label=gettext_lazy("Câu hỏi khi công bố"), max_length=200)
    public_text = forms.CharField(
        label=gettext_lazy("Nội dung khi công bố (bỏ tên, số điện thoại, chuyện riêng)"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    text = forms.CharField(
        label=gettext_lazy("Câu trả lời"),
        max_length=12_000,
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    signer = forms.CharField(
        label=gettext_lazy("Người chịu trách nhiệm trả lời (tên, chức vụ)"),
        max_length=200,
        required=False,
    )


class CorrectionForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Câu trả lời đúng"),
        max_length=12_000,
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    correction = forms.CharField(label=gettext_lazy("Đính chính điều gì"), max_length=500)


class EventForm(forms.ModelForm[Event]):
    class Meta:
        model = Event
        fields = (
            "kind", "unit", "title", "start_at", "end_at", "place", "chair", "summary",
            "programme", "contact", "latitude", "longitude",
        )  # fmt: skip
        widgets = {
            "start_at": AN_INSTANT,
            "end_at": AN_INSTANT,
            "summary": forms.Textarea(attrs={"rows": 3}),
            "programme": forms.Textarea(attrs={"rows": 6}),
        }

    def __init__(self, *arguments: Any, units: set[int], **options: Any) -> None:
        super().__init__(*arguments, **options)
        fields: dict[str, Any] = self.fields
        # An event stays with the unit that announced it.
        if self.instance.pk:
            del fields["unit"]
        else:
            fields["unit"].queryset = units_in_force().filter(pk__in=units).order_by("code")
            if len(units) == 1:
                fields["unit"].initial = next(iter(units))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("start_at"), cleaned.get("end_at")
        if start and end and end <= start:
            self.add_error("end_at", _("Giờ kết thúc phải sau giờ bắt đầu."))
        return cleaned

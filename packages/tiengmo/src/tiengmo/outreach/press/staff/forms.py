from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tiengmo.channels.press.models import Outlet
from tiengmo.outreach.press.models import Agreement, Meeting, Mention

MOST_TOPICS = 8


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class MentionForm(forms.ModelForm[Mention]):
    link = forms.URLField(
        label=_("Liên kết"), required=False, max_length=500, assume_scheme="https"
    )

    class Meta:
        model = Mention
        fields = ("title", "outlet", "on", "link", "agreement")
        widgets = {"on": _day()}

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["on"].initial = timezone.localdate

    def _post_clean(self) -> None:
        """The action judges the whole."""


class OutletForm(forms.Form):
    name = forms.CharField(label=_("Tên cơ quan báo chí"), max_length=200)
    kind = forms.ChoiceField(label=_("Loại hình"), choices=Outlet.Kind.choices)


class ImportForm(forms.Form):
    table = forms.FileField(
        label=_("Tệp CSV"),
        help_text=_("Dòng đầu: Tên tin bài, Cơ quan báo chí, Ngày đăng, Liên kết."),
    )


class FilterForm(forms.Form):
    outlet = forms.ModelChoiceField(
        Outlet.objects.all(), label=_("Cơ quan báo chí"), required=False, empty_label=_("tất cả")
    )
    half = forms.ChoiceField(label=_("Nửa năm"), required=False)
    words = forms.CharField(label=_("Trong tên tin bài"), required=False, max_length=100)

    def __init__(self, data: Any, *, halves: list[tuple[int, int]]) -> None:
        # Another form of the page has an outlet too.
        super().__init__(data, auto_id="filter-%s")
        self.fields["half"].choices = [  # type: ignore[attr-defined]
            ("", _("tất cả")),
            *(
                (f"{year}-{half}", _("6 tháng đầu năm %d") % year)
                if half == 1
                else (f"{year}-{half}", _("6 tháng cuối năm %d") % year)
                for year, half in halves
            ),
        ]


class AgreementForm(forms.ModelForm[Agreement]):
    class Meta:
        model = Agreement
        fields = (
            "outlet",
            "subject",
            "document",
            "money",
            "starts_on",
            "ends_on",
            "products_owed",
        )
        widgets = {"starts_on": _day(), "ends_on": _day()}

    def _post_clean(self) -> None:
        """The action judges the whole."""


class MeetingForm(forms.ModelForm[Meeting]):
    """A meeting; a number for each outlet, and a few lines for what was asked."""

    class Meta:
        model = Meeting
        fields = ("on", "place", "agenda")
        widgets = {"on": _day(), "agenda": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        held = self.instance if self.instance.pk else None
        self.outlets = list(Outlet.objects.all())
        came = {one.outlet_id: one.people for one in held.attendances.all()} if held else {}
        for outlet in self.outlets:
            self.fields[f"came_{outlet.pk}"] = forms.IntegerField(
                label=outlet.name,
                required=False,
                min_value=0,
                max_value=500,
                initial=came.get(outlet.pk),
            )
        asked = list(held.topics.all()) if held else []
        for number in range(max(MOST_TOPICS, len(asked) + 2)):
            one = asked[number] if number < len(asked) else None
            self.fields[f"topic_{number}"] = forms.CharField(
                label=_("Chủ đề"), required=False, max_length=120, initial=one and one.topic
            )
            self.fields[f"count_{number}"] = forms.IntegerField(
                label=_("Số câu hỏi"),
                required=False,
                min_value=1,
                max_value=500,
                initial=one and one.questions,
            )
            self.fields[f"answer_{number}"] = forms.CharField(
                label=_("Đã trả lời"), required=False, max_length=2000, initial=one and one.answer
            )

    def _post_clean(self) -> None:
        """The action judges the whole."""

    def attendance_fields(self) -> list[forms.BoundField]:
        return [self[f"came_{outlet.pk}"] for outlet in self.outlets]

    def topic_rows(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        numbers = [name.partition("_")[2] for name in self.fields if name.startswith("topic_")]
        return [(self[f"topic_{n}"], self[f"count_{n}"], self[f"answer_{n}"]) for n in numbers]

    def came(self) -> dict[Outlet, int]:
        given = self.cleaned_data
        return {outlet: given.get(f"came_{outlet.pk}") or 0 for outlet in self.outlets}

    def asked(self) -> list[tuple[str, int, str]]:
        found = []
        for topic, count, answer in self.topic_rows():
            if words := " ".join(self.cleaned_data.get(topic.name, "").split()):
                found.append(
                    (
                        words,
                        self.cleaned_data.get(count.name) or 1,
                        self.cleaned_data.get(answer.name, ""),
                    )
                )
        return found

"""The form in which a citizen asks: what they wrote is kept when something is missing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tiengmo.outreach import rules
from tiengmo.outreach.models import Topic
from tiengmo.outreach.queries import topics
from tiengmo.places.models import Unit
from tiengmo.places.queries import units_in_force


class QuestionForm(forms.Form):
    title = forms.CharField(label=_("Bà con muốn hỏi gì?"), max_length=rules.TITLE_MOST)
    text = forms.CharField(
        label=_("Kể rõ hơn"), max_length=rules.TEXT_MOST, widget=forms.Textarea(attrs={"rows": 8})
    )
    topic = forms.ModelChoiceField(
        label=_("Về việc gì"),
        queryset=Topic.objects.none(),
        to_field_name="code",
        empty_label=_("– chọn một việc –"),
    )
    unit = forms.ModelChoiceField(
        label=_("Hỏi cơ quan nào"),
        queryset=Unit.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("Tôi không rõ, nhờ chuyển giúp"),
    )
    name = forms.CharField(
        label=_("Họ và tên"),
        max_length=rules.NAME_MOST,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label=_("Điện thoại"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    email = forms.CharField(
        label=_("Thư điện tử"),
        max_length=rules.EMAIL_MOST,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    shows_name = forms.BooleanField(label=_("Cho hiện tên tôi khi công bố"), required=False)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, use_required_attribute=False, **options)
        fields: dict[str, Any] = self.fields
        fields["topic"].queryset = topics()
        fields["unit"].queryset = units_in_force().order_by("parent_id", "name")
        for name in ("title", "text", "topic"):
            fields[name].widget.attrs["required"] = True
            fields[name].error_messages["required"] = _("Hãy ghi phần này.")
        if self.is_bound:
            for name in self.errors:
                if name in fields:
                    wrong = {"aria-invalid": "true", "aria-describedby": f"loi-{name}"}
                    fields[name].widget.attrs.update(wrong)

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tiengmo.channels.press.models import Journalist, KitFile, Outlet, Spokesperson


def _in_a_year() -> date:
    return timezone.localdate() + timedelta(days=365)


class AccreditForm(forms.Form):
    """Which outlet somebody works for, and until when they are let in."""

    outlet = forms.CharField(
        label=_("Cơ quan báo chí"),
        max_length=200,
        widget=forms.TextInput(attrs={"list": "co-quan-bao-chi", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label=_("Loại hình"),
        choices=Outlet.Kind.choices,
        help_text=_("Chỉ dùng khi cơ quan báo chí này chưa có trong danh sách."),
    )
    until = forms.DateField(
        label=_("Có hiệu lực đến hết ngày"),
        initial=_in_a_year,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class RegisterForm(AccreditForm):
    """Somebody who gave their card to the press office."""

    full_name = forms.CharField(label=_("Họ và tên"), max_length=150)
    card_number = forms.CharField(label=_("Số thẻ nhà báo"), max_length=40)
    address = forms.EmailField(
        label=_("Thư điện tử"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("full_name", "card_number", "address", "outlet", "kind", "until")


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Lý do"), max_length=300)


class FilterForm(forms.Form):
    state = forms.ChoiceField(
        label=_("Tình trạng"),
        choices=[("", _("tất cả")), *Journalist.State.choices],
        required=False,
    )
    outlet = forms.ModelChoiceField(
        Outlet.objects.all(), label=_("Cơ quan báo chí"), required=False, empty_label=_("tất cả")
    )


class SpokespersonForm(forms.ModelForm[Spokesperson]):
    class Meta:
        model = Spokesperson
        fields = ("full_name", "position", "phone", "email", "position_in_list")


class KitForm(forms.Form):
    file = forms.FileField(
        label=_("Tệp"), help_text=_("Ảnh JPEG, PNG, WebP, hoặc tài liệu PDF, DOCX, XLSX, ODT.")
    )
    title = forms.CharField(label=_("Tên tư liệu"), max_length=200)
    description = forms.CharField(
        label=_("Mô tả"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Trong ảnh có ai, việc gì, ở đâu, ngày nào."),
    )
    rights = forms.ChoiceField(label=_("Quyền dùng"), choices=KitFile.Rights.choices)
    credit = forms.CharField(label=_("Ghi nguồn là"), max_length=200)

    def wanted(self) -> dict[str, Any]:
        return {
            name: self.cleaned_data[name] for name in ("title", "description", "rights", "credit")
        }

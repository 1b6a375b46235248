"""What staff may correct of a village."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .loading import values
from .loading.villages import MOST_A_HOUSEHOLD, MOST_HOUSEHOLDS, MOST_PEOPLE

if TYPE_CHECKING:
    from .models import Village


class LanguagesField(forms.CharField):
    """Language tags in order, written with commas: "hmn, vi"."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return values.languages(text)
        except values.BadValue as error:
            raise forms.ValidationError(str(error)) from error


class VillageForm(forms.Form):
    households = forms.IntegerField(label=_("Số hộ"), min_value=0, max_value=MOST_HOUSEHOLDS)
    population = forms.IntegerField(label=_("Số dân"), min_value=0, max_value=MOST_PEOPLE)
    languages = LanguagesField(
        label=_("Ngôn ngữ, theo thứ tự"),
        max_length=120,
        help_text=_(
            "Mã ngôn ngữ, cách nhau bằng dấu phẩy; tiếng đứng đầu được phát trước nếu có bản dịch."
            " Ví dụ: hmn, vi (Hmông rồi tiếng Việt); ium: Dao; pcc: Giáy; hni: Hà Nhì; tyz: Tày."
        ),
    )
    is_dead_zone = forms.BooleanField(
        label=_("Vùng lõm sóng"),
        required=False,
        help_text=_("Không có mạng di động hay Internet: loa ở đây không nhận được tin."),
    )

    def __init__(self, *args: Any, village: Village, **kwargs: Any) -> None:
        initial = {name: getattr(village, name) for name in self.base_fields}
        super().__init__(*args, initial=initial, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        households, population = cleaned.get("households"), cleaned.get("population")
        if households is not None and population is not None:
            if population < households:
                self.add_error("population", _("Số dân ít hơn số hộ."))
            elif population > households * MOST_A_HOUSEHOLD:
                self.add_error("population", _("Số dân quá nhiều so với số hộ."))
        return cleaned

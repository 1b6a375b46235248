from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiengmo.channels.partners.models import Partner
from tiengmo.channels.partners.rules import EVERYTHING
from tiengmo.places.queries import units_in_force
from tiengmo.releases.models import Release


class PartnerForm(forms.ModelForm[Partner]):
    """A system that may take bulletins: whose it is, where it lies, and which feeds."""

    class Meta:
        model = Partner
        fields = (
            "name",
            "contact_name",
            "contact",
            "is_trial",
            "origin",
            "topics",
            "ends_on",
            "requests_per_second",
        )
        widgets = {"ends_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {
            "is_trial": gettext_lazy(
                "Tin ghi ra tệp trên máy chủ này, không gửi cho ai; không cần địa chỉ máy chủ."
            ),
            "origin": gettext_lazy(
                "Ví dụ https://cong.tinh.example.vn. Địa chỉ nhận tin phải nằm ở máy chủ này."
            ),
            "ends_on": gettext_lazy("Qua ngày này không gửi nữa. Để trống là không thời hạn."),
        }

    topics = forms.MultipleChoiceField(
        label=gettext_lazy("Nguồn tin được nhận"),
        widget=forms.CheckboxSelectMultiple,
        # The action says so, in its own words.
        required=False,
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["topics"].choices = choices(self.instance.topics)  # type: ignore[attr-defined]
        self.fields["requests_per_second"].min_value = 0.1  # type: ignore[attr-defined]

    def clean_requests_per_second(self) -> float:
        rate: float = self.cleaned_data["requests_per_second"]
        if not 0.1 <= rate <= 100:  # noqa: PLR2004
            raise forms.ValidationError(_("Từ 0,1 đến 100 lượt mỗi giây."))
        return rate

    def _post_clean(self) -> None:
        """The action validates the whole."""

    def wanted(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


def choices(kept: list[str]) -> list[tuple[str, str]]:
    """Every feed there is, by key, and those chosen before."""
    found = {EVERYTHING.key: _("Mọi bản tin gửi hệ thống bạn")}
    units = units_in_force().filter(villages__isnull=False).distinct().order_by("name")
    found |= {f"xa/{one.code}": one.name for one in units}
    used = Release.objects.exclude(category="").order_by("category")
    names = dict(used.values_list("category", "category_name").distinct())
    found |= {
        f"chuyen-muc/{code}": _("Chuyên mục %(name)s") % {"name": name}
        for code, name in names.items()
    }
    found |= {key: key for key in kept if key not in found}
    return list(found.items())

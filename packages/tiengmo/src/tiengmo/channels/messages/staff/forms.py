from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tiengmo.channels.messages.models import Message, Provider
from tiengmo.channels.messages.providers import FORMS
from tiengmo.channels.messages.queries import provider_in_use
from tiengmo.people.models import Role
from tiengmo.people.queries import units_below, units_where
from tiengmo.places.models import Village

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tiengmo.people.models import User


def villages_of(user: User) -> QuerySet[Village]:
    """Villages where this person may note numbers."""
    rows = Village.objects.select_related("unit").order_by("unit__name", "name")
    if user.is_superuser:
        return rows
    return rows.filter(unit__in=units_below(units_where(user, Role.EDITOR)))


class NumberForm(forms.Form):
    """A number noted for somebody who agreed."""

    number = forms.CharField(
        label=_("Số di động"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    village = forms.ModelChoiceField(Village.objects.none(), label=_("Thôn nơi ở"))
    has_consent = forms.BooleanField(
        label=_("Người dùng số này đã đồng ý nhận tin"),
        help_text=_("Một mã xác nhận được nhắn tới số này. Nhập mã đó, tin mới bắt đầu được gửi."),
    )

    by_zalo = forms.BooleanField(
        label=_("Muốn nhận tin qua Zalo"),
        required=False,
        help_text=_("Số không dùng Zalo thì nhận bằng SMS. Mã và cảnh báo khẩn cấp luôn bằng SMS."),
    )

    def __init__(self, *arguments: Any, user: User, **options: Any) -> None:
        super().__init__(*arguments, **options)
        field = self.fields["village"]
        field.queryset = villages_of(user)  # type: ignore[attr-defined]
        field.label_from_instance = lambda one: f"{one.unit}: {one}"  # type: ignore[attr-defined]
        if provider_in_use(Message.Via.ZALO) is None:
            del self.fields["by_zalo"]


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Mã xác nhận"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class EndForm(forms.Form):
    number = forms.CharField(
        label=_("Số muốn ngừng nhận"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )


class ProviderForm(forms.ModelForm[Provider]):
    """A provider's settings. What is typed as a credential is never shown again."""

    class Meta:
        model = Provider
        fields = (
            "name",
            "form",
            "base_url",
            "sender",
            "requests_per_second",
            "price_per_part",
            "credentials_expire_on",
        )
        widgets = {
            "credentials_expire_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        }

    form = forms.ChoiceField(label=_("Giao thức"))
    base_url = forms.URLField(
        label=_("Địa chỉ dịch vụ"),
        required=False,
        assume_scheme="https",
        help_text=_("Để trống là địa chỉ nhà cung cấp đã công bố."),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        chosen = self.fields["form"]
        chosen.choices = [(code, form.label) for code, form in FORMS.items()]  # type: ignore[attr-defined]
        self.fields["sender"].help_text = _("Tên đã đăng ký với nhà cung cấp, nhiều nhất 11 ký tự.")
        for code, form in FORMS.items():
            for one in form.settings:
                self.fields[f"setting_{code}_{one.name}"] = forms.CharField(
                    label=f"{form.label}: {one.label}",
                    required=False,
                    max_length=2000,
                    initial=self.instance.settings.get(one.name, ""),
                    help_text=one.help,
                    widget=forms.Textarea(attrs={"rows": 6}) if one.is_long else forms.TextInput(),
                )
            for name, label in form.secrets:
                self.fields[f"secret_{code}_{name}"] = forms.CharField(
                    label=f"{form.label}: {label}",
                    required=False,
                    max_length=300,
                    widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
                    help_text=_("Mã hoá khi lưu và không hiện lại. Để trống là giữ khoá cũ."),
                )

    def _post_clean(self) -> None:
        """The action validates the whole: it knows what was kept before."""

    def credentials(self) -> dict[str, str]:
        return self._of("secret")

    def _of(self, kind: str) -> dict[str, str]:
        """What was typed for the protocol that was chosen."""
        prefix = f"{kind}_{self.cleaned_data['form']}_"
        return {
            name.removeprefix(prefix): value
            for name, value in self.cleaned_data.items()
            if name.startswith(prefix)
        }

    def wanted(self) -> dict[str, Any]:
        wanted = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return wanted | {"settings": self._of("setting")}

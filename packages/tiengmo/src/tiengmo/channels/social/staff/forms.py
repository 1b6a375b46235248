from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tiengmo.channels.social.models import Account, Connection, Network
from tiengmo.channels.social.networks import FORMS
from tiengmo.people.queries import administered_units
from tiengmo.places.queries import units_in_force

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiengmo.people.models import User

SECRET = "secret_"  # noqa: S105 (how such a field's name begins)


class AccountForm(forms.ModelForm[Account]):
    """An entry of the register."""

    class Meta:
        model = Account
        fields = (
            "network",
            "name",
            "address",
            "external_id",
            "unit",
            "owner_name",
            "owner_phone",
            "since_on",
        )
        widgets = {
            "since_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "owner_phone": forms.TextInput(attrs={"inputmode": "tel"}),
        }

    address = forms.URLField(
        label=_("Địa chỉ"),
        max_length=500,
        assume_scheme="https",
        help_text=_("Chép từ trình duyệt hoặc từ ứng dụng, ví dụ https://www.facebook.com/ubndxa."),
    )
    reason = forms.CharField(
        label=_("Lý do, văn bản"),
        max_length=300,
        required=False,
        help_text=_("Ghi lại trong lịch sử của sổ."),
    )

    def __init__(self, *arguments: Any, user: User, **options: Any) -> None:
        super().__init__(*arguments, **options)
        units = units_in_force() & administered_units(user)
        unit = self.fields["unit"]
        unit.queryset = units.order_by("name")  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        """The action judges the whole."""

    def wanted(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in (*self.Meta.fields, "reason")}


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Lý do, căn cứ"), max_length=300)


class ImportForm(forms.Form):
    table = forms.FileField(
        label=_("Tệp CSV"),
        help_text=_(
            "Dòng đầu là tên cột: mạng, tên, địa chỉ, mã đơn vị, người phụ trách; "
            "có thể thêm điện thoại, mã số, từ ngày. Nhập lại cùng tệp không tạo bản trùng."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )


class ConnectionForm(forms.ModelForm[Connection]):
    """What lets posts go out as an account. What is typed as a credential is never shown again."""

    class Meta:
        model = Connection
        fields = ("is_used", "is_trial", "cover_url", "credentials_expire_on")
        widgets = {
            "credentials_expire_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        }

    cover_url = forms.URLField(
        label=_("Địa chỉ ảnh bìa mặc định"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=_("Dùng khi bản tin không có ảnh. Ảnh không quá 1 MB."),
    )

    def __init__(self, *arguments: Any, network: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        form = FORMS[network]
        if not form.needs_cover:
            del self.fields["cover_url"]
        if form.code == Account.Network.ZALO:
            # Known from the day the token was renewed.
            del self.fields["credentials_expire_on"]
        _add_secrets(self, form.secrets)

    def _post_clean(self) -> None:
        """The action validates the whole: it knows what was kept before."""

    def wanted(self) -> dict[str, Any]:
        return {n: v for n, v in self.cleaned_data.items() if not n.startswith(SECRET)}

    def credentials(self) -> dict[str, str]:
        return _secrets_in(self)


class NetworkForm(forms.ModelForm[Network]):
    """A network's application and rate."""

    class Meta:
        model = Network
        fields = ("requests_per_second", "base_url")

    base_url = forms.URLField(
        label=_("Địa chỉ dịch vụ"),
        required=False,
        assume_scheme="https",
        help_text=_("Để trống là địa chỉ mạng đó đã công bố."),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        _add_secrets(self, FORMS[self.instance.code].app_secrets)

    def _post_clean(self) -> None:
        """The action validates the whole."""

    def wanted(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def credentials(self) -> dict[str, str]:
        return _secrets_in(self)


def _add_secrets(form: forms.BaseForm, secrets: Iterable[tuple[str, Any]]) -> None:
    for name, label in secrets:
        form.fields[f"{SECRET}{name}"] = forms.CharField(
            label=label,
            required=False,
            max_length=2000,
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
            help_text=_("Mã hoá khi lưu và không hiện lại. Để trống là giữ khoá cũ."),
        )


def _secrets_in(form: forms.BaseForm) -> dict[str, str]:
    return {
        name.removeprefix(SECRET): value
        for name, value in form.cleaned_data.items()  # type: ignore[attr-defined]
        if name.startswith(SECRET)
    }

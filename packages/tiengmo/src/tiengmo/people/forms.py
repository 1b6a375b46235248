from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.auth import LoginForm

from tiengmo.places.models import Unit

from .models import Role, User

if TYPE_CHECKING:
    from django.db.models import QuerySet


class SignInForm(LoginForm):
    """Wagtail's sign-in form, in the words of an office."""

    error_messages = {
        **LoginForm.error_messages,
        "invalid_login": _("Tên đăng nhập hoặc mật khẩu không đúng. Hãy thử lại."),
        "inactive": _("Tài khoản này đã bị khoá."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("Tên đăng nhập")
        self.fields["username"].widget.attrs.update(
            placeholder=_("Tên đăng nhập"), autocomplete="username", autocapitalize="none"
        )
        self.fields["password"].label = _("Mật khẩu")
        self.fields["password"].widget.attrs.update(
            placeholder=_("Mật khẩu"), autocomplete="current-password"
        )

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if user.is_demo_account and not settings.IS_DEMO:
            raise ValidationError(
                _("Tài khoản thử chỉ dùng được trong bản chạy thử."), code="demo_account"
            )


class RecoveryForm(forms.Form):
    token = forms.RegexField(
        # As printed, "k7m2p-9xq4t"; people leave the hyphen out and write capitals.
        r"^\s*[0-9A-Za-z]{5}[\s-]?[0-9A-Za-z]{5}\s*$",
        label=_("Mã dự phòng"),
        error_messages={
            "invalid": _("Mã dự phòng gồm 10 chữ và số, ví dụ k7m2p-9xq4t."),
            "required": _("Hãy nhập một mã dự phòng."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": "", "maxlength": "14"}),
    )


class TokenForm(forms.Form):
    token = forms.RegexField(
        # People type the space that the app shows in the middle.
        r"^\s*\d{3}\s?\d{3}\s*$",
        label=_("Mã 6 số"),
        error_messages={
            "invalid": _("Mã gồm đúng 6 chữ số."),
            "required": _("Hãy nhập mã 6 số."),
        },
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": "",
                "maxlength": "8",
            }
        ),
    )

    def clean_token(self) -> str:
        return "".join(self.cleaned_data["token"].split())


class EnrolForm(TokenForm):
    name = forms.CharField(
        label=_("Đặt tên cho máy này"),
        required=False,
        max_length=64,
        help_text=_("Để nhận ra trong danh sách, ví dụ “Máy của tôi”, “Máy ở cơ quan”."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": _("Điện thoại")}),
    )

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())


class _UnitField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, unit: Any) -> str:
        ended = f", đến {unit.valid_to:%d/%m/%Y}" if unit.valid_to else ""
        return f"{unit.name} ({unit.code}{ended})"


class AccountForm(forms.Form):
    """Name, address and unit of an account."""

    full_name = forms.CharField(label=_("Họ và tên"), max_length=150)
    email = forms.EmailField(label=_("Thư điện tử"), required=False)
    unit = _UnitField(label=_("Đơn vị"), queryset=Unit.objects.none())

    def __init__(self, *args: Any, units: "QuerySet[Unit]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]


class NewAccountForm(AccountForm):
    username = forms.CharField(
        label=_("Tên đăng nhập"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        help_text=_("Chữ, số và các dấu @ . + - _ ; không có khoảng trắng."),
    )
    role = forms.ChoiceField(
        label=_("Vai trò"),
        choices=Role.choices,
        help_text=_("Có thể giao thêm vai trò, tại đơn vị khác, sau khi tạo tài khoản."),
    )

    field_order = ["full_name", "username", "email", "unit", "role"]

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError(_("Tên đăng nhập này đã có người dùng."))
        return username


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Vai trò"), choices=Role.choices)
    unit = _UnitField(label=_("Tại đơn vị (và cấp dưới)"), queryset=Unit.objects.none())

    def __init__(self, *args: Any, units: "QuerySet[Unit]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Lý do"), max_length=200)

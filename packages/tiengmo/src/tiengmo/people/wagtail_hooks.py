from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.account import NameEmailSettingsPanel

from .models import Role, User
from .queries import roles_of_request
from .views.uploads import only_for_staff

hooks.register("before_serve_document", only_for_staff)


class AccountsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and (
            user.is_superuser or Role.ADMINISTRATOR in roles_of_request(user)
        )


@hooks.register("register_admin_menu_item")  # type: ignore[untyped-decorator]
def accounts_menu_item() -> AccountsMenuItem:
    return AccountsMenuItem(
        _("Nhân sự"), reverse("people_accounts"), name="nhan-su", icon_name="group", order=800
    )


class FactorMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User)


@hooks.register("register_settings_menu_item")  # type: ignore[untyped-decorator]
def factor_menu_item() -> FactorMenuItem:
    return FactorMenuItem(
        _("Xác thực hai lớp"),
        reverse("people_factor_devices"),
        name="xac-thuc-hai-lop",
        icon_name="key",
        order=50,
    )


@hooks.register("register_account_menu_item")  # type: ignore[untyped-decorator]
def places_in_account(_request: HttpRequest) -> dict[str, str]:
    return {
        "url": reverse("people_sign_ins"),
        "label": gettext("Nơi đang đăng nhập"),
        "help_text": gettext("Các trình duyệt đang mở tài khoản này; đăng xuất từ xa."),
    }


@hooks.register("register_account_menu_item")  # type: ignore[untyped-decorator]
def factor_in_account(_request: HttpRequest) -> dict[str, str]:
    return {
        "url": reverse("people_factor_devices"),
        "label": gettext("Xác thực hai lớp"),
        "help_text": gettext("Điện thoại và mã dự phòng để đăng nhập."),
    }


@hooks.register("register_settings_menu_item")  # type: ignore[untyped-decorator]
def places_menu_item() -> FactorMenuItem:
    return FactorMenuItem(
        _("Nơi đang đăng nhập"),
        reverse("people_sign_ins"),
        name="noi-dang-nhap",
        icon_name="desktop",
        order=60,
    )


@hooks.register("construct_settings_menu")  # type: ignore[untyped-decorator]
def leave_accounts_to_our_page(_request: HttpRequest, menu_items: list[Any]) -> None:
    """Wagtail's own pages for users and groups know nothing of units, roles or the audit log."""
    menu_items[:] = [item for item in menu_items if item.name not in {"users", "groups"}]


@hooks.register("insert_global_admin_css")  # type: ignore[untyped-decorator]
def look() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("people/staff.css"))


# The name people sign with stands in the audit log: an administrator changes it, on the record.
# Wagtail's panel would offer first and last name, which nothing here reads.
NameEmailSettingsPanel.is_active = lambda _panel: False

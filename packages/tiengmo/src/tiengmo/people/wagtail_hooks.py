from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.account import NameEmailSettingsPanel

from .models import Role, User
from .queries import roles_of
from .views.uploads import only_for_staff

hooks.register("before_serve_document", only_for_staff)


class AccountsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and (
            user.is_superuser or Role.ADMINISTRATOR in roles_of(user)
        )


@hooks.register("register_admin_menu_item")  # type: ignore[untyped-decorator]
def accounts_menu_item() -> AccountsMenuItem:
    return AccountsMenuItem(
        _("Nhân sự"), reverse("people_accounts"), name="nhan-su", icon_name="group", order=800
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

from django import template
from django.conf import settings
from django.utils.translation import gettext as _

from tiengmo.people.models import User
from tiengmo.people.queries import roles_of
from tiengmo.people.rules import needs_second_factor

register = template.Library()


@register.simple_tag(takes_context=True)
def demo_warning(context: template.Context) -> str:
    """What every page must say while a demo account works without its second factor, or ""."""
    user = getattr(context.get("request"), "user", None)
    if not isinstance(user, User) or not (user.is_demo_account and settings.IS_DEMO):
        return ""
    if user.is_verified():  # type: ignore[attr-defined]
        return _("Bản chạy thử: tài khoản thử, dữ liệu thử.")
    account = User(is_superuser=user.is_superuser)
    if needs_second_factor(account, roles_of(user), is_demo=False):
        return _(
            "Bản chạy thử: tài khoản này bỏ qua xác thực hai lớp. "
            "Tài khoản thật có quyền này bắt buộc phải xác thực hai lớp."
        )
    return _("Bản chạy thử: tài khoản thử, dữ liệu thử.")

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from tiengmo.people.models import Role, User
from tiengmo.people.queries import roles_of_request

from .staff import views


class IssuesMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and (
            user.is_superuser or bool(roles_of_request(user) & {Role.EDITOR, Role.APPROVER})
        )


@hooks.register("register_admin_menu_item")
def issues_menu_item() -> MenuItem:
    return IssuesMenuItem(
        _("Bản tin nội bộ"),
        reverse("monthly_issues"),
        name="ban-tin-noi-bo",
        icon_name=views.ICON,
        order=316,
    )


@hooks.register("register_admin_urls")
def issues_urls() -> list[URLPattern]:
    return [
        path("ban-tin-noi-bo/", views.issues, name="monthly_issues"),
        path("ban-tin-noi-bo/<uuid:pk>/", views.issue, name="monthly_issue"),
        path("ban-tin-noi-bo/<uuid:pk>/ban-in.pdf", views.pdf, name="monthly_pdf"),
    ]

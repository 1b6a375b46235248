from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from tiengmo.people.queries import works_somewhere

from .staff import views


class PrintedMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return works_somewhere(request.user)


@hooks.register("register_admin_menu_item")
def printed_menu_item() -> MenuItem:
    return PrintedMenuItem(
        _("Bản in"), reverse("printed_releases"), name="ban-in", icon_name="copy", order=315
    )


@hooks.register("register_admin_urls")
def printed_urls() -> list[URLPattern]:
    return [
        path("ban-in/", views.releases, name="printed_releases"),
        path("ban-in/go/<uuid:pk>/", views.take_down, name="printed_take_down"),
        path("ban-in/<uuid:pk>/", views.release, name="printed_release"),
        path("ban-in/<uuid:pk>/<slug:language>/<slug:kind>.pdf", views.sheet, name="printed_sheet"),
    ]


@hooks.register("insert_global_admin_css")
def look() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("printed/staff.css"))

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from tiengmo.people.queries import works_somewhere

from . import board, trail_page


class ChannelsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return works_somewhere(request.user)


@hooks.register("register_admin_menu_item")
def channels_menu_item() -> MenuItem:
    return ChannelsMenuItem(
        _("Các kênh"), reverse("channels_board"), name="kenh", icon_name=board.ICON, order=320
    )


@hooks.register("register_admin_urls")
def channels_urls() -> list[URLPattern]:
    return [
        path("kenh/", board.board, name="channels_board"),
        path("kenh/thu-hoi/<uuid:pk>/", trail_page.trail, name="channels_trail"),
        path("kenh/thu-hoi/<uuid:pk>/csv/", trail_page.table, name="channels_trail_csv"),
    ]


@hooks.register("insert_global_admin_css")
def look() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("channels/staff.css"))

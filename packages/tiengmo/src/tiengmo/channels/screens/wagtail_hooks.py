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


class ScreensMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return works_somewhere(request.user)


@hooks.register("register_admin_menu_item")
def screens_menu_item() -> MenuItem:
    return ScreensMenuItem(
        _("Màn hình"),
        reverse("screens_board"),
        name="man-hinh",
        icon_name="desktop",
        order=310,
    )


@hooks.register("register_admin_urls")
def screens_urls() -> list[URLPattern]:
    return [
        path("man-hinh/", views.board, name="screens_board"),
        path("man-hinh/them/", views.add, name="screens_add"),
        path("man-hinh/trang/", views.slides, name="screens_slides"),
        path("man-hinh/trang/them/", views.put_up, name="screens_put_up"),
        path("man-hinh/trang/<uuid:pk>/go/", views.end_slide, name="screens_end_slide"),
        path("man-hinh/<uuid:pk>/", views.screen, name="screens_screen"),
        path("man-hinh/<uuid:pk>/sua/", views.change, name="screens_change"),
        path("man-hinh/<uuid:pk>/xem-truoc/", views.preview, name="screens_preview"),
        path("man-hinh/<uuid:pk>/ma/", views.new_code, name="screens_new_code"),
        path("man-hinh/<uuid:pk>/thu-hoi/", views.revoke, name="screens_revoke"),
    ]


@hooks.register("insert_global_admin_css")
def look() -> SafeString:
    return format_html(
        '<link rel="stylesheet" href="{}"><link rel="stylesheet" href="{}">',
        static("screens/face.css"),
        static("screens/staff.css"),
    )

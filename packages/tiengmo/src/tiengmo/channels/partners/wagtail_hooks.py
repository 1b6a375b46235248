from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from .staff import views


class PartnersMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return views.may_open(request.user)


@hooks.register("register_admin_menu_item")
def partners_menu_item() -> MenuItem:
    return PartnersMenuItem(
        _("Hệ thống bạn"),
        reverse("partners_home"),
        name="he-thong-ban",
        icon_name=views.ICON,
        order=321,
    )


@hooks.register("register_admin_urls")
def partners_urls() -> list[URLPattern]:
    return [
        path("kenh/he-thong-ban/", views.home, name="partners_home"),
        path("kenh/he-thong-ban/them/", views.partner, name="partners_add"),
        path("kenh/he-thong-ban/<int:pk>/", views.partner, name="partners_partner"),
        path("kenh/he-thong-ban/<int:pk>/dung/", views.use, name="partners_use"),
        path("kenh/he-thong-ban/<int:pk>/thu/", views.test, name="partners_test"),
    ]

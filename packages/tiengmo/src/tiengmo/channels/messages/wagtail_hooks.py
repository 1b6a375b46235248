from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from tiengmo.people.queries import works_somewhere

from .staff import views


class TextsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return works_somewhere(request.user)


@hooks.register("register_admin_menu_item")
def texts_menu_item() -> MenuItem:
    return TextsMenuItem(
        _("Tin nhắn"), reverse("texts_home"), name="tin-nhan", icon_name=views.ICON, order=318
    )


@hooks.register("register_admin_urls")
def texts_urls() -> list[URLPattern]:
    return [
        path("tin-nhan/", views.home, name="texts_home"),
        path("tin-nhan/<uuid:pk>/", views.confirm, name="texts_confirm"),
        path("kenh/tin-nhan/them/", views.provider, name="texts_provider_add"),
        path("kenh/tin-nhan/<int:pk>/", views.provider, name="texts_provider"),
        path("kenh/tin-nhan/<int:pk>/dung/", views.use, name="texts_provider_use"),
        path("kenh/tin-nhan/<int:pk>/thu/", views.test, name="texts_provider_test"),
    ]

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from tiengmo.people.models import User
from tiengmo.people.queries import roles_of_request

from .rights import WORKS
from .staff import journalists, lists, views
from .staff.common import ICON


class PressMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and (
            user.is_superuser or bool(roles_of_request(user) & set(WORKS))
        )


@hooks.register("register_admin_menu_item")
def press_menu_item() -> MenuItem:
    return PressMenuItem(
        _("Báo chí"), reverse("press_home"), name="bao-chi", icon_name=ICON, order=319
    )


@hooks.register("register_admin_urls")
def press_urls() -> list[URLPattern]:
    return [
        path("bao-chi/", views.home, name="press_home"),
        path("bao-chi/thong-cao/<uuid:pk>/", views.item, name="press_item"),
        path("bao-chi/nha-bao/", journalists.journalists, name="press_journalists"),
        path("bao-chi/nha-bao/them/", journalists.register, name="press_register"),
        path("bao-chi/nha-bao/<uuid:pk>/", journalists.journalist, name="press_journalist"),
        path("bao-chi/nguoi-phat-ngon/", lists.spokespeople, name="press_spokespeople"),
        path("bao-chi/tu-lieu/", lists.kit, name="press_kit"),
    ]

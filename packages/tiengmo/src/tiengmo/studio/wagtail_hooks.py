from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from tiengmo.people.models import Role, User
from tiengmo.people.queries import roles_of_request

from .staff import emergency, live, relays

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.urls import URLPattern


class OperatorMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and (
            user.is_superuser or Role.OPERATOR in roles_of_request(user)
        )


@hooks.register("register_admin_menu_item")
def desk_menu_item() -> MenuItem:
    return OperatorMenuItem(
        _("Lên sóng"), reverse("studio_desk"), name="len-song", icon_name="microphone", order=200
    )


@hooks.register("register_admin_menu_item")
def relays_menu_item() -> MenuItem:
    return OperatorMenuItem(
        _("Tiếp âm"), reverse("studio_relays"), name="tiep-am", icon_name="relay", order=210
    )


@hooks.register("register_admin_urls")
def staff_urls() -> list[URLPattern]:
    return [
        path("len-song/", live.desk, name="studio_desk"),
        path("len-song/bo-ma-hoa/", live.encoder, name="studio_encoder"),
        path("len-song/canh-bao/<int:pk>/da-xem/", live.seen, name="studio_seen"),
        path("len-song/khan-cap/", emergency.ask, name="studio_ask_emergency"),
        path("len-song/khan-cap/<str:pk>/", emergency.emergency, name="studio_emergency"),
        path("len-song/khan-cap/<str:pk>/ky/", emergency.second, name="studio_second_emergency"),
        path("len-song/khan-cap/<str:pk>/bo/", emergency.drop, name="studio_drop_emergency"),
        path("len-song/<str:pk>/", live.takeover, name="studio_takeover"),
        path("len-song/<str:pk>/tinh-trang/", live.state, name="studio_state"),
        path("len-song/<str:pk>/phat-lai/", live.again, name="studio_again"),
        path("len-song/<str:pk>/dung/", live.stop, name="studio_stop"),
        path("tiep-am/", relays.relays, name="studio_relays"),
        path("tiep-am/them/", relays.edit, name="studio_relay_add"),
        path("tiep-am/<int:pk>/", relays.edit, name="studio_relay"),
        path("tiep-am/<int:pk>/thay-the/", relays.hold, name="studio_hold"),
    ]


@hooks.register("register_icons")
def icons(icons: list[Any]) -> list[Any]:
    return [*icons, "studio/icons/microphone.svg", "studio/icons/relay.svg"]

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from tiengmo.people.queries import works_somewhere

from .staff import health, local, updates, upkeep, views


class BoardMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return works_somewhere(request.user)


@hooks.register("register_admin_menu_item")
def board_menu_item() -> MenuItem:
    return BoardMenuItem(
        _("Loa truyền thanh"),
        reverse("speakers_board"),
        name="loa",
        icon_name="loudspeaker",
        order=300,
    )


@hooks.register("register_admin_urls")
def board_urls() -> list[URLPattern]:
    return [
        path("loa/", views.board, name="speakers_board"),
        path("loa/song/", views.live, name="speakers_live"),
        path("loa/dia-ban.geojson", views.outlines, name="speakers_outlines"),
        path("loa/them/", views.enrol, name="speakers_enrol"),
        path("loa/suc-khoe/", health.health, name="speakers_health"),
        path("loa/tai-cho/", local.local_issues, name="speakers_local"),
        path("loa/kiem-tra/", upkeep.rounds, name="speakers_rounds"),
        path("loa/kiem-tra/<int:pk>/", upkeep.round_report, name="speakers_round"),
        path("loa/am-luong-theo-gio/", upkeep.volume_hours, name="speakers_volume_hours"),
        path("loa/chuong-trinh/", updates.programs, name="speakers_programs"),
        path("loa/chuong-trinh/<int:pk>/", updates.deployment, name="speakers_deployment"),
        path("loa/chuong-trinh/<int:pk>/<slug:verb>/", updates.act, name="speakers_deployment_act"),
        path("loa/<str:serial>/", views.box, name="speakers_box"),
        path("loa/<str:serial>/am-luong/", views.set_volume, name="speakers_set_volume"),
        path("loa/<str:serial>/tieng-thu/", views.test_tone, name="speakers_test_tone"),
        path("loa/<str:serial>/dung/", views.stop, name="speakers_stop"),
        path("loa/<str:serial>/ngung/", views.retire, name="speakers_retire"),
        path("loa/<str:serial>/lich-su/", health.history, name="speakers_history"),
        path("loa/<str:serial>/tu-kiem-tra/", upkeep.test_now, name="speakers_test_now"),
        path("loa/<str:serial>/nhat-ky/", upkeep.log, name="speakers_log"),
    ]


@hooks.register("register_icons")
def icons(icons: list[Any]) -> list[Any]:
    return [*icons, "speakers/icons/loudspeaker.svg"]

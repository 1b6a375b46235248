from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PressRelationsConfig(AppConfig):
    name = "tiengmo.outreach.press"
    label = "press_relations"

    def ready(self) -> None:
        from tiengmo.channels.press.staff.common import add_page

        add_page(_("Tin bài đã đăng"), "press_mentions")
        add_page(_("Gặp mặt báo chí"), "press_meetings")
        add_page(_("Thoả thuận"), "press_agreements")

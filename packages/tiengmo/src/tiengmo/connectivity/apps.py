from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConnectivityConfig(AppConfig):
    name = "tiengmo.connectivity"
    label = "connectivity"
    verbose_name = _("hạ tầng kết nối")

    def ready(self) -> None:
        from tiengmo.upkeep.registry import register

        from .out_of_date import LICENCES, ending_licences

        register(LICENCES, _("Bản quyền phần mềm"), ending_licences)

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UpkeepConfig(AppConfig):
    name = "tiengmo.upkeep"
    label = "upkeep"
    verbose_name = _("rà soát")

    def ready(self) -> None:
        from .links.findings import broken_links
        from .registry import LINKS, register

        register(LINKS, _("Liên kết hỏng"), broken_links)

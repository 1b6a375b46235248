from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DirectoryConfig(AppConfig):
    name = "tiengmo.directory"
    label = "directory"
    verbose_name = _("danh bạ")

    def ready(self) -> None:
        from tiengmo.places.events import unit_succeeded
        from tiengmo.search import kinds, sources
        from tiengmo.upkeep.registry import CONTACTS, register

        from .entries import KIND, all_entries
        from .listeners import on_unit_succeeded
        from .out_of_date import stale_contacts

        unit_succeeded.connect(on_unit_succeeded, dispatch_uid="directory.unit_succeeded")
        kinds.register(KIND, "Liên hệ")
        sources.register(KIND, all_entries)
        # A contact is confirmed on its own page.
        register(CONTACTS, _("Liên hệ"), stale_contacts, may_set_aside=False)

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PromisesConfig(AppConfig):
    name = "tiengmo.outreach.promises"
    label = "outreach_promises"
    verbose_name = _("lời hứa với dân")

    def ready(self) -> None:
        from tiengmo.places.events import unit_succeeded
        from tiengmo.upkeep.registry import register

        from .listeners import on_unit_succeeded
        from .out_of_date import PROMISES, due_promises

        unit_succeeded.connect(on_unit_succeeded, dispatch_uid="promises.unit_succeeded")
        # It is kept, put off or dropped on its own page, not set aside.
        register(PROMISES, _("Lời hứa đến hạn"), due_promises, may_set_aside=False)

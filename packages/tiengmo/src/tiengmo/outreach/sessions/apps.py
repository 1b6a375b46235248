from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SessionsConfig(AppConfig):
    name = "tiengmo.outreach.sessions"
    label = "outreach_sessions"
    verbose_name = _("sổ tuyên truyền")

    def ready(self) -> None:
        from tiengmo.channels import registry

        from .channel import Teams
        from .receipts import METHODS
        from .trail import counted, rows_of

        registry.register(Teams())
        registry.leave_trail(registry.Trail(Teams.code, Teams.label, rows_of, counted))
        for method, text in METHODS.items():
            registry.explain_method(method, text)

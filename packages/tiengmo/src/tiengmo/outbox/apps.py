from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps


class OutboxConfig(AppConfig):
    name = "tiengmo.outbox"
    label = "outbox"

    def ready(self) -> None:
        """Load every app's `handlers.py`, so that web, worker and commands know the same topics."""
        for app in apps.get_app_configs():
            if app.name.startswith("tiengmo.") and find_spec(f"{app.name}.handlers"):
                import_module(f"{app.name}.handlers")

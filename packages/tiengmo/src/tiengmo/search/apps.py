from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SearchConfig(AppConfig):
    name = "tiengmo.search"
    label = "search"

    def ready(self) -> None:
        from . import handlers  # noqa: F401 (registers what the worker runs)

        post_migrate.connect(_empty_with_its_table, sender=self, dispatch_uid="search.flush")


def _empty_with_its_table(**_rest: Any) -> None:
    """`flush` empties the tables of models; the full-text index is none of them."""
    from .engines import engine
    from .models import Indexed

    if not Indexed.objects.exists():
        engine().clear()

"""How a version will look to the public: whoever shows it registers itself here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from .models import ProcedureVersion

_renderers: list[Callable[[ProcedureVersion], HttpResponse]] = []


def let_show(renderer: Callable[[ProcedureVersion], HttpResponse]) -> None:
    """Name who renders a version's public page, also one that nobody published yet."""
    _renderers[:] = [renderer]


def rendered(version: ProcedureVersion) -> HttpResponse:
    return _renderers[0](version)

"""Places on the newsroom's pages that higher apps fill (reach lies above; config wires it)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils.safestring import mark_safe

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

# Positions, and what the callable is given beside the request:
AUDIENCE = "audience"  # audience=[area codes], channels=[channel codes]: what it would reach
RELEASE = "release"  # release=Release: what it reached, who was missed
HOME = "home"  # nothing: a card on the staff's home page

Panel = Callable[..., "SafeString | str"]
_PANELS: dict[str, list[Panel]] = defaultdict(list)


def register_panel(position: str, panel: Panel) -> None:
    """Show what `panel(request, **about)` returns, as HTML, at `position`."""
    if panel not in _PANELS[position]:
        _PANELS[position].append(panel)


def render_panels(position: str, request: HttpRequest, **about: Any) -> SafeString:
    # Panels escape what they show; they are code of this system, never text of its users.
    return mark_safe("".join(str(panel(request, **about)) for panel in _PANELS[position]))  # noqa: S308

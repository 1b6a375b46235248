"""What the portal does when a procedure's public page changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiengmo.portal.caching import purge

if TYPE_CHECKING:
    from tiengmo.one_stop.models import Procedure


def on_public_page_changed(*, procedure: Procedure, **_rest: Any) -> None:
    purge(
        procedure.address,
        "/thu-tuc/",
        f"/thu-tuc/linh-vuc/{procedure.field.code}/",
        f"/thu-tuc/?cap={procedure.level.code}",
    )


def connect() -> None:
    """Called once, from the portal's AppConfig."""
    from tiengmo.one_stop.events import public_page_changed
    from tiengmo.one_stop.preview import let_show

    from .views import preview

    public_page_changed.connect(on_public_page_changed, dispatch_uid="portal.procedures")
    let_show(preview)

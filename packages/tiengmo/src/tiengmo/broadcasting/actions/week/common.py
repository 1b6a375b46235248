"""What every act on a week does first and last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiengmo.audit.actions import record
from tiengmo.outbox.actions import announce
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role, User

if TYPE_CHECKING:
    from django.db.models import Model

    from tiengmo.audit.actors import Actor
    from tiengmo.places.models import Unit


def require_operator(by: Actor, station: Unit) -> None:
    """Let the station's operators, those of the units above it and the system itself go on."""
    if isinstance(by, User):
        require_role(by, Role.OPERATOR, station)


def follow_up(
    act: str, *, by: Actor, station: Unit, subject: Model, detail: dict[str, Any] | None = None
) -> None:
    """Write down who did it, and have the station's items planned anew by the worker."""
    announce("broadcasting.plan", {"station": station.pk}, key=f"broadcasting.plan:{station.pk}")
    record(
        f"broadcasting.{act}",
        by=by,
        subject=subject,
        detail={"station": station.code, **(detail or {})},
    )

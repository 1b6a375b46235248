from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from tiengmo.audit.actions import record
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role
from tiengmo.studio.models import Relay

if TYPE_CHECKING:
    from tiengmo.people.models import User


def hold_relay(relay: Relay, *, by: User, on_fallback: bool) -> None:
    """Put the fallback on by hand while the source says something wrong, or take it off again.

    It holds until the session of the hours ends.

    Raises:
        NotAllowed.
    """
    require_role(by, Role.OPERATOR, relay.station)
    with transaction.atomic():
        Relay.objects.filter(pk=relay.pk).update(is_held_on_fallback=on_fallback)
        record("studio.relay_held" if on_fallback else "studio.relay_let_go", by=by, subject=relay)

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role
from tiengmo.studio.models import Encoder

if TYPE_CHECKING:
    from tiengmo.people.models import User
    from tiengmo.places.models import Unit


def give_encoder_password(station: Unit, *, by: User) -> str:
    """Make the station's encoder a new password and give it, once; an older one ends.

    Raises:
        NotAllowed.
    """
    require_role(by, Role.OPERATOR, station)
    # Typed into an encoder by hand: letters that are not mistaken for one another.
    password = "-".join(
        "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(5))
        for _ in range(4)
    )
    with transaction.atomic():
        Encoder.objects.update_or_create(
            station=station,
            defaults={
                "password_hash": _hash(password),
                "made_at": timezone.now(),
                "made_by_name": by.get_full_name(),
            },
        )
        record("studio.encoder_password_made", by=by, subject=station)
    return password


def is_encoder_password(station_code: str, password: str) -> bool:
    kept = (
        Encoder.objects.filter(station__code=station_code)
        .order_by("-made_at")
        .values_list("password_hash", flat=True)
        .first()
    )
    return hmac.compare_digest(kept or "", _hash(password)) if kept else False


def _hash(password: str) -> str:
    # Twenty random letters need no slow hash.
    return hashlib.sha256(b"tiengmo.studio.encoder:" + password.encode()).hexdigest()

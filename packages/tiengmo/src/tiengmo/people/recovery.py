"""Recovery codes: ten, each good once, on paper for the day the phone is lost.

They are devices of django-otp's static plugin. It compares texts as they stand in its table, so
what stands there is a keyed hash: whoever reads the database cannot sign in with it.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken

from tiengmo.audit.actions import record

if TYPE_CHECKING:
    from tiengmo.people.models import User

COUNT, LENGTH = 10, 10
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that looks like something else


def make_codes(user: User) -> list[str]:
    """Ten new codes as they are printed; the ones before are worth nothing any more."""
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(COUNT)]
    with transaction.atomic():
        device, _is_new = StaticDevice.objects.select_for_update().get_or_create(
            user=user, defaults={"name": "recovery"}
        )
        device.token_set.all().delete()
        StaticToken.objects.bulk_create(
            [StaticToken(device=device, token=_hashed(user, code)) for code in codes]
        )
        record("recovery_codes.made", by=user, subject=user, detail={"codes": len(codes)})
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def use_code(user: User, typed: str) -> StaticDevice | None:
    """The device, when the code is one of theirs and unused. It is used up; a wrong one delays."""
    code = "".join(typed.lower().replace("-", "").split())
    with transaction.atomic():
        device = StaticDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
        if device is None or not device.verify_token(_hashed(user, code)):
            return None
        record(
            "recovery_code.used", by=user, subject=user, detail={"left": device.token_set.count()}
        )
    return device


def has_paper(user: User) -> bool:
    """Were codes ever printed, used up or not? Then the password alone opens nothing."""
    return bool(StaticDevice.objects.filter(user=user, confirmed=True).exists())


def codes_left(user: User) -> int:
    return int(StaticToken.objects.filter(device__user=user).count())


def _hashed(user: User, code: str) -> str:
    key = hashlib.sha256(settings.SECRET_KEY.encode()).digest()
    return hashlib.blake2b(f"{user.pk}:{code}".encode(), key=key, digest_size=8).hexdigest()

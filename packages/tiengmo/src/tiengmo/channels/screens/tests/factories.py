from __future__ import annotations

import secrets
from datetime import time

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from tiengmo.channels.screens import rules
from tiengmo.channels.screens.models import Screen
from tiengmo.places.tests.factories import UnitFactory


class ScreenFactory(DjangoModelFactory):
    """A screen in a commune's office, let in; `waiting=True` before a code was typed.

    `.token` is what its device carries.
    """

    class Meta:
        model = Screen

    class Params:
        waiting = factory.Trait(token_hash="", enrolled_at=None)
        token = factory.LazyFunction(lambda: secrets.token_hex(32))

    name = factory.Sequence(lambda n: f"Sảnh một cửa {n}")
    unit = factory.SubFactory(UnitFactory, in_district=True)
    opens_at = time(0)
    closes_at = time(0)
    token_hash = factory.LazyAttribute(lambda made: rules.digest(made.token))
    enrolled_at = factory.LazyFunction(timezone.now)


def let_in(**fields):
    """A screen and the token of its device."""
    token = secrets.token_hex(32)
    return ScreenFactory(token=token, **fields), token

from __future__ import annotations

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from tiengmo.channels.social import sealing
from tiengmo.channels.social.models import Account, Connection
from tiengmo.channels.social.register.addresses import key_of
from tiengmo.places.tests.factories import UnitFactory


class AccountFactory(DjangoModelFactory):
    """A verified Facebook page; `zalo=True` is an official account there, `waiting=True` unverified."""

    class Meta:
        model = Account

    class Params:
        number = factory.Sequence(lambda n: 100_000_000 + n)
        waiting = factory.Trait(status=Account.Status.REGISTERED, verified_at=None)
        zalo = factory.Trait(
            network="zalo",
            address=factory.LazyAttribute(lambda made: f"https://zalo.me/{made.number}"),
        )

    network = "facebook"
    name = factory.Sequence(lambda n: f"UBND xã thử {n}")
    address = factory.Sequence(lambda n: f"https://www.facebook.com/ubnd.xa.thu.so.{n}")
    external_id = factory.LazyAttribute(lambda made: str(made.number))
    key = factory.LazyAttribute(lambda made: key_of(made.address))
    unit = factory.SubFactory(UnitFactory)
    owner_name = "Người Phụ Trách"
    status = Account.Status.VERIFIED
    verified_at = factory.LazyFunction(timezone.now)


class ConnectionFactory(DjangoModelFactory):
    """A page that posts go out on; `console=True` writes them to a file."""

    class Meta:
        model = Connection

    class Params:
        console = factory.Trait(is_trial=True, sealed_credentials="")
        zalo = factory.Trait(
            account=factory.SubFactory(AccountFactory, zalo=True),
            cover_url="https://mo.example.vn/bia.jpg",
            access_ends_at=factory.LazyFunction(lambda: timezone.now() + timedelta(hours=20)),
            sealed_credentials=factory.LazyFunction(
                lambda: sealing.seal_credentials(
                    {"access_token": "khoa-vao-1", "refresh_token": "khoa-doi-1"}
                )
            ),
        )

    account = factory.SubFactory(AccountFactory)
    is_used = True
    sealed_credentials = factory.LazyFunction(
        lambda: sealing.seal_credentials({"access_token": "khoa-trang"})
    )

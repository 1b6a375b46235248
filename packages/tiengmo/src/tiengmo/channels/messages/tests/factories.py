from __future__ import annotations

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from tiengmo.channels.messages import sealing
from tiengmo.channels.messages.models import Provider, Subscriber
from tiengmo.places.tests.factories import VillageFactory


class ProviderFactory(DjangoModelFactory):
    """eSMS in use, quick enough that no test waits; `speedsms=True` is one that takes no key."""

    class Meta:
        model = Provider

    class Params:
        speedsms = factory.Trait(
            form="speedsms",
            name="SpeedSMS",
            sealed_credentials=factory.LazyFunction(
                lambda: sealing.seal_credentials({"token": "khoa-thu"})
            ),
        )
        smpp = factory.Trait(
            form="smpp",
            name="Nhà mạng",
            sealed_credentials=factory.LazyFunction(
                lambda: sealing.seal_credentials({"password": "bi-mat"})
            ),
        )
        zns = factory.Trait(
            form="zns",
            name="Zalo ZNS",
            sender="",
            settings={
                "template_id": "7895417",
                "fields": "tieu_de = tiêu đề, 60\nnoi_dung = tin ngắn, 120\nnoi_gui = đơn vị, 60",
            },
            sealed_credentials=factory.LazyFunction(
                lambda: sealing.seal_credentials(
                    {
                        "app_id": "4103",
                        "secret_key": "bi-mat-app",
                        "refresh_token": "khoa-doi-1",
                        "oa_secret_key": "bi-mat-oa",
                    }
                )
            ),
        )
        console = factory.Trait(form="console", name="Chạy thử", sealed_credentials="")

    name = "eSMS"
    form = "esms"
    sender = "UBNDXATHU"
    requests_per_second = 500
    tokens = 500
    price_per_part = 600
    is_used = True
    sealed_credentials = factory.LazyFunction(
        lambda: sealing.seal_credentials({"ApiKey": "khoa-thu", "SecretKey": "bi-mat-thu"})
    )


class SubscriberFactory(DjangoModelFactory):
    """Somebody who typed the code; `waiting=True` before that."""

    class Meta:
        model = Subscriber

    class Params:
        number = factory.Sequence(lambda n: f"849{n:08d}")
        waiting = factory.Trait(confirmed_at=None)

    village = factory.SubFactory(VillageFactory)
    sealed_number = factory.LazyAttribute(lambda made: sealing.seal(made.number))
    number_hash = factory.LazyAttribute(lambda made: sealing.hash_of(made.number))
    confirmed_at = factory.LazyFunction(timezone.now)

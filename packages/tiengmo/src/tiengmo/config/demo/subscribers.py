"""Invented subscribers of text messages, and a provider that writes to a file and sends nothing."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from tiengmo.audit import SYSTEM
from tiengmo.channels.messages import sealing
from tiengmo.channels.messages.actions import save_provider, use_provider
from tiengmo.channels.messages.models import Provider, Subscriber
from tiengmo.places.models import Village

NAME = "Nhà cung cấp thử (dữ liệu dựng)"
# A village has one to three; a dead zone none.
MOST = 3
PRICE = 250


def ensure_subscribers() -> int:
    """Put them where there is no provider yet; give how many were put.

    Their numbers begin with 00: no telephone has one, whatever provider is put in later.
    """
    villages = list(Village.objects.filter(is_dead_zone=False).order_by("code"))
    if not villages or Provider.objects.exists() or Subscriber.objects.exists():
        return 0
    provider = save_provider(
        Provider(),
        credentials={},
        by=SYSTEM,
        name=NAME,
        form="console",
        requests_per_second=20,
        price_per_part=PRICE,
    )
    use_provider(provider, by=SYSTEM)
    now = timezone.now()
    numbers = [
        (village, f"00{place:05d}{which:03d}")
        for place, village in enumerate(villages)
        for which in range(1 + place % MOST)
    ]
    Subscriber.objects.bulk_create(
        [
            Subscriber(
                sealed_number=sealing.seal(number),
                number_hash=sealing.hash_of(number),
                village=village,
                confirmed_at=now - timedelta(days=20),
            )
            for village, number in numbers
        ],
        batch_size=200,
    )
    return len(numbers)

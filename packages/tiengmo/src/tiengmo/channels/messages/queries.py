"""Counts and addresses. No query gives a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Sum

from tiengmo.channels.messages.models import Message, Provider, Subscriber
from tiengmo.channels.messages.sealing import callback_token
from tiengmo.places.queries import villages_in

# The protocol that stands beside SMS, not in its place (models.provider).
ZALO_FORM = "zns"

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from tiengmo.releases.models import Release


def provider_in_use(via: str = Message.Via.SMS) -> Provider | None:
    rows = Provider.objects.filter(is_used=True)
    is_zalo = via == Message.Via.ZALO
    return (rows.filter(form=ZALO_FORM) if is_zalo else rows.exclude(form=ZALO_FORM)).first()


def callback_address(provider: Provider) -> str:
    """Where this provider reports: the address itself is signed, nobody else can make one."""
    return f"{settings.PUBLIC_URL}/tin-nhan/bao/{callback_token(provider.pk)}/"


def confirmed() -> QuerySet[Subscriber]:
    return Subscriber.objects.filter(confirmed_at__isnull=False)


def has_subscribers(area_codes: Iterable[str]) -> bool:
    return confirmed().filter(village__in=villages_in(list(area_codes))).exists()


def subscribers_for(release: Release) -> QuerySet[Subscriber]:
    """Confirmed subscribers of the villages a release is for; categories are the caller's."""
    return confirmed().filter(village__in=villages_in(release.audience)).order_by("pk")


def cost_of(release: Release) -> tuple[int, int]:
    """Parts that went out for a release, and what they cost at the providers' prices."""
    gone = Message.objects.filter(release=release, sent_at__isnull=False)
    rows = gone.order_by().values_list("provider__price_per_part").annotate(parts=Sum("parts"))
    counted = [(price or 0, parts or 0) for price, parts in rows]
    return sum(parts for _, parts in counted), sum(price * parts for price, parts in counted)

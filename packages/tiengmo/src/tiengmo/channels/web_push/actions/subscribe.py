from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tiengmo.channels.messages.sealing import hash_of, seal
from tiengmo.channels.web_push import rules
from tiengmo.channels.web_push.errors import PushError
from tiengmo.channels.web_push.models import Browser, PushService

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiengmo.places.models import Village


def subscribe(
    sent: Any, village: Village, *, categories: Sequence[str], instead_of: str = ""
) -> Browser:
    """Have this browser told of a village's news; again, or with other wishes, changes its row.

    sent: what its `PushSubscription.toJSON()` gave. instead_of: the address it had before its maker
    gave it another. No audit row: what a citizen chose is nobody's record. Raises PushError.
    """
    subscription = rules.read_subscription(sent, settings.PUSH_SERVICES)
    if subscription is None:
        raise PushError(_("Trình duyệt này chưa dùng được để nhận thông báo ở đây."))
    with transaction.atomic():
        service, _is_new = PushService.objects.get_or_create(origin=subscription.origin)
        browser, _is_new = Browser.objects.update_or_create(
            endpoint_hash=hash_of(subscription.endpoint),
            defaults={
                "sealed_subscription": seal(subscription.kept()),
                "service": service,
                "village": village,
                "categories": sorted(set(categories)),
                "failures": 0,
            },
        )
        if instead_of and instead_of != subscription.endpoint:
            Browser.objects.filter(endpoint_hash=hash_of(instead_of)).delete()
    return browser


def subscription_of(endpoint: str) -> Browser | None:
    """What the browser with this address asked for. Only itself knows the address."""
    rows = Browser.objects.select_related("village__unit")
    return rows.filter(endpoint_hash=hash_of(endpoint)).first()


def unsubscribe(endpoint: str) -> bool:
    """Forget this browser. False when it was not known."""
    gone, _by_model = Browser.objects.filter(endpoint_hash=hash_of(endpoint)).delete()
    return bool(gone)

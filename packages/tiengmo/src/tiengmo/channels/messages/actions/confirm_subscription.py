from __future__ import annotations

import hmac
import unicodedata
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.channels.messages import sealing
from tiengmo.channels.messages.actions.ask_to_subscribe import CODE_GOOD_FOR
from tiengmo.channels.messages.errors import WrongCode
from tiengmo.channels.messages.models import Message, Subscriber
from tiengmo.channels.messages.sending.posting import post_soon

# Of a million codes, five tries each of three a day.
MOST_TRIES = 5


def confirm_subscription(subscriber_id: object, typed: str) -> Subscriber:
    """Begin to text what the last code was for. Raises WrongCode.

    The first time, the person is texted the link with which they leave.
    """
    # Some keyboards make full-width digits.
    digits = unicodedata.normalize("NFKC", typed)
    code = "".join(letter for letter in digits if letter in "0123456789")
    if not _is_right(subscriber_id, code):
        raise WrongCode(_("Mã chưa đúng hoặc đã hết hạn. Xem lại tin nhắn, hoặc đăng ký lại."))
    with transaction.atomic():
        subscriber = Subscriber.objects.select_for_update().get(pk=subscriber_id)
        if not subscriber.sealed_code:
            return subscriber  # the same form, sent twice
        is_first = subscriber.confirmed_at is None
        if subscriber.wanted_village is not None:
            subscriber.village = subscriber.wanted_village
            subscriber.categories = subscriber.wanted_categories
            subscriber.by_zalo = subscriber.wanted_by_zalo
        subscriber.wanted_village = None
        subscriber.wanted_categories = []
        subscriber.sealed_code = ""
        subscriber.confirmed_at = timezone.now()
        subscriber.failures = subscriber.times_asked = 0
        subscriber.save()
        if is_first:
            Message.objects.create(
                subscriber=subscriber,
                village=subscriber.village,
                kind=Message.Kind.LINK,
                urgency=1,
                expires_at=timezone.now() + timedelta(hours=12),
            )
            post_soon()
        record(
            "texts.confirmed",
            by=SYSTEM,
            subject=subscriber,
            detail={"village": subscriber.village.code},
        )
    return subscriber


def _is_right(subscriber_id: object, code: str) -> bool:
    """A try is counted for good before it is judged: no rolled-back transaction gives it back."""
    with transaction.atomic():
        subscriber = Subscriber.objects.select_for_update().filter(pk=subscriber_id).first()
        if subscriber is None or not subscriber.sealed_code or subscriber.code_sent_at is None:
            return False
        if timezone.now() - subscriber.code_sent_at > CODE_GOOD_FOR:
            return False
        subscriber.code_tries += 1
        subscriber.save(update_fields=["code_tries"])
        if subscriber.code_tries > MOST_TRIES:
            return False
        return hmac.compare_digest(sealing.unseal(subscriber.sealed_code), code)

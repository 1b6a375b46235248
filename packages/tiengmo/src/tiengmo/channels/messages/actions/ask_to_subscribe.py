from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.channels.messages import rules, sealing
from tiengmo.channels.messages.errors import MessageError
from tiengmo.channels.messages.models import Message, Subscriber
from tiengmo.channels.messages.queries import provider_in_use
from tiengmo.channels.messages.sending.posting import post_soon
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role, User

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiengmo.audit.actors import Actor
    from tiengmo.places.models import Village

# A stranger who types somebody else's number rings no telephone more often than this.
MOST_ASKED, WITHIN = 3, timedelta(days=1)
# Every code costs money: a script that types numbers all day stops here.
MOST_CODES_A_DAY = 1000
CODE_GOOD_FOR = timedelta(minutes=30)


def check_wish(typed: str) -> str:
    """Give the number as it is kept. Raises MessageError: no mobile number, nobody to send it."""
    number = rules.number_of(typed)
    if number is None:
        raise MessageError(_("Số điện thoại di động gồm 10 chữ số, ví dụ 0912 345 678."))
    if provider_in_use() is None:
        raise MessageError(_("Hệ thống chưa gửi được tin nhắn. Hãy theo dõi bằng thư hoặc RSS."))
    return number


def ask_to_subscribe(
    typed: str,
    village: Village,
    *,
    categories: Sequence[str],
    by: Actor,
    has_consent: bool = False,
    by_zalo: bool = False,
) -> Subscriber:
    """Text a code to this number; nothing is subscribed before somebody types it.

    by: SYSTEM for the public form; an editor of the village's unit, who notes that the person
    agreed (`has_consent`). by_zalo: news by Zalo where Zalo knows the number; codes, links and
    emergencies are texted all the same. Says nothing of whether the number is known already. Raises
    MessageError, NotAllowed.
    """
    number = check_wish(typed)
    noted_by = ""
    if isinstance(by, User):
        require_role(by, Role.EDITOR, village.unit)
        if not has_consent:
            raise MessageError(_("Chỉ ghi số khi người dùng số này đã đồng ý."))
        noted_by = str(by)
    with transaction.atomic():
        subscriber, _is_new = Subscriber.objects.select_for_update().get_or_create(
            number_hash=sealing.hash_of(number),
            defaults={
                "sealed_number": sealing.seal(number),
                "village": village,
                "noted_by_name": noted_by,
            },
        )
        if not _may_be_asked(subscriber):
            return subscriber
        subscriber.wanted_village = village
        subscriber.wanted_categories = sorted(set(categories))
        subscriber.wanted_by_zalo = by_zalo
        subscriber.sealed_code = sealing.seal(f"{secrets.randbelow(1_000_000):06d}")
        subscriber.code_sent_at = timezone.now()
        subscriber.code_tries = 0
        if subscriber.confirmed_at is None:
            subscriber.noted_by_name = noted_by
        subscriber.save()
        _post(subscriber, Message.Kind.CODE)
        if isinstance(by, User):
            record("texts.noted", by=by, subject=subscriber, detail={"village": village.code})
    return subscriber


def send_own_link(typed: str) -> None:
    """Text a subscriber the link where they see and end their messages; nothing to anybody else."""
    number = check_wish(typed)
    with transaction.atomic():
        subscriber = (
            Subscriber.objects.select_for_update()
            .filter(number_hash=sealing.hash_of(number), confirmed_at__isnull=False)
            .first()
        )
        if subscriber is None or not _may_be_asked(subscriber):
            return
        subscriber.save()
        _post(subscriber, Message.Kind.LINK)


def _may_be_asked(subscriber: Subscriber) -> bool:
    now = timezone.now()
    if now - subscriber.asked_at > WITHIN:
        subscriber.times_asked, subscriber.asked_at = 0, now
    if subscriber.times_asked >= MOST_ASKED:
        return False
    today = Message.objects.filter(
        kind__in=(Message.Kind.CODE, Message.Kind.LINK), due_at__gt=now - WITHIN
    )
    if today.count() >= MOST_CODES_A_DAY:
        raise MessageError(_("Hôm nay đã có quá nhiều lượt đăng ký. Xin thử lại vào ngày mai."))
    subscriber.times_asked += 1
    return True


def _post(subscriber: Subscriber, kind: str) -> None:
    Message.objects.create(
        subscriber=subscriber,
        village=subscriber.wanted_village or subscriber.village,
        kind=kind,
        urgency=1,
        expires_at=timezone.now() + CODE_GOOD_FOR,
    )
    post_soon()

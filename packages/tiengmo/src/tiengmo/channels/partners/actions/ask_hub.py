from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.channels.partners import rules, sealing
from tiengmo.channels.partners.errors import HubRefusal
from tiengmo.channels.partners.models import Partner, Subscription
from tiengmo.channels.partners.posting import post_soon
from tiengmo.channels.partners.queries import partners_in_use

if TYPE_CHECKING:
    from collections.abc import Mapping

# Anybody may post to the hub: a partner's machine is asked about so many at a time, no more.
MOST_WAITING, MOST_SUBSCRIPTIONS = 20, 200
State = Subscription.State


def ask_hub(sent: Mapping[str, str]) -> Subscription:
    """Take a subscription request (WebSub, 5.1); its callback is asked whether it meant it.

    sent: hub.mode, hub.topic, hub.callback, hub.secret, hub.lease_seconds. What stands goes on
    until the new request is verified. Raises HubRefusal.
    """
    mode = sent.get("hub.mode", "")
    if mode not in rules.MODES:
        raise HubRefusal(_("hub.mode phải là subscribe hoặc unsubscribe."), 400)
    callback = sent.get("hub.callback", "")
    partner = _partner_of(callback)
    topic = rules.topic_at(sent.get("hub.topic", ""), settings.PUBLIC_URL)
    if topic is None:
        raise HubRefusal(_('hub.topic phải là địa chỉ rel="self" của một nguồn tin ở đây.'), 404)
    lease = rules.lease_of(sent.get("hub.lease_seconds", ""))
    if lease is None:
        raise HubRefusal(_("hub.lease_seconds phải là số giây."), 400)
    with transaction.atomic():
        # One after the other: the two bounds below count rows.
        Partner.objects.select_for_update().get(pk=partner.pk)
        if mode == rules.SUBSCRIBE:
            one = _to_begin(partner, topic, callback, _secret_of(sent))
        else:
            one = _to_end(partner, topic, callback)
        one.wanted, one.wanted_seconds = mode, lease
        one.asked_at = one.asked_due_at = timezone.now()
        one.asked_tries, one.asked_claimed_at = 0, None
        one.save()
        post_soon()
    return one


def _partner_of(callback: str) -> Partner:
    origin = rules.origin_of(callback)
    if origin is None or rules.has_hub_words(callback):
        raise HubRefusal(
            _(
                "hub.callback phải là địa chỉ http(s) ASCII, nhiều nhất 1.000 ký tự, không có tên "
                "đăng nhập, dấu # hay tham số hub."
            ),
            400,
        )
    partner = partners_in_use().filter(origin=origin, is_trial=False).first()
    if partner is None:
        raise HubRefusal(
            _("%(origin)s chưa được cho phép. Hãy liên hệ quản trị viên của hệ thống này.")
            % {"origin": origin},
            403,
        )
    return partner


def _secret_of(sent: Mapping[str, str]) -> str:
    secret = sent.get("hub.secret", "")
    if not rules.SECRET_LEAST <= len(secret.encode()) < rules.SECRET_BELOW:
        raise HubRefusal(_("hub.secret bắt buộc, từ 16 đến 199 byte."), 400)
    return secret


def _to_begin(partner: Partner, topic: rules.Topic, callback: str, secret: str) -> Subscription:
    if topic.key not in partner.topics:
        raise HubRefusal(_("Hệ thống của bạn chưa được cho nhận nguồn tin này."), 403)
    own = Subscription.objects.filter(partner=partner)
    callback_hash = sealing.hash_of(callback)
    one = own.filter(topic=topic.key, callback_hash=callback_hash).first()
    if one is None:
        one = Subscription(partner=partner, topic=topic.key, callback_hash=callback_hash)
    others = own.exclude(pk=one.pk)
    if (
        others.exclude(wanted="").count() >= MOST_WAITING
        or others.exclude(state=State.ENDED).count() >= MOST_SUBSCRIPTIONS
    ):
        raise HubRefusal(_("Quá nhiều đăng ký đang chờ xác minh. Hãy gửi lại sau."), 429)
    if one.state == State.ENDED:
        one.state = State.ASKED
    one.sealed_callback = sealing.seal(callback)
    one.wanted_sealed_secret = sealing.seal(secret)
    return one


def _to_end(partner: Partner, topic: rules.Topic, callback: str) -> Subscription:
    one = Subscription.objects.filter(
        partner=partner,
        topic=topic.key,
        callback_hash=sealing.hash_of(callback),
        state=State.ACTIVE,
    ).first()
    if one is None:
        raise HubRefusal(_("Không có đăng ký nào như vậy."), 404)
    return one

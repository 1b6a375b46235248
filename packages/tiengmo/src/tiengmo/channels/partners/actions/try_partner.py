from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.channels.partners import rules, sealing
from tiengmo.channels.partners.actions.save_partner import require_administrator
from tiengmo.channels.partners.feeds import feed_of
from tiengmo.channels.partners.models import Partner
from tiengmo.channels.partners.queries import subscriptions_on
from tiengmo.channels.partners.sending import exchange
from tiengmo.channels.partners.sending.exchange import Question
from tiengmo.channels.partners.sending.pushing import question_of
from tiengmo.channels.partners.sending.running import note_health

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor


def try_partner(partner: Partner, *, by: Actor) -> tuple[bool, str]:
    """Ask the partner's machine, without news in it.

    A subscription gets a signed feed in which nothing changed: its 2xx proves address, callback and
    certificate. Without one, any answer of the machine will do. Gives whether it was good, and what
    was said. Raises NotAllowed.
    """
    require_administrator(by)
    if partner.is_trial:
        is_good, said = True, _("chạy thử, không hỏi máy nào")
    else:
        is_good, said = _asked(partner)
    said = said[:300]
    with transaction.atomic():
        Partner.objects.filter(pk=partner.pk).update(tested_at=timezone.now(), test_result=said)
        record("partners.tested", by=by, subject=partner, detail={"is_good": is_good})
    return is_good, said


def _asked(partner: Partner) -> tuple[bool, str]:
    one = subscriptions_on().filter(partner=partner).order_by("-confirmed_at").first()
    if one is None:
        answer = exchange.ask(Question("GET", f"{partner.origin}/", {}))
        if not answer.status:
            note_health(partner, answer)
            return False, answer.detail
        text = _("máy chủ có đó (%(answer)s), chưa đăng ký nguồn tin nào")
        return True, text % {"answer": answer.detail}
    topic = rules.Topic(one.topic)
    try:
        callback, secret = sealing.unseal(one.sealed_callback), sealing.unseal(one.sealed_secret)
    except sealing.Unreadable:
        return False, _("Khoá đã lưu không mở được ở đây: hệ thống bạn cần đăng ký lại.")
    with translation.override(settings.LANGUAGE_CODE):
        content = feed_of(topic, [])
    answer = exchange.ask(question_of(topic, callback, secret, content))
    note_health(partner, answer)
    return answer.is_success, answer.detail

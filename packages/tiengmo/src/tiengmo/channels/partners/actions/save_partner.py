from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.channels.messages.actions.save_provider import require_administrator
from tiengmo.channels.partners import rules
from tiengmo.channels.partners.ending import end
from tiengmo.channels.partners.models import Partner, Subscription
from tiengmo.foundation.public_address import NotPublic, public_address

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor

__all__ = ["require_administrator", "save_partner"]
# A feed written to files here ends when somebody stops it.
TRIAL_LASTS = timedelta(days=3650)


def save_partner(partner: Partner, *, by: Actor, **fields: Any) -> Partner:
    """Let a system in, or change what it may take. Who administers the whole locality may.

    fields: of Partner, as a form gives them; `origin` as typed. A subscription to a feed that it
    may no longer take, or at an address that is no longer its own, ends.
    Raises NotAllowed, ValidationError.
    """
    require_administrator(by)
    if not fields.get("topics", partner.topics):
        raise ValidationError({"topics": _("Hãy chọn ít nhất một nguồn tin.")})
    is_trial = fields.get("is_trial", partner.is_trial)
    typed = "" if is_trial else str(fields.get("origin", partner.origin)).strip()
    fields["origin"] = "" if is_trial else _origin_of(typed)
    with transaction.atomic():
        before = ""
        if partner.pk is not None:
            partner = Partner.objects.select_for_update().get(pk=partner.pk)
            before = partner.origin
        for name, value in fields.items():
            setattr(partner, name, value)
        if before != partner.origin:
            _begin_anew(partner)
        # How it has been answering is nobody's to type.
        partner.clean_fields({one.name for one in Partner._meta.fields} - set(fields))
        partner.validate_constraints()
        partner.save()
        for one in partner.subscriptions.exclude(state=Subscription.State.ENDED):
            if before != partner.origin or one.topic not in partner.topics:
                end(one, Subscription.Why.STOPPED, by=by)
        if partner.is_trial:
            take_here(partner)
        detail = {"origin": partner.origin, "topics": partner.topics, "trial": partner.is_trial}
        record("partners.saved", by=by, subject=partner, detail=detail)
    return partner


def _origin_of(typed: str) -> str:
    """What may be let in: a public machine's address, without a path. Raises ValidationError."""
    origin = rules.origin_of(typed)
    if origin is None or typed.rstrip("/").partition("://")[2].count("/"):
        text = _("Hãy ghi địa chỉ máy chủ, ví dụ https://cong.tinh.example.vn, không thêm gì.")
        raise ValidationError({"origin": text})
    parts = urlsplit(origin)
    port = parts.port or rules.DEFAULT_PORTS[parts.scheme]
    try:
        public_address(parts.hostname or "", port, is_any_good=settings.PARTNERS_HERE)
    except NotPublic as error:
        texts = {
            "private": _("Tên này dẫn vào mạng riêng hay chính máy này: không gửi tới đó được."),
            "name": _("Không tìm thấy máy chủ có tên này. Hãy xem lại cách viết."),
        }
        raise ValidationError({"origin": texts[error.reason]}) from error
    return origin


def _begin_anew(partner: Partner) -> None:
    partner.tested_at, partner.test_result = None, ""
    partner.paused_until, partner.failures = None, 0
    partner.failing_since, partner.trouble = None, ""


def take_here(partner: Partner) -> None:
    """For trying out: it takes every feed it may, as files of this machine."""
    now = timezone.now()
    for key in partner.topics:
        Subscription.objects.update_or_create(
            topic=key,
            callback_hash=f"trial:{partner.pk}",
            defaults={
                "partner": partner,
                "state": Subscription.State.ACTIVE,
                "confirmed_at": now,
                "lease_until": now + TRIAL_LASTS,
                "ended_at": None,
                "ended_why": "",
            },
        )

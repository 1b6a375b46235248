"""What opens a provider: its credentials, renewed before they end, each renewal made once."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.channels.messages import sealing
from tiengmo.channels.messages.models import Provider
from tiengmo.channels.messages.providers import FORMS, HTTP_FORMS, exchange
from tiengmo.channels.messages.providers.form import Account, Answer, Said
from tiengmo.channels.zalo import REFRESH_LASTS_DAYS, Tokens

# Renewed this long before it ends, so that no request meets the end.
AHEAD = timedelta(minutes=10)
# Whoever began to renew and has not ended by then has died; the old token is tried once more.
DEAD_AFTER = timedelta(seconds=90)


def account_of(provider: Provider) -> Account:
    """Raises sealing.Unreadable."""
    form = FORMS[provider.form]
    return Account(
        base_url=provider.base_url or form.base_url,
        sender=provider.sender,
        credentials=sealing.open_credentials(provider.sealed_credentials),
        settings=provider.settings,
    )


def ready(provider: Provider) -> Account | Answer:
    """What to ask with now, renewed when needed; an Answer says why there is none.

    A token that renews is good for one use. So the renewal is claimed before it is asked for, and
    what came is kept, both tokens in one row, before it is used.
    """
    try:
        account = account_of(provider)
    except sealing.Unreadable:
        return Answer(Said.TROUBLE, _("Khoá đã lưu không mở được trên máy này. Hãy điền lại."))
    form = HTTP_FORMS.get(provider.form)
    asked = form.renew(account) if form is not None else None
    if form is None or asked is None:
        return account
    now = timezone.now()
    ends_at = provider.access_ends_at
    if account.credentials.get("access_token") and ends_at is not None and ends_at > now + AHEAD:
        return account
    rows = Provider.objects.filter(pk=provider.pk)
    may_renew = Q(renewing_since=None) | Q(renewing_since__lt=now - DEAD_AFTER)
    if not rows.filter(may_renew).update(renewing_since=now):
        return Answer(Said.NOT_YET, _("đang đổi khoá"), wait_seconds=5.0)
    fresh = rows.get()
    if fresh.sealed_credentials != provider.sealed_credentials:
        # Somebody renewed it, or typed another, since this row was read.
        rows.update(renewing_since=None)
        provider.refresh_from_db()
        return Answer(Said.NOT_YET, _("khoá vừa đổi"), wait_seconds=1.0)
    with exchange.client() as http:
        told = exchange.renew(form, asked, account, http)
    if isinstance(told, Answer):
        rows.update(renewing_since=None)
        return told
    if not _keep(provider, account, told):
        return Answer(Said.NOT_YET, _("khoá vừa đổi"), wait_seconds=1.0)
    provider.refresh_from_db()
    return account_of(provider)


def _keep(provider: Provider, account: Account, tokens: Tokens) -> bool:
    """Keep both new tokens beside what was typed meanwhile; False when other ones were typed."""
    rows = Provider.objects.filter(pk=provider.pk)
    with transaction.atomic():
        locked = rows.select_for_update().get()
        kept = sealing.open_credentials(locked.sealed_credentials)
        if kept.get("refresh_token") != account.credentials.get("refresh_token"):
            rows.update(renewing_since=None)
            return False
        kept |= {"access_token": tokens.access, "refresh_token": tokens.refresh}
        rows.update(
            sealed_credentials=sealing.seal_credentials(kept),
            access_ends_at=timezone.now() + timedelta(seconds=tokens.lasts_seconds),
            credentials_expire_on=timezone.localdate() + timedelta(days=REFRESH_LASTS_DAYS),
            renewing_since=None,
        )
    return True

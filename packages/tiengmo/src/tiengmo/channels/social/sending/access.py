"""What opens an account: its credentials, renewed before they end, each renewal made once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.channels.social import sealing
from tiengmo.channels.social.models import Connection
from tiengmo.channels.social.networks import FORMS, exchange
from tiengmo.channels.social.networks.form import Access, Answer, Said
from tiengmo.channels.social.sending.bucket import network_of
from tiengmo.channels.zalo import REFRESH_LASTS_DAYS

if TYPE_CHECKING:
    import httpx

    from tiengmo.channels.social.models import Network

# Renewed this long before it ends, so that no request meets the end.
AHEAD = timedelta(minutes=10)
# Whoever began to renew and has not ended by then has died; the old token is tried once more.
DEAD_AFTER = timedelta(seconds=90)


def base_url_of(network: Network) -> str:
    return network.base_url or FORMS[network.code].base_url


def access_of(connection: Connection, network: Network) -> Access:
    """Raises sealing.Unreadable."""
    return Access(
        account_id=connection.account.external_id,
        credentials=sealing.open_credentials(connection.sealed_credentials),
        app=sealing.open_credentials(network.sealed_credentials),
        cover_url=connection.cover_url,
    )


def ready(connection: Connection, http: httpx.Client) -> Access | Answer:
    """What to ask with now, renewed when needed; an Answer says why there is none.

    The renewing token of some networks is good for one use. So the renewal is claimed before it is
    asked for, and what came is kept before it is used.
    """
    network = network_of(connection.account.network)
    form = FORMS[network.code]
    try:
        access = access_of(connection, network)
    except sealing.Unreadable:
        return Answer(Said.TROUBLE, _("Khoá đã lưu không mở được trên máy này. Hãy điền lại."))
    asked = form.renew(access)
    if asked is None:
        return access
    now = timezone.now()
    ends_at = connection.access_ends_at
    if access.credentials.get("access_token") and ends_at is not None and ends_at > now + AHEAD:
        return access
    mine = Connection.objects.filter(
        Q(renewing_since=None) | Q(renewing_since__lt=now - DEAD_AFTER), pk=connection.pk
    )
    if not mine.update(renewing_since=now):
        return Answer(Said.NOT_YET, _("đang đổi khoá"), wait_seconds=5.0)
    fresh = Connection.objects.get(pk=connection.pk)
    if fresh.sealed_credentials != connection.sealed_credentials:
        # Somebody renewed it since this row was read.
        Connection.objects.filter(pk=connection.pk).update(renewing_since=None)
        connection.refresh_from_db()
        return access_of(connection, network)
    answer = exchange.ask(asked, form.read_renew, base_url=base_url_of(network), http=http)
    return _keep(connection, network, access, answer)


def _keep(
    connection: Connection, network: Network, access: Access, answer: Answer
) -> Access | Answer:
    now = timezone.now()
    if answer.tokens is None:
        Connection.objects.filter(pk=connection.pk).update(renewing_since=None)
        if answer.said is Said.UNSURE:
            # The old token may be used up by now; it is tried again, and then it shows.
            return Answer(Said.NOT_YET, answer.detail)
        return answer
    kept = dict(access.credentials) | {
        "access_token": answer.tokens.access,
        "refresh_token": answer.tokens.refresh,
    }
    changes: dict[str, Any] = {
        "sealed_credentials": sealing.seal_credentials(kept),
        "access_ends_at": now + timedelta(seconds=answer.tokens.lasts_seconds),
        "credentials_expire_on": timezone.localdate() + timedelta(days=REFRESH_LASTS_DAYS),
        "renewing_since": None,
    }
    Connection.objects.filter(pk=connection.pk).update(**changes)
    connection.refresh_from_db()
    return access_of(connection, network)

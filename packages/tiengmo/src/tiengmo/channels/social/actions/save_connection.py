from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.channels.social import sealing
from tiengmo.channels.social.actions.save_account import require_keeper
from tiengmo.channels.social.errors import SocialError
from tiengmo.channels.social.models import Account, Connection, Network, Post
from tiengmo.channels.social.networks import FORMS, exchange
from tiengmo.channels.social.networks.form import Said
from tiengmo.channels.social.queries import locked_account
from tiengmo.channels.social.sending.bucket import network_of
from tiengmo.channels.social.sending.figures import read_account
from tiengmo.channels.social.sending.posting import post_soon
from tiengmo.people.actions import require_role
from tiengmo.people.errors import NotAllowed
from tiengmo.people.models import Role, User
from tiengmo.people.queries import has_role
from tiengmo.places.queries import top_units

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.utils.functional import _StrPromise

    from tiengmo.audit.actors import Actor

_PRINTABLE = re.compile(r"[!-~]+")


def save_connection(
    account: Account,
    *,
    credentials: Mapping[str, str],
    by: Actor,
    is_used: bool,
    is_trial: bool = False,
    **fields: Any,
) -> Connection:
    """Keep what lets posts go out as this account. credentials: those typed anew; "" keeps the old.

    Raises NotAllowed, ValidationError, SocialError.
    """
    form = FORMS[account.network]
    with transaction.atomic():
        account = locked_account(account)
        require_keeper(by, account.unit)
        if account.status == Account.Status.RETIRED:
            raise SocialError(_("Tài khoản đã ngừng dùng."))
        connection = Connection.objects.select_for_update().filter(account=account).first()
        connection = connection or Connection(account=account)
        typed = _typed(credentials, form.secrets)
        opened = _kept(connection.sealed_credentials) | typed
        connection.is_used, connection.is_trial = is_used, is_trial
        for name, value in fields.items():
            setattr(connection, name, value)
        if typed:
            _begin_anew(connection)
        connection.sealed_credentials = sealing.seal_credentials(opened)
        connection.clean_fields(
            {field.name for field in connection._meta.fields} - {"cover_url"} - set(fields)
        )
        if is_used and not is_trial:
            _must_be_whole(account, connection, opened)
        connection.save()
        if typed:
            _due_now(account)
        record(
            "social.connection_saved",
            by=by,
            subject=account,
            detail={"used": is_used, "trial": is_trial, "credentials": sorted(typed)},
        )
        post_soon()
    return connection


def _typed(
    credentials: Mapping[str, str], known: Sequence[tuple[str, str | _StrPromise]]
) -> dict[str, str]:
    """Those of these that were typed; no network gives out anything but printable ASCII."""
    labels = dict(known)
    typed = {n: v.strip() for n, v in credentials.items() if v.strip() and n in labels}
    for name, value in typed.items():
        if not _PRINTABLE.fullmatch(value):
            text = _("%(label)s có ký tự lạ (ký tự ẩn, dấu cách hoặc chữ có dấu). Hãy chép lại.")
            raise ValidationError(text % {"label": labels[name]})
    return typed


def _due_now(account: Account) -> None:
    """What waited for good credentials need not wait for its turn."""
    waiting = Post.objects.filter(account=account, state=Post.State.WAITING)
    waiting.update(due_at=timezone.now())


def _begin_anew(connection: Connection) -> None:
    connection.tested_at, connection.test_result = None, ""
    connection.paused_until, connection.failures = None, 0
    connection.failing_since, connection.trouble = None, ""
    connection.access_ends_at, connection.renewing_since = None, None


def _must_be_whole(account: Account, connection: Connection, opened: dict[str, str]) -> None:
    form = FORMS[account.network]
    if not account.external_id:
        raise ValidationError(_("Hãy ghi mã số của trang trên mạng đó vào sổ trước."))
    if not opened.get(form.secrets[0][0]):
        raise ValidationError(_("Chưa đủ khoá truy cập. Hãy điền đủ rồi bật lại."))
    if form.needs_cover and not connection.cover_url:
        raise ValidationError(
            {"cover_url": _("Zalo bắt buộc bài nào cũng có ảnh bìa: hãy ghi một ảnh mặc định.")}
        )


def _kept(sealed: str) -> dict[str, str]:
    try:
        return sealing.open_credentials(sealed)
    except sealing.Unreadable:
        return {}


def test_connection(account: Account, *, by: Actor) -> tuple[bool, str]:
    """Ask the network who this account is: proves the credentials and posts nothing.

    Gives whether they are good, and what it said. Raises NotAllowed, SocialError.
    """
    require_keeper(by, account.unit)
    connection = Connection.objects.select_related("account__unit").filter(account=account).first()
    if connection is None:
        raise SocialError(_("Trang này chưa có kết nối."))
    if connection.is_trial:
        is_good, said = True, _("chạy thử, không hỏi mạng nào")
    else:
        with exchange.client() as http:
            answer = read_account(connection, http)
        is_good, said = answer.said is Said.DONE, answer.detail
    said = (said or (_("được") if is_good else _("không được")))[:300]
    with transaction.atomic():
        changes: dict[str, Any] = {"tested_at": timezone.now(), "test_result": said}
        if not is_good:
            changes |= {"failing_since": connection.failing_since or timezone.now()}
            changes |= {"trouble": said}
        else:
            _due_now(account)
        Connection.objects.filter(pk=connection.pk).update(**changes)
        record("social.connection_tested", by=by, subject=account, detail={"is_good": is_good})
        post_soon()
    return is_good, said


def require_administrator(by: Actor) -> None:
    """A network's application serves the whole locality: who administers it all may change it."""
    if not isinstance(by, User) or by.is_superuser:
        return
    tops = top_units()
    if not tops:
        raise NotAllowed(_("Chưa có đơn vị nào."))
    unit = next((one for one in tops if has_role(by, Role.ADMINISTRATOR, one)), tops[0])
    require_role(by, Role.ADMINISTRATOR, unit)


def save_network(code: str, *, credentials: Mapping[str, str], by: Actor, **fields: Any) -> Network:
    """Keep a network's application and rate. Raises NotAllowed, ValidationError."""
    require_administrator(by)
    typed = _typed(credentials, FORMS[code].app_secrets)
    with transaction.atomic():
        network_of(code)
        network = Network.objects.select_for_update().get(pk=code)
        for name, value in fields.items():
            setattr(network, name, value)
        network.sealed_credentials = sealing.seal_credentials(
            _kept(network.sealed_credentials) | typed
        )
        network.paused_until = None
        network.clean_fields({field.name for field in network._meta.fields} - set(fields))
        network.save()
        record("social.network_saved", by=by, subject=code, detail={"credentials": sorted(typed)})
        post_soon()
    return network

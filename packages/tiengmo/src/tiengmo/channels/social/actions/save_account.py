from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.channels.social.models import Account, AccountChange
from tiengmo.channels.social.queries import locked_account
from tiengmo.channels.social.register.addresses import key_of
from tiengmo.channels.social.register.events import register_changed
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role, User

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor
    from tiengmo.places.models import Unit

# What somebody may change; a change of these asks for a new verification.
FIELDS = (
    "network",
    "name",
    "address",
    "external_id",
    "unit",
    "owner_name",
    "owner_phone",
    "since_on",
)
WHAT_WAS_VERIFIED = ("network", "address", "external_id", "unit")
# Not repeated in the register's history, where more people read it.
KEPT_OUT = ("owner_phone",)


def require_keeper(by: Actor, unit: Unit) -> None:
    """The register of a unit is kept by whoever administers it, or a unit above."""
    if isinstance(by, User) and not by.is_superuser:
        require_role(by, Role.ADMINISTRATOR, unit)


def save_account(account: Account, *, by: Actor, reason: str = "", **fields: Any) -> Account:
    """Enter an account in the register, or change its entry.

    Raises NotAllowed; ValidationError: an address that leads to no account, or to a known one.
    """
    with transaction.atomic():
        if account.pk is not None:
            account = locked_account(account)
            require_keeper(by, account.unit)
        before = {name: _shown(account, name) for name in FIELDS} if account.pk else {}
        for name, value in fields.items():
            setattr(account, name, value)
        require_keeper(by, account.unit)
        _judge(account)
        after = {name: _shown(account, name) for name in FIELDS}
        changed = {
            name: [before.get(name, ""), after[name]]
            for name in FIELDS
            if before.get(name, "") != after[name]
        }
        if not changed:
            return account
        is_new = account.pk is None
        is_another = any(name in changed for name in WHAT_WAS_VERIFIED)
        if is_another and account.status == Account.Status.VERIFIED:
            account.status, account.verified_at = Account.Status.REGISTERED, None
        account.save()
        AccountChange.objects.create(
            account=account,
            act=AccountChange.Act.REGISTERED if is_new else AccountChange.Act.CHANGED,
            by_name=str(by),
            reason=reason.strip(),
            detail={} if is_new else {n: v for n, v in changed.items() if n not in KEPT_OUT},
        )
        record(
            "social.account_registered" if is_new else "social.account_changed",
            by=by,
            subject=account,
            detail={"fields": sorted(changed), "key": account.key, "unit": account.unit.code},
        )
        register_changed.send(Account, account=account)
    return account


def _judge(account: Account) -> None:
    account.name = " ".join(account.name.split())
    account.external_id = account.external_id.strip()
    key = key_of(account.address)
    if not key:
        raise ValidationError(
            {"address": _("Địa chỉ này không dẫn tới một trang Facebook hay Zalo OA nào.")}
        )
    if not key.startswith(f"{account.network}:"):
        raise ValidationError({"address": _("Địa chỉ không thuộc mạng đã chọn.")})
    if account.external_id and not account.external_id.isascii():
        raise ValidationError({"external_id": _("Mã số chỉ gồm chữ số.")})
    if account.external_id and not account.external_id.isdigit():
        raise ValidationError({"external_id": _("Mã số chỉ gồm chữ số.")})
    if account.since_on > timezone.localdate():
        raise ValidationError({"since_on": _("Ngày bắt đầu dùng chưa tới.")})
    account.key = key
    others = Account.objects.exclude(pk=account.pk)
    known = others.filter(key=key).select_related("unit").first()
    if known is None and account.external_id:
        known = (
            others.filter(network=account.network, external_id=account.external_id)
            .select_related("unit")
            .first()
        )
    if known is not None:
        text = _("Đã có trong sổ: “%(name)s” của %(unit)s.")
        raise ValidationError({"address": text % {"name": known.name, "unit": known.unit.name}})
    account.clean_fields({field.name for field in account._meta.fields} - set(FIELDS))


def _shown(account: Account, name: str) -> str:
    if name == "unit":
        return account.unit.name if account.unit_id else ""
    return str(getattr(account, name))

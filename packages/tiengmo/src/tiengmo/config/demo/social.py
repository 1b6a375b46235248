"""An invented register of pages and accounts; those of one commune post to a file here."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from tiengmo.audit import SYSTEM
from tiengmo.audit.actions import record
from tiengmo.channels.social.models import Account, AccountChange, Connection
from tiengmo.channels.social.register.addresses import key_of
from tiengmo.places.queries import top_units, units_in_force

if TYPE_CHECKING:
    from tiengmo.places.models import Unit

COMMUNE = "02701"
SINCE = date(2025, 7, 1)
WHY = "Dữ liệu dựng để thử"
# One that somebody else took over, one that nobody has looked at yet.
ENDED, WAITING = "truyenthanh", "congdoan"


def ensure_accounts() -> int:
    """Enter them where the register is empty: no page of that name is anybody's. How many."""
    tops = top_units()
    if not tops or Account.objects.exists():
        return 0
    communes = units_in_force().filter(villages__isnull=False).distinct().order_by("code")
    rows = [
        row
        for unit in [*tops, *communes]
        for row in (_account(unit, "facebook"), _account(unit, "zalo"))
    ]
    rows += [_account(tops[0], "facebook", ENDED), _account(tops[0], "facebook", WAITING)]
    made = Account.objects.bulk_create(rows)
    AccountChange.objects.bulk_create(
        [
            AccountChange(account=one, act=act, by_name=SYSTEM.name, reason=WHY)
            for one in made
            for act in _acts(one)
        ]
    )
    Connection.objects.bulk_create(
        [
            Connection(account=one, is_trial=True, is_used=True)
            for one in made
            if one.unit.code == COMMUNE
        ]
    )
    record("social.demo", by=SYSTEM, subject="demo", detail={"rows": len(made)})
    return len(made)


def _account(unit: Unit, network: str, suffix: str = "") -> Account:
    name = f"{unit.name} – trình diễn"
    handle = f"trinhdien.{unit.code}" + (f".{suffix}" if suffix else "")
    if network == "facebook":
        address = f"https://www.facebook.com/tiengmo.{handle}"
    else:
        address = f"https://zalo.me/tiengmo-{handle.replace('.', '-')}"
    now = timezone.now()
    account = Account(
        network=network,
        name={"": name, ENDED: f"Truyền thanh {name}", WAITING: f"Công đoàn {name}"}[suffix],
        address=address,
        key=key_of(address),
        unit=unit,
        owner_name="Cán bộ văn hoá (dựng để thử)",
        since_on=SINCE,
        status=Account.Status.VERIFIED,
        verified_at=now - timedelta(days=30),
    )
    if suffix == WAITING:
        account.status, account.verified_at = Account.Status.REGISTERED, None
    elif suffix == ENDED:
        account.status, account.retired_at = Account.Status.RETIRED, now - timedelta(days=3)
        account.retired_reason = "Trang bị chiếm quyền (dựng để thử)."
    return account


def _acts(account: Account) -> list[AccountChange.Act]:
    acts = [AccountChange.Act.REGISTERED]
    if account.verified_at is not None:
        acts.append(AccountChange.Act.VERIFIED)
    if account.status == Account.Status.RETIRED:
        acts.append(AccountChange.Act.RETIRED)
    return acts

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.channels.social.actions.save_account import require_keeper, save_account
from tiengmo.channels.social.models import Account
from tiengmo.channels.social.register.addresses import key_of
from tiengmo.channels.social.register.reading import Row, day_in, network_in, rows_of
from tiengmo.people.errors import NotAllowed
from tiengmo.places.queries import units_in_force

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor
    from tiengmo.places.models import Unit


@dataclass
class Imported:
    """What became of a table's lines. problems: (line, why)."""

    new: int = 0
    changed: int = 0
    same: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)


def import_accounts(raw: bytes, *, by: Actor) -> Imported:
    """Enter the lines of a CSV table in the register; what is wrong is told by line.

    The same table again changes nothing. Nothing is verified by it. Raises SocialError.
    """
    done = Imported()
    units = {unit.code: unit for unit in units_in_force().select_related("parent")}
    accounts = {one.key: one for one in Account.objects.select_related("unit")}
    seen: dict[str, int] = {}
    for row in rows_of(raw):
        try:
            _take(row, done, units=units, accounts=accounts, seen=seen, by=by)
        except NotAllowed as error:
            done.problems.append((row.line, str(error)))
        except ValidationError as error:
            done.problems.append((row.line, " ".join(error.messages)))
    record(
        "social.register_imported",
        by=by,
        subject="social.register",
        detail={
            "new": done.new,
            "changed": done.changed,
            "same": done.same,
            "problems": len(done.problems),
        },
    )
    return done


def _take(
    row: Row,
    done: Imported,
    *,
    units: dict[str, Unit],
    accounts: dict[str, Account],
    seen: dict[str, int],
    by: Actor,
) -> None:
    if row.problem:
        raise ValidationError(row.problem)
    fields = _fields(row.values, units)
    key = key_of(fields["address"])
    if key and key in seen:
        raise ValidationError(_("Trùng với dòng %(line)d: cùng một trang.") % {"line": seen[key]})
    seen[key] = row.line
    account = accounts.get(key)
    if account is None:
        require_keeper(by, fields["unit"])
        made = save_account(Account(), by=by, reason=_("nhập từ bảng"), **fields)
        accounts[made.key] = made
        done.new += 1
        return
    if all(getattr(account, name) == value for name, value in fields.items()):
        done.same += 1
        return
    accounts[key] = save_account(account, by=by, reason=_("nhập từ bảng"), **fields)
    done.changed += 1


def _fields(values: dict[str, str], units: dict[str, Unit]) -> dict[str, Any]:
    network = network_in(values.get("network", ""))
    if not network:
        raise ValidationError(_("Cột mạng phải là Facebook hoặc Zalo."))
    unit = units.get(values.get("unit", ""))
    if unit is None:
        text = _("Không có đơn vị mã “%(code)s”.")
        raise ValidationError(text % {"code": values.get("unit", "")[:40]})
    if not values.get("name"):
        raise ValidationError(_("Thiếu tên trang."))
    if not values.get("owner"):
        raise ValidationError(_("Thiếu người phụ trách."))
    try:
        since = day_in(values.get("since", ""))
    except ValueError:
        raise ValidationError(_("Không đọc được ngày: viết như 1/7/2025.")) from None
    address = values.get("address", "")
    fields: dict[str, Any] = {
        "network": network,
        "name": " ".join(values["name"].split())[:200],
        "address": address if "://" in address else f"https://{address}",
        "unit": unit,
        "owner_name": values["owner"][:200],
    }
    # A column that is not there leaves alone what the register has.
    if "phone" in values:
        fields["owner_phone"] = values["phone"][:30]
    if "external_id" in values:
        fields["external_id"] = values["external_id"]
    if since is not None:
        if since > timezone.localdate():
            raise ValidationError(_("Ngày bắt đầu dùng chưa tới."))
        fields["since_on"] = since
    return fields

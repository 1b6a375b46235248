"""Puts statements beside those that stand: new, corrected, or the same again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actors import id_and_name
from tiengmo.connectivity.errors import ConnectivityError
from tiengmo.connectivity.events import stated
from tiengmo.connectivity.rights import require_keeper
from tiengmo.people.models import User
from tiengmo.places.queries import standing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from tiengmo.audit.actors import Actor
    from tiengmo.connectivity.models import Statement
    from tiengmo.connectivity.tables import Kind

# SQLite takes so many values in one statement.
MOST_VALUES = 500


@dataclass
class Kept:
    new: int = 0
    corrected: int = 0
    same: int = 0


def keep(kind: Kind, statements: Sequence[Statement], *, by: Actor) -> Kept:
    """Write statements down; inside the caller's transaction. The same again changes nothing.

    Raises ConnectivityError when somebody else writes the same at this moment, NotAllowed where it
    would take the place of what another unit keeps.
    """
    kept = Kept()
    now = timezone.now()
    author_id, author_name = id_and_name(by)
    model = kind.model
    current = {
        (one.key, one.since): one
        for one in model.objects.select_for_update()
        .filter(replaced_at=None, since__in={one.since for one in statements})
        .order_by("pk")
    }
    before_of = _standing_before(kind, statements) if isinstance(by, User) else {}
    replaced: list[int] = []
    made: list[Any] = []
    for one in statements:
        before = current.get((one.key, one.since))
        if before is not None and before.says == one.says:
            kept.same += 1
            continue
        _require_keeper_of(kind, before or _latest(before_of.get(one.key, []), one.since), by)
        if before is None:
            kept.new += 1
        else:
            kept.corrected += 1
            replaced.append(before.pk)
        one.stated_at, one.author_id, one.author_name = now, author_id, author_name
        made.append(one)
    try:
        with transaction.atomic():
            # In pieces: SQLite takes so many values in one statement.
            for start in range(0, len(replaced), 500):
                part = replaced[start : start + 500]
                model.objects.filter(pk__in=part).update(replaced_at=now)
            model.objects.bulk_create(made, batch_size=500)
    except IntegrityError as error:
        raise ConnectivityError(
            _("Có người vừa ghi cùng số liệu này. Hãy tải lại trang rồi làm lại.")
        ) from error
    if made:
        stated.send(sender=model, kind=kind.code, since=min(one.since for one in made))
    return kept


def _standing_before(kind: Kind, statements: Sequence[Statement]) -> dict[Any, list[Statement]]:
    """What is stated of the same things, by its key and in the order of its days.

    Only of things that may change hands: a village's figures are its own unit's, whoever wrote.
    """
    if f"{kind.unit_path.split('__')[0]}_id" in kind.model.KEY:
        return {}
    rows = kind.model.objects.filter(replaced_at=None).select_related(*kind.related)
    for name in kind.model.KEY:
        values = {getattr(one, name) for one in statements}
        if len(values) <= MOST_VALUES:
            rows = rows.filter(**{f"{name}__in": values})
    keys = {one.key for one in statements}
    found: dict[Any, list[Statement]] = {}
    for row in rows.order_by("since", "pk").iterator(chunk_size=2000):
        if row.key in keys:
            found.setdefault(row.key, []).append(row)
    return found


def _latest(rows: list[Statement], day: date) -> Statement | None:
    return next((row for row in reversed(rows) if row.since <= day), None)


def _require_keeper_of(kind: Kind, before: Statement | None, by: Actor) -> None:
    if before is not None and isinstance(by, User):
        # Of a unit that ended, whoever keeps what continues it.
        require_keeper(by, standing(kind.unit_of(before)))

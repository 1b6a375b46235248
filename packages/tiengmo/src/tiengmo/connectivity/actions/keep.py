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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiengmo.audit.actors import Actor
    from tiengmo.connectivity.models import Statement
    from tiengmo.connectivity.tables import Kind


@dataclass
class Kept:
    new: int = 0
    corrected: int = 0
    same: int = 0


def keep(kind: Kind, statements: Sequence[Statement], *, by: Actor) -> Kept:
    """Write statements down; inside the caller's transaction. The same again changes nothing.

    Raises ConnectivityError when somebody else writes the same at this moment.
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
    replaced: list[int] = []
    made: list[Any] = []
    for one in statements:
        before = current.get((one.key, one.since))
        if before is not None and before.says == one.says:
            kept.same += 1
            continue
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

"""Which earlier messages of the same authority a message updates or ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from tiengmo.alerts.models import Proposal
from tiengmo.alerts.queries import thread_before
from tiengmo.places.queries import villages_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tiengmo.alerts.cap.reading import ForeignAlert
    from tiengmo.alerts.models import Feed

# CAP messages live for hours; a feed that lists older ones repeats itself.
RECENT = timedelta(days=30)


def replaced_by(feed: Feed, foreign: ForeignAlert, areas: Sequence[str]) -> list[Proposal]:
    """What this message updates or ends, the newest first; only its own author's words.

    An all-clear that names nothing means what its author said of that danger in these places.
    """
    own = Proposal.objects.filter(feed=feed, sender=foreign.sender)
    named = names_in(foreign)
    if foreign.is_end and not named:
        before = own.filter(received_at__gt=timezone.now() - RECENT, is_end=False)
        found = [one for one in before if _is_meant(one, foreign, areas)]
    else:
        found = list(own.filter(identifier__in=named))
    return thread_before(found)


def names_in(foreign: ForeignAlert) -> list[str]:
    """What it names as replaced, of its own author's; known here or still to come."""
    if not foreign.is_end and foreign.msg_type != "Update":
        return []
    return [name for sender, name, _sent in foreign.references if sender == foreign.sender]


def _is_meant(one: Proposal, foreign: ForeignAlert, areas: Sequence[str]) -> bool:
    events = {info.event.casefold() for info in foreign.infos}
    is_before = datetime.fromisoformat(one.sent) < datetime.fromisoformat(foreign.sent)
    if not is_before or str(one.facts.get("event", "")).casefold() not in events:
        return False
    there = villages_in(one.areas).values("pk")
    return bool(areas) and villages_in(areas).filter(pk__in=there).exists()


def is_replaced(feed: Feed, foreign: ForeignAlert) -> bool:
    """Was a later message about it read before it? Feeds list the newest first."""
    rows = Proposal.objects.filter(
        feed=feed, sender=foreign.sender, received_at__gt=timezone.now() - RECENT
    )
    named = rows.exclude(replaces=[]).values_list("replaces", flat=True)
    return any(foreign.identifier in names for names in named)


def close(earlier: Iterable[Proposal]) -> None:
    """What was replaced is not proposed any more."""
    Proposal.objects.filter(pk__in=[one.pk for one in earlier], state=Proposal.State.OPEN).update(
        state=Proposal.State.OVER
    )

"""Reads of alerts."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from tiengmo.audit.queries import entries_about
from tiengmo.people.models import Role
from tiengmo.people.queries import has_role, line_of, units_below, units_where
from tiengmo.places.queries import households_in, top_units, villages_in
from tiengmo.speakers.issuers import certified_key
from tiengmo.speakers.models import Box, HeldSound, PlayReport

from .models import Alert, MsgType, Proposal, Standing, Status
from .rules import LONGEST, WAITS
from .workflow import State

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from tiengmo.audit.models import AuditEntry
    from tiengmo.people.models import User
    from tiengmo.places.models import Unit

ISSUING_ROLES = (Role.APPROVER, Role.OPERATOR)
# No alert of ours stands longer.
LONGEST_STANDS = LONGEST + timedelta(days=1)
STILL_NEWS = Q(msg_type=MsgType.CANCEL)


def current_alerts(now: datetime | None = None) -> list[Alert]:
    """Warnings, drills and fresh all-clears that citizens should see now, newest first."""
    now = now or timezone.now()
    return list(
        Alert.objects.filter(state=State.ISSUED, expires_at__gt=now)
        .exclude(status=Status.TEST)
        .select_related("station")
        .prefetch_related("infos__sound")
        .order_by("-sent_at")
    )


def touching(alerts: Iterable[Alert], unit: Unit) -> list[Alert]:
    """Those of these alerts that some village of the unit lies in."""
    own = set(villages_in([unit.code]).values_list("pk", flat=True))
    return [
        alert
        for alert in alerts
        if not own.isdisjoint(villages_in(alert.areas).values_list("pk", flat=True))
    ]


def published_alerts() -> QuerySet[Alert]:
    """Every alert and drill that went out, newest first; tests are nobody's business."""
    return (
        Alert.objects.exclude(sent_at=None)
        .exclude(status=Status.TEST)
        .select_related("station", "cap")
        .prefetch_related("infos__sound")
        .order_by("-sent_at")
    )


def alerts_for(user: User) -> QuerySet[Alert]:
    """Alerts of the stations this person may issue for, and of those above and below them."""
    rows = Alert.objects.select_related("station", "composer", "seconder").prefetch_related(
        "infos__sound"
    )
    if user.is_superuser:
        return rows
    units = [one for role in Role.values for one in units_where(user, role)]
    seen = units_below(units) | {above.pk for unit in units for above in line_of(unit)}
    return rows.filter(station__in=seen)


def may_issue(user: User, unit: Unit) -> bool:
    return any(has_role(user, role, unit) for role in ISSUING_ROLES)


def holds_at_the_top(user: User, *roles: str) -> bool:
    """Has this person one of these roles for the whole locality?"""
    return all(any(has_role(user, role, top) for role in roles) for top in top_units())


def text_changes(alert: Alert) -> dict[str, AuditEntry]:
    """Who last changed the words and recordings that a draft took over, by language."""
    if alert.template is None:
        return {}
    found = {}
    for text in alert.template.texts.all():
        entries = entries_about(text).filter(
            action="alerts.template_text_saved", at__lte=alert.created_at
        )
        entry = entries.order_by("-sequence").first()
        if entry is not None:
            found[text.language] = entry
    return found


def may_second(user: User, alert: Alert) -> bool:
    """Is this another person who may sign for the alert's station, and has a key for it?"""
    return (
        alert.state == State.COMPOSED
        and alert.composer_id != user.pk
        and may_issue(user, alert.station)
        and certified_key(user, alert.station) is not None
    )


def waiting_for(user: User) -> list[Alert]:
    """Composed alerts that need this very person's signature."""
    since = timezone.now() - WAITS
    rows = alerts_for(user).filter(state=State.COMPOSED, composed_at__gt=since)
    return [alert for alert in rows.exclude(composer=user) if may_issue(user, alert.station)]


def open_proposals(user: User) -> list[Proposal]:
    """Other authorities' messages about areas where this person may issue."""
    rows = Proposal.objects.filter(state=Proposal.State.OPEN).exclude(areas=[])
    now = timezone.now()
    rows = rows.filter(Q(expires_at=None) | Q(expires_at__gt=now)).select_related("feed")
    # The end of a danger is shown to who warned of it, as long as that stands.
    ends = rows.filter(is_end=True, received_at__gt=now - LONGEST_STANDS)
    found = [*rows.filter(is_end=False), *(row for row in ends if warned_because_of(row))]
    if not user.is_superuser:
        units = [one for role in ISSUING_ROLES for one in units_where(user, role)]
        own = [unit.code for unit in units]
        found = [row for row in found if unsettled(row, within=own)]
    return sorted(found, key=lambda row: row.received_at, reverse=True)


def thread_before(proposals: Iterable[Proposal]) -> list[Proposal]:
    """These and what they replaced, as far back as it is known; the newest first."""
    found = {one.pk: one for one in proposals}
    new = list(found.values())
    while new:
        rows = Proposal.objects.none()
        for one in new:
            rows |= Proposal.objects.filter(
                feed=one.feed_id, sender=one.sender, identifier__in=one.replaces
            )
        new = [one for one in rows if one.pk not in found]
        found |= {one.pk: one for one in new}
    return sorted(found.values(), key=lambda one: (one.received_at, one.pk), reverse=True)


def warned_because_of(proposal: Proposal) -> list[Alert]:
    """Our warnings that stand and were made of what this message updates or ends."""
    told = [one.pk for one in thread_before([proposal]) if one.pk != proposal.pk]
    found: set[UUID] = set()
    new = set(Alert.objects.filter(proposal__in=told).values_list("pk", flat=True))
    while new:
        found |= new
        later = Alert.objects.filter(replaces__in=new).values_list("pk", flat=True)
        new = set(later) - found
    rows = Alert.objects.filter(pk__in=found, state=State.ISSUED, expires_at__gt=timezone.now())
    return list(rows.exclude(status=Status.TEST).exclude(msg_type=MsgType.CANCEL))


def unsettled(proposal: Proposal, *, within: Iterable[str] | None = None) -> set[int]:
    """Ids of the villages that it speaks of and nobody has dealt with yet, in these areas."""
    rows = villages_in(proposal.areas)
    if within is not None:
        rows = rows.filter(pk__in=villages_in(within).values("pk"))
    done = villages_in(proposal.settled).values("pk")
    return set(rows.exclude(pk__in=done).values_list("pk", flat=True))


def standings_for(user: User) -> QuerySet[Standing]:
    """Standing certificates of the units this person belongs to, and of those above and below."""
    rows = Standing.objects.select_related("feed", "unit")
    if user.is_superuser:
        return rows
    units = [one for role in Role.values for one in units_where(user, role)]
    seen = units_below(units) | {above.pk for unit in units for above in line_of(unit)}
    return rows.filter(unit__in=seen)


def standings_of(proposal: Proposal) -> list[Standing]:
    """Standing certificates that were given for this message's feed and not taken back."""
    rows = Standing.objects.filter(feed=proposal.feed_id, revoked_at=None)
    return list(rows.exclude(given_at=None).select_related("feed", "unit"))


def boxes_of(alert: Alert) -> QuerySet[Box]:
    """Boxes that stand in the alert's area; for a test only those in test mode."""
    boxes = Box.objects.filter(village__in=villages_in(alert.areas), retired_at=None)
    return boxes.filter(is_test_mode=True) if alert.status == Status.TEST else boxes


def extent_of(alert: Alert) -> dict[str, int]:
    """How much it reaches: households, villages, boxes, boxes on line, boxes that hold a sound."""
    boxes = boxes_of(alert)
    sounds = [info.sound.opus_id for info in alert.infos.all() if info.sound and info.sound.opus_id]
    held = HeldSound.objects.filter(box__in=boxes, sha256__in=sounds)
    return {
        "households": households_in(alert.areas),
        "villages": villages_in(alert.areas).count(),
        "boxes": boxes.count(),
        "online": boxes.filter(is_online=True).count(),
        "holding": held.values("box").distinct().count(),
    }


def unspoken_languages(alert: Alert) -> dict[str, int]:
    """Languages that villages of the area understand first and no sound here speaks; villages."""
    spoken = {info.language for info in alert.infos.all() if info.sound_id is not None}
    firsts = [
        languages[0]
        for languages in villages_in(alert.areas).values_list("languages", flat=True)
        if languages
    ]
    return dict(Counter(language for language in firsts if language not in spoken))


def heard_from(alert: Alert) -> dict[str, int]:
    """What boxes have proved so far: boxes that played it, and plays in all."""
    if alert.version is None:
        return {"boxes": 0, "plays": 0}
    reports = PlayReport.objects.filter(
        item_id__startswith=f"{alert.wire_id}.{alert.version}.", outcome="played"
    )
    return {"boxes": reports.values("box").distinct().count(), "plays": reports.count()}


def thread_of(alert: Alert) -> list[Alert]:
    """The alert and what it replaced, oldest first."""
    line = [alert]
    while line[0].replaces is not None:
        line.insert(0, line[0].replaces)
    return line

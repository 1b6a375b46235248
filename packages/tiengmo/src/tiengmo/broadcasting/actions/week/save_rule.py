from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.broadcasting.actions.make_episodes import AHEAD, make_episodes, occurrences
from tiengmo.broadcasting.airtime import zone
from tiengmo.broadcasting.models import Episode

from .common import follow_up, require_operator

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor
    from tiengmo.broadcasting.models import ShowRule


def save_rule(rule: ShowRule, *, by: Actor) -> ShowRule:
    """Make a rule or change it, and have its coming episodes follow.

    An episode moves with its rule when its day is still one of the rule's; one whose day is not
    goes, unless something lies in it already: then it stays as a single episode. What an operator
    moved or cancelled by hand stays as it is. Raises NotAllowed.
    """
    require_operator(by, rule.show.station)
    with transaction.atomic():
        rule.save()
        _follow(rule)
        make_episodes([rule])
        follow_up(
            "rule_saved",
            by=by,
            station=rule.show.station,
            subject=rule,
            detail={"rrule": rule.rrule, "at": f"{rule.at:%H:%M}"},
        )
    return rule


def _follow(rule: ShowRule) -> None:
    here, now = zone(), timezone.now()
    today = now.astimezone(here).date()
    wanted = {
        at.astimezone(here).date(): at for at in occurrences(rule, today, today + AHEAD) if at > now
    }
    coming = Episode.objects.select_for_update().filter(rule=rule, occurs_at__gt=now)
    for episode in coming.prefetch_related("segments"):
        at = wanted.get(episode.occurs_at.astimezone(here).date()) if episode.occurs_at else None
        is_by_hand = episode.cancelled_at is not None or episode.start_at != episode.occurs_at
        if at is not None:
            # Also what was moved or cancelled by hand stays this day's: or it would be made again.
            episode.occurs_at = at
            if not is_by_hand:
                episode.start_at = at
                episode.length_minutes = rule.minutes
            episode.save(update_fields=["occurs_at", "start_at", "length_minutes"])
        elif is_by_hand or episode.segments.all():
            episode.rule = None
            episode.occurs_at = None
            episode.save(update_fields=["rule", "occurs_at"])
        else:
            episode.delete()

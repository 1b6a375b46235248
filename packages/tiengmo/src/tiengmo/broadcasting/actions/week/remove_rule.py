from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.broadcasting.models import Episode, ShowRule

from .common import follow_up, require_operator

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor


def remove_rule(rule: ShowRule, *, by: Actor) -> None:
    """Take a rule away with its coming episodes that hold nothing yet; the others stay, single.

    Raises NotAllowed.
    """
    station = rule.show.station
    require_operator(by, station)
    with transaction.atomic():
        coming = Episode.objects.filter(rule=rule, start_at__gt=timezone.now())
        coming.filter(segments=None).delete()
        follow_up("rule_removed", by=by, station=station, subject=rule)
        ShowRule.objects.filter(pk=rule.pk).delete()

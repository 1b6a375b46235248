from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role, User
from tiengmo.people.queries import units_below
from tiengmo.speakers.actions.publish_assignment import publish_assignment
from tiengmo.speakers.models import Box, VolumeProfile

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor
    from tiengmo.places.models import Unit

    from .profiles import Hours


def set_volume_hours(place: Unit | Box, hours: Hours, *, by: Actor) -> VolumeProfile | None:
    """Say how loud the boxes of a unit, or one box, are by the hour; no hours takes it away.

    Every box that it touches gets a new assignment. `hours` is as `profiles.read_hours` gives it.

    Raises:
        NotAllowed: `by` is no operator there.
        NoStationKey: the gateway has no key to sign assignments with.
    """
    is_box = isinstance(place, Box)
    unit = place.village.unit if isinstance(place, Box) else place
    if isinstance(by, User):
        require_role(by, Role.OPERATOR, unit)
    where: dict[str, Any] = {"box": place} if is_box else {"unit": place}
    with transaction.atomic():
        if hours:
            profile, _is_new = VolumeProfile.objects.update_or_create(
                **where, defaults={"hours": hours, "changed_at": timezone.now()}
            )
        else:
            profile = None
            VolumeProfile.objects.filter(**where).delete()
        boxes = (
            Box.objects.filter(pk=place.pk)
            if is_box
            else Box.objects.filter(village__unit__in=units_below([unit]))
        )
        for box in boxes.filter(retired_at=None).select_related("village__unit"):
            publish_assignment(box)
        record("speakers.volume_hours_set", by=by, subject=place, detail={"hours": hours})
    return profile

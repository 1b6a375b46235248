from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from tiengmo.audit.actions import record
from tiengmo.reach.errors import ReachError
from tiengmo.reach.missed import missed_by, missed_village
from tiengmo.reach.models import Assignment
from tiengmo.reach.rights import gives_in, require_giver, workers_for, works_in
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from datetime import date

    from tiengmo.people.models import User
    from tiengmo.places.models import Village
    from tiengmo.reach.next_acts import NextAct

LATEST = timedelta(days=366)


def assign(
    release: Release,
    village: Village,
    *,
    act: str,
    by: User,
    due_on: date,
    person: User | None = None,
) -> Assignment:
    """Give somebody (a person, or the village's unit) one act for a village that was missed.

    The act must be one that is worth doing now: what it takes is worked out again here and kept
    with the work. The same act that is open already is given once. Raises NotAllowed, ReachError.
    """
    with transaction.atomic():
        locked = _locked(release, due_on)
        require_giver(by, village.unit)
        if person is not None and not workers_for([village.unit]).filter(pk=person.pk).exists():
            raise ReachError(
                _("%(person)s không làm việc ở %(unit)s hay đơn vị cấp trên.")
                % {"person": person, "unit": village.unit}
            )
        known = Assignment.objects.filter(
            release=locked, village=village, act=act, state=Assignment.State.OPEN
        ).first()
        if known is not None:
            return known
        row, acts = missed_village(locked, village)
        wanted = next((one for one in acts if one.act == act), None)
        if row is None or wanted is None:
            raise ReachError(
                _("Thôn %(village)s không còn cần việc này.") % {"village": village.name}
            )
        return _give(locked, village, row.reason, wanted, by=by, due_on=due_on, person=person)


def assign_rest(
    release: Release, *, by: User, due_on: date, person: User | None = None, commune: str = ""
) -> list[Assignment]:
    """Give the first act of every missed village for which nobody was given any yet.

    Only in villages where `by` may give work and the person works; commune: the code of the only
    one to look at. Raises ReachError.
    """
    with transaction.atomic():
        locked = _locked(release, due_on)
        units = gives_in(by)
        theirs = None if person is None else works_in(person)
        return [
            _give(locked, one.village, one.reason, one.acts[0], by=by, due_on=due_on, person=person)
            for one in missed_by(locked)
            if one.is_left
            and commune in ("", one.reach.commune_code)
            and one.village.unit_id in units
            and (theirs is None or one.village.unit_id in theirs)
        ]


def _locked(release: Release, due_on: date) -> Release:
    # The release's row is the lock: a withdrawal waits, or has been.
    locked = Release.objects.select_for_update().get(pk=release.pk)
    today = timezone.localdate()
    if not today <= due_on <= today + LATEST:
        raise ReachError(_("Hạn từ hôm nay đến một năm tới."))
    if locked.status != Release.Status.RELEASED:
        raise ReachError(_("Bản tin chưa phát hành hoặc đã gỡ: không giao việc."))
    return locked


def _give(
    release: Release,
    village: Village,
    reason: str,
    wanted: NextAct,
    *,
    by: User,
    due_on: date,
    person: User | None,
) -> Assignment:
    with override(settings.LANGUAGE_CODE):  # whoever reads it may read another language
        what = wanted.text[:400]
    given = Assignment.objects.create(
        release=release,
        village=village,
        act=wanted.act,
        language=wanted.language,
        reason=reason,
        what=what,
        person=person,
        due_on=due_on,
        given_by_name=str(by),
    )
    record(
        "reach.assigned",
        by=by,
        subject=given,
        detail={
            "release": str(release.pk),
            "village": village.code,
            "act": str(wanted.act),
            "person": str(person.pk) if person else "",
            "due": due_on.isoformat(),
        },
    )
    return given

"""A run as a phone sends it: new, changed or withdrawn; once, however often it comes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.outreach.rules import tidy_line
from tiengmo.outreach.runs import rules
from tiengmo.outreach.runs.actions.judge_run import judge
from tiengmo.outreach.runs.errors import RunError
from tiengmo.outreach.runs.events import run_noted
from tiengmo.outreach.runs.models import Pass, Run
from tiengmo.outreach.runs.passing import passings, way_of
from tiengmo.outreach.runs.tracks import BadTrack, check_clock, read_gpx
from tiengmo.outreach.sessions.rules import mark, may_change
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role

if TYPE_CHECKING:
    from uuid import UUID

    from tiengmo.outreach.runs.passing import Passing, Way
    from tiengmo.outreach.runs.tracks import Segments
    from tiengmo.people.models import User
    from tiengmo.places.models import Village
    from tiengmo.releases.models import Release

# Enough for a drawing of a screen's width.
MOST_DRAWN = 600
# Forms have whole minutes: the last one belongs to the drive.
A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Words:
    """What a crew says of a run. may_pass: the villages that the author goes to."""

    vehicle: str
    language: str
    started_at: datetime
    ended_at: datetime
    villages: tuple[Village, ...]
    releases: tuple[Release, ...]
    may_pass: tuple[Village, ...]
    route: str = ""
    stops: int = 0
    range_m: int = rules.USUAL_RANGE_M
    track: str = ""

    def mark(self, revision: int, *, is_withdrawn: bool) -> str:
        said = {
            "vehicle": self.vehicle,
            "language": self.language,
            "route": self.route,
            "stops": self.stops,
            "range": self.range_m,
            "started": self.started_at.timestamp(),
            "ended": self.ended_at.timestamp(),
            "villages": sorted(one.pk for one in self.villages),
            "releases": sorted(str(one.pk) for one in self.releases),
            "track": hashlib.sha256(self.track.encode()).hexdigest() if self.track else "",
        }
        return mark(revision, said, is_withdrawn=is_withdrawn)


def take_run(
    id: UUID,  # noqa: A002 - the field's own name
    words: Words,
    *,
    by: User,
    revision: int = 1,
    is_withdrawn: bool = False,
) -> Run:
    """Take a run in as its author's phone has it now. The same again changes nothing.

    A higher revision changes what is here, or withdraws it, within a day; a run that came with a
    track needs it again when its times or its range change. Raises NotAllowed; RunError says what
    cannot be.
    """
    words = replace(words, vehicle=tidy_line(words.vehicle), route=tidy_line(words.route))
    if not words.villages:
        raise RunError({"villages": _("Chọn ít nhất một thôn.")})
    for unit in {village.unit_id: village.unit for village in words.villages}.values():
        require_role(by, Role.PROPAGANDIST, unit)
    # Reading a track takes a while: before any lock.
    track = _read(words)
    with transaction.atomic():
        row = _locked(id)
        if row is None:
            try:
                with transaction.atomic():
                    return _note(id, words, track, by, revision, is_withdrawn=is_withdrawn)
            except IntegrityError:
                row = _locked(id)
                if row is None:
                    raise
        return _again(row, words, track, by, revision, is_withdrawn=is_withdrawn)


def _read(words: Words) -> Segments | None:
    if not words.track:
        return None
    try:
        track = read_gpx(words.track)
        check_clock(track, words.started_at, words.ended_at + A_MINUTE, timezone.now())
    except BadTrack as error:
        raise RunError({"track": str(error)}) from error
    return track


def _locked(pk: UUID) -> Run | None:
    return Run.objects.select_for_update(of=("self",)).select_related("unit").filter(pk=pk).first()


def _note(
    pk: UUID, words: Words, track: Segments | None, by: User, revision: int, *, is_withdrawn: bool
) -> Run:
    now = timezone.now()
    judge(words, now)
    row = Run.objects.create(
        id=pk,
        revision=revision,
        taken=[words.mark(revision, is_withdrawn=is_withdrawn)],
        author_id=str(by.pk),
        author_name=str(by),
        noted_at=now,
        withdrawn_at=now if is_withdrawn else None,
        **_said(words),
    )
    _put(row, words, track)
    _follow(row, "outreach.run_noted", by, set())
    return row


def _again(
    row: Run, words: Words, track: Segments | None, by: User, revision: int, *, is_withdrawn: bool
) -> Run:
    if row.author_id != str(by.pk):
        raise RunError({"id": _("Mã của chuyến này đã có người khác dùng.")})
    said = words.mark(revision, is_withdrawn=is_withdrawn)
    if said in row.taken:
        return row
    if revision <= row.revision:
        raise RunError({"id": _("Chuyến này đã được sửa từ một máy khác. Hãy mở lại rồi sửa.")})
    now = timezone.now()
    if row.withdrawn_at is not None:
        raise RunError({"id": _("Chuyến này đã được rút lại, không sửa nữa.")})
    if not may_change(row.noted_at, now):
        raise RunError({"id": _("Đã quá một ngày từ lúc gửi: muốn sửa, hãy báo biên tập viên.")})
    before = set(row.releases.values_list("pk", flat=True))
    row.revision, row.taken = revision, [*row.taken, said]
    if is_withdrawn:
        row.withdrawn_at = now
        row.save()
    else:
        judge(words, row.noted_at)
        said_of_way = (row.started_at, row.ended_at, row.range_m)
        for name, value in _said(words).items():
            setattr(row, name, value)
        row.changed_at = now
        row.save()
        is_same_way = said_of_way == (row.started_at, row.ended_at, row.range_m)
        if track is None and row.has_track and is_same_way:
            _note_again(row, words)
        else:
            _put(row, words, track)
    action = "outreach.run_withdrawn" if is_withdrawn else "outreach.run_changed"
    _follow(row, action, by, before)
    return row


def _said(words: Words) -> dict[str, object]:
    return {
        "unit": words.villages[0].unit,
        "vehicle": words.vehicle,
        "route": words.route,
        "language": words.language,
        "started_at": words.started_at,
        "ended_at": words.ended_at,
        "stops": words.stops,
        "range_m": words.range_m,
    }


def _put(row: Run, words: Words, track: Segments | None) -> None:
    """The run's bulletins, villages and way."""
    row.releases.set(words.releases)
    if track is None and row.has_track:
        raise RunError({"track": _("Hãy chọn lại tệp vết đường đi: bản đã gửi có vết.")})
    noted = {village.pk for village in words.villages}
    row.passes.all().delete()
    if track is None:
        Pass.objects.bulk_create(
            Pass(run=row, village_id=pk, is_noted=True, counts=True) for pk in sorted(noted)
        )
        return
    way = way_of(track, row.started_at.timestamp(), (row.ended_at + A_MINUTE).timestamp())
    places = {one.pk: one for one in (*words.may_pass, *words.villages)}
    near = passings(
        way, ((pk, one.latitude, one.longitude) for pk, one in places.items()), row.range_m
    )
    Pass.objects.bulk_create(
        [
            *(_passed(row, pk, one, is_noted=pk in noted) for pk, one in near.items()),
            *(Pass(run=row, village_id=pk, is_noted=True) for pk in sorted(noted - near.keys())),
        ]
    )
    row.has_track, row.km = True, round(way.km, 2)
    row.track = _thinned(way)
    row.save(update_fields=["has_track", "km", "track"])


def _note_again(row: Run, words: Words) -> None:
    """Other bulletins or villages for a way that is known: what it passed stays passed."""
    row.releases.set(words.releases)
    noted = {village.pk for village in words.villages}
    row.passes.filter(seconds=None).exclude(village__in=noted).delete()
    row.passes.update(is_noted=False)
    row.passes.filter(village__in=noted).update(is_noted=True)
    known = set(row.passes.values_list("village_id", flat=True))
    Pass.objects.bulk_create(
        Pass(run=row, village_id=pk, is_noted=True) for pk in sorted(noted - known)
    )


def _passed(row: Run, village_id: int, one: Passing, *, is_noted: bool) -> Pass:
    return Pass(
        run=row,
        village_id=village_id,
        is_noted=is_noted,
        counts=rules.counts(one.seconds),
        nearest_m=round(one.nearest_m, 1),
        seconds=round(one.seconds, 1),
        kmh=round(one.kmh, 1),
        first_at=datetime.fromtimestamp(one.first_at, UTC),
        last_at=datetime.fromtimestamp(one.last_at, UTC),
    )


def _thinned(way: Way) -> list[list[float]]:
    step = max(1, len(way.start) // MOST_DRAWN)
    rows = zip(way.from_lat[::step], way.from_lon[::step], strict=True)
    drawn = [[round(float(lat), 5), round(float(lon), 5)] for lat, lon in rows]
    if len(way.start):
        drawn.append([round(float(way.to_lat[-1]), 5), round(float(way.to_lon[-1]), 5)])
    return drawn


def _follow(row: Run, action: str, by: User, before: set[UUID]) -> None:
    after = set(row.releases.values_list("pk", flat=True))
    run_noted.send(sender=Run, releases=before | after)
    record(
        action,
        by=by,
        subject=row,
        detail={
            "unit": row.unit.code,
            "started_at": row.started_at.isoformat(),
            "villages": row.passes.filter(counts=True).count(),
            "has_track": row.has_track,
            "revision": row.revision,
        },
    )

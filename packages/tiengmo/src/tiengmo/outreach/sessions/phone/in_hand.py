"""What a phone keeps at hand to write entries without a network, as small as it can be."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from tiengmo.channels.printed.queries import CHANNEL as PRINT
from tiengmo.foundation.languages import LANGUAGE_NAMES, MAIN_LANGUAGE, language_name
from tiengmo.outreach.queries import topics
from tiengmo.outreach.runs.queries import own_runs
from tiengmo.outreach.sessions import rules
from tiengmo.outreach.sessions.channel import points
from tiengmo.outreach.sessions.queries import (
    bulletins_for,
    own_sessions,
    played_wrong,
    reached_by,
    told_wrong,
    villages_of,
    waiting_for_a_team,
    was_for_households,
)
from tiengmo.places.queries import area_paths

if TYPE_CHECKING:
    from uuid import UUID

    from tiengmo.outreach.runs.models import Run
    from tiengmo.outreach.sessions.models import Session
    from tiengmo.people.models import User
    from tiengmo.places.models import Village
    from tiengmo.releases.models import Release

LONGEST_POINTS = 1_500


def in_hand(user: User) -> dict[str, Any]:
    villages = list(villages_of(user))
    paths = area_paths(villages)
    named = {code for village in villages for code in village.languages}
    return {
        "account": {"id": str(user.pk), "name": str(user)},
        "villages": [_village(village, paths[village.code]) for village in villages],
        "topics": [[topic.code, topic.name] for topic in topics()],
        "languages": {
            code: language_name(code) for code in LANGUAGE_NAMES if code in named | {MAIN_LANGUAGE}
        },
        "bulletins": _bulletins(villages, paths),
        "own": own_entries(user),
        "wrong": _wrong(user),
    }


def _wrong(user: User) -> list[dict[str, str]]:
    """What this person told or played and was taken back since: bulletin, villages, reason."""
    releases: dict[UUID, Release] = {}
    named: dict[UUID, list[str]] = defaultdict(list)
    told = [(one.release, [one.village.name]) for one in told_wrong(user) if one.release]
    for release, names in [*told, *played_wrong(user)]:
        releases[release.pk] = release
        named[release.pk] += names
    return [
        {
            "title": release.title,
            "village": ", ".join(dict.fromkeys(named[pk])),
            "reason": release.withdrawal_reason,
        }
        for pk, release in releases.items()
    ]


def _village(village: Village, path: list[str]) -> dict[str, Any]:
    return {
        "code": village.code,
        "name": village.name,
        "unit": village.unit.name,
        "households": village.households,
        "languages": village.languages,
        "path": path,
    }


def _bulletins(villages: list[Village], paths: dict[str, list[str]]) -> list[dict[str, Any]]:
    found = bulletins_for(villages)
    releases = [release for release, _codes in found]
    waiting = waiting_for_a_team(releases, villages)
    reached = reached_by(releases, villages)
    now = timezone.now()
    return [
        {
            "id": str(release.pk),
            "title": release.title,
            "on": f"{timezone.localtime(release.released_at):%d/%m}",
            "areas": codes,
            # Villages where a team was asked to speak about it, and nobody has written that down;
            # and those that the machines were to reach and have not, now that it is too late.
            "asked": sorted(waiting.get(release.pk, ())),
            "missed": [
                village.code
                for village in villages
                if was_for_households(release, now)
                and village.pk not in reached.get(release.pk, ())
                and not set(codes).isdisjoint(paths[village.code])
            ],
            "points": _points(release),
            "is_printed": PRINT in release.channels,
            "languages": [one.language for one in release.renditions.all()],
        }
        for release, codes in found
    ]


def _points(release: Release) -> str:
    ordered = sorted(release.renditions.all(), key=lambda one: one.language != MAIN_LANGUAGE)
    return points(ordered[0].short_text, ordered[0].summary)[:LONGEST_POINTS] if ordered else ""


def own_entries(user: User) -> list[dict[str, Any]]:
    """What this person wrote down last, as it stands here: sessions, then runs."""
    return [
        *(row_of(session) for session in own_sessions(user)),
        *(run_row_of(run) for run in own_runs(user)),
    ]


def run_row_of(run: Run) -> dict[str, Any]:
    """One's own run, with the villages that its way was found to pass."""
    passes = list(run.passes.all())
    return {
        "id": str(run.pk),
        "kind": "run",
        "revision": run.revision,
        "withdrawn": run.withdrawn_at is not None,
        "until": round((run.noted_at + rules.CHANGEABLE).timestamp() * 1000),
        "has_track": run.has_track,
        "passed": [one.village.name for one in passes if one.counts],
        "not_passed": [one.village.name for one in passes if not one.counts],
        "fields": {
            "vehicle": run.vehicle,
            "route": run.route,
            "language": run.language,
            "started_at": f"{timezone.localtime(run.started_at):%Y-%m-%dT%H:%M}",
            "ended_at": f"{timezone.localtime(run.ended_at):%Y-%m-%dT%H:%M}",
            "stops": run.stops,
            "range_m": run.range_m,
            "villages": ",".join(one.village.code for one in passes if one.is_noted),
            "releases": ",".join(str(release.pk) for release in run.releases.all()),
        },
    }


def row_of(session: Session) -> dict[str, Any]:
    """One's own entry as it stands here, with what the page's form needs to change it."""
    return {
        "id": str(session.pk),
        "revision": session.revision,
        "withdrawn": session.withdrawn_at is not None,
        "until": round((session.noted_at + rules.CHANGEABLE).timestamp() * 1000),
        "village_name": session.village.name,
        "kind_name": session.get_kind_display(),
        "title": session.release.title if session.release is not None else "",
        "is_after_withdrawal": session.is_after_withdrawal,
        "fields": {
            "kind": session.kind,
            "topic": session.topic.code,
            "subject": session.subject,
            "village": session.village.code,
            "place": session.place,
            "held_at": f"{timezone.localtime(session.held_at):%Y-%m-%dT%H:%M}",
            "language": session.language,
            "headcount": session.headcount,
            "households": session.households,
            "questions": session.questions,
            "opinions": session.opinions,
            "release": str(session.release_id or ""),
        },
    }

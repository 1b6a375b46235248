from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.channels.screens import rules
from tiengmo.channels.screens.actions.enrol_screen import screen_of
from tiengmo.channels.screens.errors import TooOften
from tiengmo.channels.screens.models import Play, Screen, Slide
from tiengmo.channels.screens.playlists import CHANNEL, playlist_of
from tiengmo.channels.screens.receipts import prove
from tiengmo.channels.trail import note_confirmed
from tiengmo.releases.actions import move_delivery
from tiengmo.releases.models import Delivery, DeliveryStatus, Release
from tiengmo.releases.workflow import OPEN

if TYPE_CHECKING:
    from datetime import datetime

    from tiengmo.channels.screens.reading import PlayClaim, Report


def give_playlist(token: str) -> dict[str, Any]:
    """What the screen with this token shows. Raises UnknownScreen, TooOften."""
    with transaction.atomic():
        screen = _present(token)
        playlist = playlist_of(screen)
        # From now on it may hold these, whether or not it lives to say so.
        releases = {item["release"] for item in playlist["items"] if item["release"]}
        screen.holds = sorted(releases.union(screen.holds))
        screen.save()
    return playlist


def take_report(token: str, report: Report) -> dict[str, Any]:
    """Take in what a screen showed and holds; say which plays it may forget.

    Each play counts once, however often and in whatever order it comes. One that cannot be is
    refused with its reason, and counted. Raises UnknownScreen, TooOften.
    """
    now = timezone.now()
    with transaction.atomic():
        screen = _present(token)
        refused: dict[str, str] = dict.fromkeys(report.unreadable, "unreadable")
        known = set(
            Play.objects.filter(
                screen=screen, play_id__in=[claim.play_id for claim in report.plays]
            ).values_list("play_id", flat=True)
        )
        fresh = [claim for claim in report.plays if claim.play_id not in known]
        plays = _plays(screen, fresh, now, refused)
        Play.objects.bulk_create(plays, batch_size=200)
        if refused:
            counted = Counter(screen.refused_plays)
            counted.update(refused.values())
            screen.refused_plays = dict(counted)
        screen.holds = report.holds
        screen.showing = report.showing
        screen.waiting_plays = report.waiting
        screen.clock_offset_ms = report.clock_offset_ms
        screen.player = report.player
        screen.save()
        _confirm(screen)
        prove(screen, {play.release_id for play in plays if play.release_id is not None})
    return {
        "now": round(timezone.now().timestamp() * 1000),
        "taken": [str(play.play_id) for play in plays],
        "known": sorted(map(str, known)),
        "refused": refused,
    }


def _present(token: str) -> Screen:
    """The screen, locked, seen now, and within what a player may ask of us."""
    found = screen_of(token)
    screen = Screen.objects.select_for_update().get(pk=found.pk)
    now = timezone.now()
    minute = int(now.timestamp() // 60)
    if screen.minute != minute:
        screen.minute, screen.reports_this_minute = minute, 0
    screen.reports_this_minute += 1
    if screen.reports_this_minute > rules.MOST_REPORTS_A_MINUTE:
        raise TooOften(_("Màn hình này gửi quá nhiều lần trong một phút."))
    screen.last_seen_at = now
    return screen


def _plays(
    screen: Screen, claims: list[PlayClaim], now: datetime, refused: dict[str, str]
) -> list[Play]:
    """Rows for what can be believed; the others go to `refused` with a reason."""
    own = {
        str(pk): withdrawn_at
        for pk, withdrawn_at in Release.objects.filter(
            pk__in=_named(claims, "r"),
            deliveries__channel=CHANNEL,
            deliveries__target=str(screen.pk),
        ).values_list("pk", "withdrawn_at")
    }
    slides = {
        str(pk)
        for pk in Slide.objects.filter(pk__in=_named(claims, "s")).values_list("pk", flat=True)
    }
    rows = []
    for claim in claims:
        kind, _colon, rest = claim.item.partition(":")
        name, _colon, language = rest.partition(":")
        if not (kind == "r" and name in own) and not (kind == "s" and name in slides):
            refused[str(claim.play_id)] = "unknown_item"
        elif claim.started_at is None:
            refused[str(claim.play_id)] = "clock"
        elif claim.started_at > now + rules.CLOCK_TOLERANCE:
            refused[str(claim.play_id)] = "future"
        elif claim.started_at < max(now - rules.OLDEST, _since(screen)):
            refused[str(claim.play_id)] = "too_old"
        elif not rules.SHORTEST_MS <= claim.duration_ms <= rules.LONGEST_MS:
            refused[str(claim.play_id)] = "length"
        else:
            withdrawn_at = own.get(name)
            rows.append(
                Play(
                    screen=screen,
                    play_id=claim.play_id,
                    release_id=name if kind == "r" else None,
                    slide_id=name if kind == "s" else None,
                    language=language[:12],
                    started_at=claim.started_at,
                    duration_ms=claim.duration_ms,
                    received_at=now,
                    is_after_withdrawal=withdrawn_at is not None
                    and claim.started_at > withdrawn_at,
                )
            )
    return rows


def _since(screen: Screen) -> datetime:
    return (screen.enrolled_at or screen.created_at) - rules.CLOCK_TOLERANCE


def _named(claims: list[PlayClaim], kind: str) -> list[UUID]:
    found = []
    for claim in claims:
        parts = claim.item.split(":")
        if parts[0] == kind and len(parts) > 1:
            try:
                found.append(UUID(parts[1]))
            except ValueError:
                continue
    return found


def _confirm(screen: Screen) -> None:
    """What it holds has arrived; what it let go of after a withdrawal is gone there."""
    deliveries = Delivery.objects.filter(channel=CHANNEL, target=str(screen.pk))
    waiting = deliveries.filter(status__in=OPEN, release__in=screen.holds)
    for delivery in waiting.exclude(status=DeliveryStatus.SENT).exclude(
        release__status=Release.Status.WITHDRAWN
    ):
        move_delivery(delivery, DeliveryStatus.SENT)
    gone = deliveries.filter(reason="screen_holds").exclude(release__in=screen.holds)
    text = _("Màn hình đã báo gỡ.")
    confirmed = list(gone)
    for delivery in confirmed:
        if not move_delivery(delivery, DeliveryStatus.WITHDRAWN, detail=text):
            move_delivery(delivery, delivery.status, detail=text)
    note_confirmed(confirmed, text)

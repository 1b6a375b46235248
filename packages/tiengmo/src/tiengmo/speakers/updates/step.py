"""What the worker does with every deployment that runs, again and again."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from speaker_link.updates import MAX_UPDATES

from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.speakers.actions.commands import install_update
from tiengmo.speakers.errors import NoStationKey
from tiengmo.speakers.models import (
    CommandState,
    Deployment,
    DeploymentState,
    InstallState,
    OutgoingCommand,
)

from .rollout import FAILING, UNDER_WAY, halt, programs_of, too_many_platforms
from .rules import (
    ANSWER_WITHIN,
    MAX_ATTEMPTS,
    ORDER_LIFE,
    SILENT_AFTER,
    Count,
    Next,
    is_settled,
    judge,
)

if TYPE_CHECKING:
    from datetime import datetime

    from tiengmo.speakers.models import Box, Installation

logger = logging.getLogger(__name__)

# A short transaction, and downloads that begin one after the other: the rest at the next look.
ORDERS_A_STEP = 50
IDS_A_QUERY = 500


def step_deployments(now: datetime | None = None) -> None:
    """Look at every deployment that runs; one that fails must not hold up the others."""
    now = now or timezone.now()
    for deployment in Deployment.objects.filter(state=DeploymentState.RUNNING):
        try:
            _step(deployment, now)
        except NoStationKey as error:
            halt(deployment, by=SYSTEM, reason=str(error))
        except Exception:
            logger.exception("deployment %s", deployment.pk)


def _step(deployment: Deployment, now: datetime) -> None:
    with transaction.atomic():
        row = Deployment.objects.select_for_update().select_related("unit").get(pk=deployment.pk)
        if row.state != DeploymentState.RUNNING:
            return
        texts = [one.envelope for one in programs_of(row)]
        if not texts:
            halt(row, by=SYSTEM, reason=_("Bản này đã bị thu hồi hoặc hết hạn."))
            return
        if len(texts) > MAX_UPDATES:
            halt(row, by=SYSTEM, reason=too_many_platforms())
            return
        reached = row.phases[min(row.phase, len(row.phases) - 1)]
        # A report that is being taken in is waited for: it must not be written over.
        members = list(
            row.installations.filter(position__lt=reached)
            .select_for_update(of=("self",))
            .select_related("box__village__unit")
        )
        alive = _orders_alive(members, now)
        for one in members:
            _look_at(one, now, alive)
        count = _count(members)
        if row.settled_at is None and is_settled(count):
            row.settled_at = now
            row.save(update_fields=["settled_at"])
        verdict = judge(
            count,
            is_last=row.phase >= len(row.phases) - 1,
            settled_at=row.settled_at,
            soak=timedelta(minutes=row.soak_minutes),
            failure_percent=row.failure_percent,
            now=now,
        )
        if verdict is Next.HALT:
            halt(row, by=SYSTEM, reason=_why(members))
            return
        if verdict is Next.GO_ON:
            row.phase, row.settled_at = row.phase + 1, None
            row.save(update_fields=["phase", "settled_at"])
            record(
                "speakers.deployment_phase",
                by=SYSTEM,
                subject=row,
                detail={"phase": row.phase + 1, "boxes": row.phases[row.phase]},
            )
            return  # its boxes are ordered at the next look
        if verdict is Next.FINISH:
            row.state, row.ended_at = DeploymentState.FINISHED, now
            row.save(update_fields=["state", "ended_at"])
            record("speakers.deployment_finished", by=SYSTEM, subject=row, detail={})
            return
        waiting = [
            one for one in members if one.state == InstallState.WAITING and one.box.is_online
        ]
        for one in waiting[:ORDERS_A_STEP]:
            _order(one, row.version, texts)


def _orders_alive(members: list[Installation], now: datetime) -> set[str]:
    """The orders that their boxes may still come to."""
    ids = [one.command_id for one in members if one.state == InstallState.ORDERED]
    alive: set[str] = set()
    for start in range(0, len(ids), IDS_A_QUERY):
        rows = OutgoingCommand.objects.filter(
            pk__in=ids[start : start + IDS_A_QUERY], expires_at__gte=now
        )
        alive.update(rows.exclude(state=CommandState.EXPIRED).values_list("pk", flat=True))
    return alive


def _look_at(one: Installation, now: datetime, alive: set[str]) -> None:
    """What the box's own reports do not say: that it never came back, or never answered."""
    box = one.box
    if box.is_retired:
        if one.state not in {InstallState.LEFT_OUT, InstallState.CONFIRMED}:
            one.become(InstallState.LEFT_OUT)
        return
    is_gone = _is_gone(box, now)
    if one.state == InstallState.SILENT:
        if box.is_online:
            # Reports come with the line; one that had been confirmed before still is.
            one.become(InstallState.CONFIRMED if one.confirmed_at else InstallState.INSTALLING)
    elif one.state == InstallState.INSTALLING:
        if now - one.changed_at > ANSWER_WITHIN:
            one.become(
                InstallState.SILENT if is_gone else InstallState.FAILED,
                reason="no_answer",
            )
    elif one.state == InstallState.CONFIRMED:
        if is_gone and box.silent_since is not None and one.confirmed_at is not None:
            one.become(InstallState.SILENT, reason="no_answer")
    elif one.state == InstallState.ORDERED and one.command_id not in alive:
        try_again(one, "no_answer")


def _is_gone(box: Box, now: datetime) -> bool:
    return (
        not box.is_online and box.silent_since is not None and now - box.silent_since > SILENT_AFTER
    )


def try_again(one: Installation, reason: str, detail: str = "") -> None:
    """Another moment may do; but not for ever. What the last order came to is still listened to."""
    state = InstallState.FAILED if one.attempts >= MAX_ATTEMPTS else InstallState.WAITING
    one.become(state, reason=reason, detail=detail[:300])


def _order(one: Installation, version: str, texts: list[str]) -> None:
    command = install_update(one.box, version, texts, by=SYSTEM, lives=ORDER_LIFE)
    one.become(
        InstallState.ORDERED,
        command_id=command.pk,
        reason="",
        detail="",
        attempts=one.attempts + 1,
        version_before=one.box.agent_version or one.version_before,
    )


def _count(members: list[Installation]) -> Count:
    states = Counter(one.state for one in members)
    waiting = [one for one in members if one.state == InstallState.WAITING]
    here = sum(1 for one in waiting if one.box.is_online)
    return Count(
        waiting_here=here,
        waiting_away=len(waiting) - here,
        under_way=sum(states[state] for state in UNDER_WAY),
        confirmed=states[InstallState.CONFIRMED],
        failing=sum(states[state] for state in FAILING),
        forgiven=sum(1 for one in members if one.state in FAILING and one.is_forgiven),
    )


def _why(members: list[Installation]) -> str:
    from tiengmo.speakers.labels import UPDATE_REASONS

    failing = [one for one in members if one.state in FAILING]
    reasons = Counter(one.reason for one in failing)
    named = ", ".join(
        f"{UPDATE_REASONS.get(reason, reason)} ({number})"
        for reason, number in reasons.most_common(3)
    )
    return _("Quá nhiều cụm loa không chạy được bản mới: %(why)s") % {"why": named}

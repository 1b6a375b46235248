"""A deployment's life: begun by a technician, halted by itself, resumed or undone by a person."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from speaker_link.updates import MAX_UPDATES, order_of

from tiengmo.audit.actions import record
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role, User
from tiengmo.people.queries import units_below
from tiengmo.places.models import Unit
from tiengmo.speakers.actions.commands import cancel_update
from tiengmo.speakers.errors import NoStationKey, SpeakerError
from tiengmo.speakers.models import (
    Artifact,
    Box,
    Deployment,
    DeploymentState,
    Installation,
    InstallState,
)

from .rules import read_plan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiengmo.audit.actors import Actor

OPEN = (DeploymentState.RUNNING, DeploymentState.HALTED)
FAILING = (InstallState.FAILED, InstallState.ROLLED_BACK, InstallState.SILENT)
UNDER_WAY = (InstallState.ORDERED, InstallState.INSTALLING)
# Reasons of ours and not of the box's: it was told to stop, or did not answer.
OPEN_ENDS = ("taken_back", "no_answer")


def good_artifacts(version: str, *, back_from: str = "") -> list[Artifact]:
    """The newest program of a version for each platform that boxes may install now.

    `back_from`: of those, the ones to which boxes may go down from that version.
    """
    found: dict[tuple[str, str], Artifact] = {}
    rows = Artifact.objects.filter(version=version, is_roll_back=bool(back_from))
    for one in rows.select_related("key"):
        if one.is_good and (not back_from or one.leads_down_from(back_from)):
            found.setdefault((one.architecture, one.python), one)
    return list(found.values())


def programs_of(deployment: Deployment) -> list[Artifact]:
    """What it brings to its boxes, if that is still good."""
    undone = deployment.undoes
    return good_artifacts(deployment.version, back_from=undone.version if undone else "")


def begin(
    unit: Unit,
    version: str,
    *,
    by: Actor,
    plan: str,
    soak_minutes: int,
    failure_percent: int,
) -> Deployment:
    """Bring a released version to the boxes of a unit, phase by phase.

    Raises:
        NotAllowed: `by` is no technician there.
        SpeakerError: nothing to install or nobody to install it, or another deployment is open.
    """
    _check(by, unit)
    boxes = _boxes_of(unit, version)
    return _begin(
        unit,
        version,
        boxes,
        by=by,
        plan=plan,
        soak_minutes=soak_minutes,
        failure_percent=failure_percent,
    )


def _begin(
    unit: Unit,
    version: str,
    boxes: list[Box],
    *,
    by: Actor,
    plan: str,
    soak_minutes: int,
    failure_percent: int,
    undoes: Deployment | None = None,
) -> Deployment:
    programs = good_artifacts(version, back_from=undoes.version if undoes else "")
    if not programs:
        raise SpeakerError(_("Chưa có bản %(version)s nào được ký.") % {"version": version})
    if len(programs) > MAX_UPDATES:
        raise SpeakerError(too_many_platforms())
    if not boxes:
        raise SpeakerError(_("Không có cụm loa nào cần bản này."))
    try:
        phases = read_plan(plan, len(boxes))
    except ValueError as error:
        raise SpeakerError(_("Không đọc được các đợt: “%(part)s”.") % {"part": error}) from error
    with transaction.atomic():
        # Two that begin at once take turns at the first unit's row.
        Unit.objects.select_for_update().order_by("pk").first()
        if Installation.objects.filter(box__in=boxes, deployment__state__in=OPEN).exists():
            raise SpeakerError(
                _("Một đợt triển khai khác còn mở cho các cụm loa này; hãy kết thúc đợt đó trước.")
            )
        deployment = Deployment.objects.create(
            unit=unit,
            version=version,
            is_roll_back=undoes is not None,
            plan=plan,
            phases=phases,
            soak_minutes=soak_minutes,
            failure_percent=failure_percent,
            undoes=undoes,
            by_name=_name(by),
        )
        Installation.objects.bulk_create(
            Installation(
                deployment=deployment,
                box=box,
                position=position,
                version_before=box.agent_version,
            )
            for position, box in enumerate(_in_order(deployment, boxes))
        )
        record(
            "speakers.deployment_begun",
            by=by,
            subject=deployment,
            detail={
                "version": version,
                "boxes": len(boxes),
                "phases": phases,
                "undoes": undoes.pk if undoes else None,
            },
        )
    return deployment


def too_many_platforms() -> str:
    """Why a version cannot be ordered: an order carries only so many programs."""
    return _(
        "Bản này được ký cho quá nhiều loại máy: một lệnh chỉ mang được %(most)d loại. "
        "Hãy thu hồi những loại không dùng."
    ) % {"most": MAX_UPDATES}


def _boxes_of(unit: Unit, version: str) -> list[Box]:
    """The boxes in service that run something lower; one never heard may run anything."""
    units = units_below(Unit.objects.filter(pk=unit.pk))
    rows = Box.objects.filter(village__unit__in=units, retired_at=None)
    return [box for box in rows if _is_lower(box.agent_version, version)]


def _is_lower(version: str, than: str) -> bool:
    try:
        return order_of(version) < order_of(than)
    except ValueError:
        return True


def _in_order(deployment: Deployment, boxes: Iterable[Box]) -> list[Box]:
    """Those that are there first, so that a phase of one is answered; then spread by lot."""

    def lot(box: Box) -> str:
        return hashlib.sha256(f"{deployment.pk}/{box.pk}".encode()).hexdigest()

    return sorted(boxes, key=lambda box: (not box.is_online, lot(box)))


def halt(deployment: Deployment, *, by: Actor, reason: str) -> None:
    """Give no more orders, and take back those that no box has come to.

    Raises:
        NotAllowed: `by` is no technician there.
    """
    _check(by, deployment.unit)
    with transaction.atomic():
        row = _locked(deployment)
        if row.state != DeploymentState.RUNNING:
            return
        _stop(row, DeploymentState.HALTED, by=by, reason=reason)
        record("speakers.deployment_halted", by=by, subject=row, detail={"reason": reason})


def resume(deployment: Deployment, *, by: Actor) -> None:
    """Go on after a person has looked; what failed until now halts it no more.

    Raises:
        NotAllowed: `by` is no technician there. SpeakerError: the program was taken back.
    """
    _check(by, deployment.unit)
    if not programs_of(deployment):
        raise SpeakerError(_("Bản này đã bị thu hồi hoặc hết hạn."))
    with transaction.atomic():
        row = _locked(deployment)
        if row.state != DeploymentState.HALTED:
            return
        row.state, row.halt_reason = DeploymentState.RUNNING, ""
        row.save(update_fields=["state", "halt_reason"])
        forgiven = row.installations.filter(state__in=FAILING).update(is_forgiven=True)
        record("speakers.deployment_resumed", by=by, subject=row, detail={"forgiven": forgiven})


def end(deployment: Deployment, *, by: Actor) -> None:
    """Leave out whoever has not come to it; boxes that run the version keep it.

    Raises:
        NotAllowed: `by` is no technician there.
    """
    _check(by, deployment.unit)
    with transaction.atomic():
        row = _locked(deployment)
        if not row.is_open:
            return
        _stop(row, DeploymentState.ENDED, by=by, reason="")
        row.installations.filter(state=InstallState.WAITING).update(
            state=InstallState.LEFT_OUT, changed_at=timezone.now()
        )
        record("speakers.deployment_ended", by=by, subject=row, detail={})


def may_run_it(one: Installation) -> bool:
    """Does the box run the version, or may it, for all that it has said?"""
    if one.confirmed_at is not None or one.state in {*UNDER_WAY, InstallState.SILENT}:
        return True
    # Left out or waiting with an order that it may still come to; or it was never heard again.
    unanswered = {InstallState.WAITING, InstallState.LEFT_OUT, InstallState.FAILED}
    return bool(one.command_id) and one.reason in OPEN_ENDS and one.state in unanswered


def undo(deployment: Deployment, *, by: Actor) -> Deployment:
    """Take the version back from every box that runs it or may soon: a deployment of its own.

    The lower version must have been released as a roll-back from this one, with the root key, and
    not long ago: a stolen account must not bring an old fault back.

    Raises:
        NotAllowed: `by` is no technician there. SpeakerError: there is nothing to go back to.
    """
    _check(by, deployment.unit)
    with transaction.atomic():
        _locked(deployment)
        touched = [
            one.pk for one in deployment.installations.select_for_update() if may_run_it(one)
        ]
        end(deployment, by=by)
        done = [
            one
            for one in deployment.installations.filter(pk__in=touched).select_related("box")
            if not one.box.is_retired
        ]
        before = Counter(one.version_before for one in done if one.version_before)
        version = before.most_common(1)[0][0] if before else ""
        if not good_artifacts(version, back_from=deployment.version):
            raise SpeakerError(
                _(
                    "Chưa có bản %(version)s được ký để quay về từ bản %(from)s, hoặc đã quá hạn. "
                    "Hãy cắm khoá gốc và chạy "
                    "“tiengmo speakers release-agent --roll-back-from %(from)s TỆP”."
                )
                % {"version": version or "?", "from": deployment.version}
            )
        return _begin(
            deployment.unit,
            version,
            [one.box for one in done],
            by=by,
            plan="100%",
            soak_minutes=0,
            failure_percent=100,
            undoes=deployment,
        )


def _stop(row: Deployment, state: DeploymentState, *, by: Actor, reason: str) -> None:
    row.state, row.halt_reason = state, reason[:300]
    row.ended_at = timezone.now() if state == DeploymentState.ENDED else None
    row.save(update_fields=["state", "halt_reason", "ended_at"])
    ordered = row.installations.filter(state=InstallState.ORDERED).select_for_update(of=("self",))
    for one in ordered.select_related("box__village__unit"):
        if not one.box.is_retired:
            try:
                cancel_update(one.box, by=by)
            except NoStationKey:
                continue  # nobody may sign: the order expires by itself
        # Its order stays known until another is given: the box may have come to it already.
        one.become(InstallState.WAITING, reason="taken_back", detail="")


def _locked(deployment: Deployment) -> Deployment:
    return Deployment.objects.select_for_update().select_related("unit").get(pk=deployment.pk)


def _check(by: Actor, unit: Unit) -> None:
    if isinstance(by, User):
        require_role(by, Role.TECHNICIAN, unit)


def _name(by: Actor) -> str:
    return by.get_full_name() if isinstance(by, User) else by.name  # type: ignore[union-attr]

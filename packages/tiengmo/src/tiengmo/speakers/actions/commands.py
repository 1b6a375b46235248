"""Signed orders to one box, each good for ten minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from speaker_link.envelope import compose, sign
from speaker_link.messages import Command, CommandAction

from tiengmo.audit.actions import record
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role, User
from tiengmo.speakers.errors import BoxRetired, NoStationKey, SpeakerError
from tiengmo.speakers.gateway.database import wake_gateway
from tiengmo.speakers.keys import gateway_signer, station_signers
from tiengmo.speakers.models import Box, OutgoingCommand

from .publish_assignment import publish_assignment

if TYPE_CHECKING:
    from datetime import timedelta

    from speaker_link.envelope import Signer

    from tiengmo.audit.actors import Actor
    from tiengmo.places.models import Unit

TEST_TONE_MS = 3000
LOG_LINES = 300


def set_volume(box: Box, volume: int, *, by: Actor) -> OutgoingCommand:
    """Set a box's volume: now by a command, and for good by its assignment.

    Raises:
        NotAllowed, BoxRetired, NoStationKey; SpeakerError when the volume is out of range.
    """
    _check(box, Role.OPERATOR, by)
    if not 0 <= volume <= box.max_volume:
        raise SpeakerError(_("Âm lượng phải từ 0 đến %(max)d.") % {"max": box.max_volume})
    with transaction.atomic():
        box.volume = volume
        box.changed_at = timezone.now()
        box.save(update_fields=["volume", "changed_at"])
        # A command may expire while the box is away; the assignment waits for it.
        publish_assignment(box)
        command = _give(box, Command(action=CommandAction.SET_VOLUME, volume=volume), by)
        record("speakers.volume_set", by=by, subject=box, detail={"volume": volume})
    return command


def play_test_tone(box: Box, *, by: Actor, duration_ms: int = TEST_TONE_MS) -> OutgoingCommand:
    """Have a box play a short tone, to hear that it is alive.

    Raises:
        NotAllowed, BoxRetired, NoStationKey.
    """
    _check(box, Role.OPERATOR, by)
    with transaction.atomic():
        command = _give(box, Command(action=CommandAction.TEST_TONE, duration_ms=duration_ms), by)
        record("speakers.tone_played", by=by, subject=box, detail={"ms": duration_ms})
    return command


def stop_playing(box: Box, *, by: Actor, item_id: str | None = None) -> OutgoingCommand:
    """Have a box fall silent: the item named, or whatever it plays.

    Raises:
        NotAllowed, BoxRetired, NoStationKey.
    """
    _check(box, Role.OPERATOR, by)
    with transaction.atomic():
        command = _give(box, Command(action=CommandAction.STOP, item_id=item_id), by)
        record("speakers.box_stopped", by=by, subject=box, detail={"item": item_id or ""})
    return command


def self_test(box: Box, *, by: Actor, is_silent: bool) -> OutgoingCommand:
    """Have a box look at itself and, unless silent, sound a short quiet tone.

    Raises:
        NotAllowed, BoxRetired, NoStationKey.
    """
    _check(box, Role.OPERATOR, by)
    with transaction.atomic():
        command = _give(box, Command(action=CommandAction.SELF_TEST, is_silent=is_silent), by)
        if isinstance(by, User):
            record("speakers.self_tested", by=by, subject=box, detail={"is_silent": is_silent})
    return command


def ask_for_log(box: Box, *, by: Actor, lines: int = LOG_LINES) -> OutgoingCommand:
    """Have a box send the last lines of its log; they stand on the command's `log_parts`.

    Raises:
        NotAllowed: `by` is no technician here. BoxRetired, NoStationKey.
    """
    _check(box, Role.TECHNICIAN, by)
    with transaction.atomic():
        command = _give(box, Command(action=CommandAction.SEND_LOG, lines=lines), by)
        record("speakers.log_asked", by=by, subject=box, detail={"lines": lines})
    return command


def install_update(
    box: Box, version: str, texts: list[str], *, by: Actor, lives: timedelta
) -> OutgoingCommand:
    """Order a box to try one of these signed programs; in a transaction of the caller's.

    Raises:
        BoxRetired, NoStationKey.
    """
    _check(box, Role.TECHNICIAN, by)
    body = Command(action=CommandAction.INSTALL_UPDATE, updates=texts)
    # What was signed stands with its artifact already.
    return _give(box, body, by, lives=lives, arguments={"version": version})


def cancel_update(box: Box, *, by: Actor) -> OutgoingCommand:
    """Have a box give up a program that does not run yet; in a transaction of the caller's."""
    _check(box, Role.TECHNICIAN, by)
    return _give(box, Command(action=CommandAction.CANCEL_UPDATE), by)


def retire_box(box: Box, *, by: Actor, reason: str = "") -> None:
    """Take a box out of service for good: it is told so, and its account ends.

    Its history stays. Retiring twice is no error.

    Raises:
        NotAllowed, NoStationKey.
    """
    with transaction.atomic():
        box = Box.objects.select_for_update().select_related("village__unit").get(pk=box.pk)
        if box.is_retired:
            return
        _check(box, Role.TECHNICIAN, by)
        _give(box, Command(action=CommandAction.RETIRE), by)
        now = timezone.now()
        box.retired_at = box.changed_at = now
        box.is_broker_account_current = False
        box.save(update_fields=["retired_at", "changed_at", "is_broker_account_current"])
        record("speakers.box_retired", by=by, subject=box, detail={"reason": reason})


def _check(box: Box, role: Role, by: Actor) -> None:
    if isinstance(by, User):
        require_role(by, role, box.village.unit)
    if box.is_retired:
        raise BoxRetired(_("Cụm loa này đã ngừng sử dụng."))


def _give(
    box: Box,
    body: Command,
    by: Actor,
    *,
    lives: timedelta | None = None,
    arguments: dict[str, Any] | None = None,
) -> OutgoingCommand:
    message = compose(body, now=timezone.now(), to=box.serial, lives=lives)
    if arguments is None:
        arguments = body.model_dump(mode="json", exclude_none=True, exclude={"action"})
    command = OutgoingCommand.objects.create(
        id=message.id,
        box=box,
        command=body.action,
        arguments=arguments,
        payload=sign(message, by=[_command_signer(box)]),
        by_name=by.get_full_name() if isinstance(by, User) else by.name,  # type: ignore[union-attr]
        expires_at=message.exp,
    )
    wake_gateway()
    return command


def _command_signer(box: Box) -> Signer:
    """The nearest station above the box that has a key; without any, the gateway itself."""
    unit: Unit | None = box.village.unit
    while unit is not None:
        try:
            return station_signers(unit)[0]
        except NoStationKey:
            unit = unit.parent
    return gateway_signer()

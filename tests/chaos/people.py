"""The acts that take somebody at a screen: going live, and an alert by two people."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from tiengmo.config.demo.locality import PASSPHRASE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiengmo.alerts.models import Alert
    from tiengmo.studio.models import LiveTakeover
    from tiengmo.voices.models import Sound

T = TypeVar("T")

COMPOSER, SECONDER, SPEAKER = "trucdai", "duyet", "trucdai"


def insist(act: Callable[[], T], *, was_done: Callable[[], T | None] | None = None) -> T:
    """Do it, however often the database goes away meanwhile.

    `was_done` looks whether the act took place although its answer was lost.
    """
    from django.db import InterfaceError, InternalError, OperationalError, connection

    while True:
        try:
            return act()
        except (OperationalError, InterfaceError, InternalError):
            connection.close()
            time.sleep(0.3)
            if was_done is not None and (found := insist(was_done)) is not None:
                return found


def user(name: str) -> object:
    from tiengmo.people.models import User

    return insist(lambda: User.objects.get(username=name))


@dataclass
class Takeover:
    """One voice: when it was let on air, when it was told to stop."""

    number: int
    row: LiveTakeover
    began: float
    ended: float = 0.0


def go_live(station: str, url: str, number: int) -> Takeover:
    from tiengmo.places.queries import unit_by_code
    from tiengmo.studio.actions import take_over_live
    from tiengmo.studio.models import LiveTakeover

    title = f"Nói trực tiếp {number} {time.time():.0f}"
    row = insist(
        lambda: take_over_live(
            unit_by_code(station),
            by=user(SPEAKER),
            areas=[station],
            title=title,
            source="url",
            url=url,
            has_jingle=False,
            minutes=2,
        ),
        was_done=lambda: LiveTakeover.objects.filter(title=title).first(),
    )
    return Takeover(number, row, time.time())


def stop_live(takeover: Takeover) -> None:
    from tiengmo.studio.actions import end_takeover

    # Ending what is ending already is no error.
    insist(lambda: end_takeover(takeover.row, by=user(SPEAKER)))
    takeover.ended = time.time()


@dataclass
class Issued:
    """One alert or all-clear: whose sound, when the second person pressed, when it was done."""

    number: int
    row: Alert
    pressed: float = 0.0
    signed: float = 0.0


def draft(areas: list[str], sound: Sound, number: int, *, repeat_minutes: int) -> Issued:
    """Write a flood warning, with a recorded voice in place of the machine's."""
    from django.db import transaction
    from tiengmo.alerts.actions import draft_alert
    from tiengmo.alerts.models import Template

    template = insist(lambda: Template.objects.filter(hazard="flash_flood").first())
    given = {blank["name"]: f"{number}" for blank in template.blanks}

    def act() -> Alert:
        # Together: what boxes fetch ahead is the recorded voice.
        with transaction.atomic():
            row = draft_alert(
                template,
                by=user(COMPOSER),
                areas=areas,
                given=given,
                lasts_minutes=10,
                repeat_minutes=repeat_minutes,
            )
            row.infos.exclude(language="vi").delete()
            row.infos.update(sound=sound)
        return row

    # An answer that was lost leaves a draft that nobody signs.
    return Issued(number, insist(act))


def draft_end(alert: Issued, sound: Sound, number: int) -> Issued:
    from django.db import transaction
    from tiengmo.alerts.actions import draft_all_clear

    def act() -> Alert:
        alert.row.refresh_from_db()
        with transaction.atomic():
            row = draft_all_clear(alert.row, by=user(COMPOSER))
            row.infos.exclude(language="vi").delete()
            row.infos.update(sound=sound)
        return row

    return Issued(number, insist(act))


def sign_first(issued: Issued) -> None:
    from tiengmo.alerts.actions import compose_alert
    from tiengmo.alerts.workflow import State

    issued.row = insist(
        lambda: compose_alert(issued.row, by=user(COMPOSER), passphrase=PASSPHRASE),
        was_done=lambda: _in_state(issued, State.COMPOSED),
    )


def sign_second(issued: Issued) -> None:
    from tiengmo.alerts.actions import second_alert
    from tiengmo.alerts.workflow import State

    issued.pressed = time.time()
    issued.row = insist(
        lambda: second_alert(issued.row, by=user(SECONDER), passphrase=PASSPHRASE),
        was_done=lambda: _in_state(issued, State.ISSUED),
    )
    issued.signed = time.time()


def _in_state(issued: Issued, state: str) -> Alert | None:
    from tiengmo.alerts.models import Alert

    return Alert.objects.filter(pk=issued.row.pk, state=state).first()


def wait_until_heard(issued: Issued, boxes: int, *, seconds: float) -> None:
    """Nobody says that all is well before the board shows that the warning was heard."""
    from tiengmo.speakers.models import PlayReport

    started = f"{issued.row.wire_id}.{issued.row.version}."
    reports = PlayReport.objects.filter(item_id__startswith=started)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if insist(lambda: reports.values("box").distinct().count()) >= boxes:
            return
        time.sleep(0.5)

"""The repeating timeline that stands for an hour: a schedule, a bulletin, a voice, an alert."""

from __future__ import annotations

import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from . import people
from .microphone import VOICES, Microphone
from .people import insist
from .signature import ALERT, write_sound

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiengmo.people.models import User
    from tiengmo.releases.models import Release
    from tiengmo.voices.models import Sound

STATION = "082"
SECONDS, ALERT_SECONDS = 8, 5
# Some minutes of sounds before one comes again.
PLANNED_SOUNDS, RELEASED_SOUNDS, ALERT_SOUNDS = 24, 8, 8
WINDOW = timedelta(minutes=10)
# A warning is written, and its sound fetched, this long before its second signature.
DRAFT_SECONDS = 12.0
# So long somebody looks at the board before they stop waiting for the last loudspeaker.
BOARD_SECONDS = 90.0


@dataclass(frozen=True)
class Hour:
    """Where in a cycle what happens, in seconds."""

    cycle: float
    items: tuple[float, ...]
    released: float
    live: tuple[float, float]
    alert: float
    all_clear: float
    repeat_minutes: int = 0
    ahead: float = 45.0
    """Items stand on the boxes' schedule this long before they are heard."""

    @property
    def alerts(self) -> int:
        """How often the alert is heard before the all-clear."""
        return 2 if self.repeat_minutes else 1


# An item is being heard when the voice begins, when the alert comes and comes again, and at the
# all-clear; what they push aside has room to follow.
LONG = Hour(
    cycle=160.0,
    items=(0, 11, 22, 58, 69, 80, 99, 112, 126, 140),
    released=4.0,
    live=(25.0, 43.0),
    alert=72.0,
    all_clear=143.0,
    repeat_minutes=1,
)
# For a machine that has a minute.
SHORT = Hour(
    cycle=62.0,
    items=(0, 24, 36, 50),
    released=1.0,
    live=(10.0, 21.0),
    alert=33.0,
    all_clear=47.0,
    ahead=8.0,
)


@dataclass(frozen=True)
class Slot:
    """Something of a cycle that somebody does."""

    at: float
    ahead: float
    act: Callable[[float], None]


@dataclass
class Programme:
    """Everything the station's people do, until they are told to go home."""

    hour: Hour
    boxes: int
    sounds: dict[int, Sound] = field(default_factory=dict)
    """By the number that a sound says of itself."""
    numbers: dict[str, int] = field(default_factory=dict)
    """The same numbers by the hash of the published file."""
    takeovers: list[people.Takeover] = field(default_factory=list)
    issued: list[people.Issued] = field(default_factory=list)
    """Alerts and all-clears by turns."""
    microphone: Microphone = field(default_factory=Microphone)
    on_air: threading.Event = field(default_factory=threading.Event)
    """Set a moment before the first item."""
    _planned: int = 0
    _released: int = 0
    _drafted: people.Issued | None = None

    def prepare(self) -> None:
        """Have the sounds made, by the system itself, before anything is killed."""
        from tiengmo.audit.actors import SYSTEM
        from tiengmo.voices.actions import accept_recording

        seconds = dict.fromkeys(range(PLANNED_SOUNDS + RELEASED_SOUNDS), SECONDS)
        seconds |= dict.fromkeys(range(ALERT, ALERT + ALERT_SOUNDS), ALERT_SECONDS)
        with tempfile.TemporaryDirectory() as folder:
            for number, length in seconds.items():
                path = write_sound(Path(folder) / "sound.wav", number, seconds=length)
                self.sounds[number] = accept_recording(path, language="vi", by=SYSTEM)
        deadline = time.monotonic() + 240
        for number, sound in self.sounds.items():
            while not sound.is_ready:
                assert sound.status != "failed", sound.error
                assert time.monotonic() < deadline, "the sounds were never made"
                time.sleep(0.2)
                sound.refresh_from_db()
            self.numbers[sound.opus.sha256] = number
        self.microphone.start()
        self._clear_the_air(self.boxes)

    @staticmethod
    def _clear_the_air(boxes: int) -> None:
        """Take the demo's own bulletins off: their sounds do not say what they are."""
        from tiengmo.broadcasting.actions import cancel_playout
        from tiengmo.broadcasting.models import PlayoutItem
        from tiengmo.speakers.models import Box

        deadline = time.monotonic() + 120
        while Box.objects.filter(is_online=True).count() < boxes:
            assert time.monotonic() < deadline, "the boxes never came on line"
            time.sleep(0.5)
        # The worker may be carrying the demo's last bulletin just now.
        time.sleep(3)
        for item in PlayoutItem.objects.filter(cancelled_at=None):
            cancel_playout(item)

    def run(self, until: threading.Event) -> None:
        """Repeat the cycle until told, then finish what was begun."""
        lead = max(self.hour.ahead, DRAFT_SECONDS) + 4
        begins = time.time() + lead
        threading.Timer(lead - 1, self.on_air.set).start()
        due = self._slots(begins) + self._slots(begins + self.hour.cycle)
        while True:
            due.sort(key=lambda slot: slot.at - slot.ahead)
            slot = due.pop(0)
            if until.wait(max(0.0, slot.at - slot.ahead - time.time())):
                break
            slot.act(slot.at)
            if slot.at >= begins + self.hour.cycle:
                begins += self.hour.cycle
                due += self._slots(begins + self.hour.cycle)
        self._go_home()

    def _slots(self, begins: float) -> list[Slot]:
        hour = self.hour
        planned = [
            *(Slot(at, hour.ahead, self._plan) for at in hour.items),
            Slot(hour.released, 0, self._release),
            Slot(hour.live[0], 0, self._go_live),
            Slot(hour.live[1], 0, self._stop_live),
            Slot(hour.alert, DRAFT_SECONDS, self._draft),
            Slot(hour.alert, DRAFT_SECONDS / 3, self._sign),
            Slot(hour.alert, 0, self._second),
            Slot(hour.all_clear, DRAFT_SECONDS, self._draft_end),
            Slot(hour.all_clear, DRAFT_SECONDS / 3, self._sign),
            Slot(hour.all_clear, 0, self._second),
        ]
        return [Slot(begins + slot.at, slot.ahead, slot.act) for slot in planned]

    def _go_home(self) -> None:
        """Nobody leaves a voice on air, or an alert that is never taken back."""
        if self.takeovers and not self.takeovers[-1].ended:
            self._stop_live(0)
        if self._drafted is not None and not self._is_end(self._drafted):
            self._drafted = None
        if self.issued and not self._is_end(self.issued[-1]):
            if self._drafted is None:
                self._draft_end(0)
                time.sleep(DRAFT_SECONDS / 2)
            if not self._drafted.row.composed_at:
                self._sign(0)
            self._second(0)

    # The schedule

    def _plan(self, at: float) -> None:
        """Schedule one item for every village, some time ahead."""
        from tiengmo.broadcasting.actions import plan_playout
        from tiengmo.broadcasting.models import PlayoutItem
        from tiengmo.places.queries import unit_by_code

        number = self._planned % PLANNED_SOUNDS
        title = f"Chuyên mục {self._planned} ({at:.0f})"
        self._planned += 1
        start = datetime.fromtimestamp(at, UTC)
        insist(
            lambda: plan_playout(
                station=unit_by_code(STATION),
                title=title,
                areas=[STATION],
                editions=[self._edition(self.sounds[number])],
                priority="routine",
                earliest_at=start,
                start_before_at=start + WINDOW,
            ),
            was_done=lambda: PlayoutItem.objects.filter(title=title).first(),
        )

    @staticmethod
    def _edition(sound: Sound) -> dict[str, object]:
        return {
            "language": "vi",
            "sha256": sound.opus.sha256,
            "bytes": sound.opus.bytes,
            "duration_ms": sound.duration_ms,
        }

    def _release(self, at: float) -> None:
        """Write, submit and clear a bulletin that is to be heard as soon as may be."""
        from tiengmo.newsroom.actions import bulletin_from_text, edit_bulletin, submit_bulletin
        from tiengmo.newsroom.models import Bulletin
        from tiengmo.newsroom.workflow import Stage

        sound = self.sounds[PLANNED_SOUNDS + self._released % RELEASED_SOUNDS]
        headline = f"Thông báo số {self._released} ({at:.0f})"
        self._released += 1
        author, approver = people.user("bientap"), people.user("duyet")

        def stands() -> Bulletin | None:
            return Bulletin.objects.filter(headline=headline).first()

        def write() -> Bulletin:
            text = f"{headline}\n\nNội dung của {headline.lower()}.\n"
            bulletin = bulletin_from_text(text, unit=author.unit, author=author)
            bulletin.sound = sound
            bulletin.audience = [STATION]
            bulletin.channels = ["portal", "loudspeakers"]
            edit_bulletin(bulletin, by=author)
            return bulletin

        bulletin = insist(write, was_done=stands)

        def is_submitted() -> Bulletin | None:
            found = stands()
            return found if found is not None and found.stage != Stage.DRAFT else None

        insist(lambda: submit_bulletin(bulletin, by=author), was_done=is_submitted)
        # Clearing the same version twice gives the same release: simply again.
        insist(lambda: self._clear(bulletin.pk, approver))

    @staticmethod
    def _clear(bulletin_id: int, approver: User) -> Release:
        from tiengmo.newsroom.actions import clear_bulletin
        from tiengmo.newsroom.models import Bulletin

        bulletin = Bulletin.objects.get(pk=bulletin_id)
        clearing = clear_bulletin(bulletin, by=approver, revision_id=bulletin.latest_revision_id)
        assert clearing.release is not None, "somebody else must clear it too"
        return clearing.release

    # The voice

    def _go_live(self, _at: float) -> None:
        number = len(self.takeovers) % VOICES
        url = self.microphone.address(len(self.takeovers))
        self.takeovers.append(people.go_live(STATION, url, number))

    def _stop_live(self, _at: float) -> None:
        people.stop_live(self.takeovers[-1])

    # The alert

    def _next_alert(self) -> tuple[Sound, int]:
        number = ALERT + len(self.issued) % ALERT_SOUNDS
        return self.sounds[number], number

    def _draft(self, _at: float) -> None:
        sound, number = self._next_alert()
        repeat = self.hour.repeat_minutes
        self._drafted = people.draft([STATION], sound, number, repeat_minutes=repeat)

    def _draft_end(self, _at: float) -> None:
        sound, number = self._next_alert()
        self._drafted = people.draft_end(self.issued[-1], sound, number)

    def _sign(self, _at: float) -> None:
        people.sign_first(self._drafted)

    def _second(self, _at: float) -> None:
        if self._is_end(self._drafted):
            people.wait_until_heard(self.issued[-1], self.boxes, seconds=BOARD_SECONDS)
        people.sign_second(self._drafted)
        self.issued.append(self._drafted)
        self._drafted = None

    @staticmethod
    def _is_end(issued: people.Issued) -> bool:
        return issued.row.msg_type == "Cancel"

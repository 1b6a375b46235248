"""What to play now: a pure function of the schedule, the time and what already plays.

The rules:

* An item begins at its instant, or later until its `start_before` if the box was hindered.
* A strictly higher priority cuts off a lower one at its instant. Equal ones wait for each other.
* Live sound cuts off an item of equal priority too; of two streams the later takeover wins.
* An alert cuts off everything but another alert.
* What was cut off by a higher priority, by a restart or by a failing device goes on where it was
  cut if that is before its `start_before`; otherwise it is reported as cut.
* What is late begins on a whole second of the server's time (an alert on a half), so that
  neighbours stay in step.
* In quiet hours only an emergency begins or goes on; a lower one that plays is cut at their start.
* Items below emergency keep to the village's limits: sessions a day, minutes a session.
* A volume of zero plays nothing: silence must not be reported as played.
* A box that does not know the time plays nothing but an emergency that reached it meanwhile.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from speaker_link.kinds import Priority
from speaker_link.messages import CutReason, QuietHours

from speaker_agent.playing.progress import Entry, Stage

LEAD_SECONDS = 3.0
LATE_MARGIN_SECONDS = 0.5
# A late alert waits less: here half a second is worth more than a neighbour in step, who is in
# step again at the next repetition.
ALERT_LATE_MARGIN_SECONDS = 0.2
ALERT_LATE_STEPS_A_SECOND = 2
# Live sound shorter than this before something heavier is not worth beginning.
FILL_SECONDS = 0.7
LONGEST_SLEEP_SECONDS = 30.0


ALERT_RANK = 3


@dataclass(frozen=True)
class LiveSound:
    """A live stream on air."""

    key: str
    priority: Priority
    start: float
    """Of its takeover: the later one wins."""
    begins: float
    """The earliest instant at which it can be heard; infinite while nothing came."""
    is_spoken_here: bool = False
    """Its microphone is at this box, so the server's time does not matter."""


@dataclass(frozen=True)
class Circumstances:
    """What holds for the box at this look."""

    now: float
    is_time_trusted: bool = True
    volume: int = 100
    quiet_hours: Sequence[QuietHours] = ()
    current: str | None = None
    """The key of what plays."""
    armed: str | None = None
    """The key of what begins next."""
    live: Sequence[LiveSound] = ()
    limit: Callable[[Entry, float], bool] | None = None
    """Would this item, begun at this instant, be more than the village is asked to bear?"""


@dataclass
class Decision:
    """What follows."""

    arm: Entry | LiveSound | None = None
    arm_at: float = 0.0
    """The instant it shall be heard."""
    stop: CutReason | None = None
    """Cut what plays, for this reason."""
    over: list[tuple[Entry, CutReason]] = field(default_factory=list)
    """Items that will not begin or go on any more, and why."""
    look_again_at: float = math.inf


def is_quiet(quiet_hours: Iterable[QuietHours], instant: float) -> bool:
    """Does one of the quiet hours cover this instant?"""
    at = datetime.fromtimestamp(instant, UTC)
    return any(hours.covers(at) for hours in quiet_hours)


def next_change_of_quiet(quiet_hours: Sequence[QuietHours], now: float) -> float:
    """The next full minute at which quiet hours begin or end, within a day."""
    if not quiet_hours:
        return math.inf
    at = datetime.fromtimestamp(now, UTC).replace(second=0, microsecond=0)
    state = is_quiet(quiet_hours, now)
    boundaries = {
        (int(text[:2]) * 60 + int(text[3:]) - _offset_minutes(hours.utc_offset)) % 1440
        for hours in quiet_hours
        for text in (hours.starts, hours.ends)
    }
    minute_now = at.hour * 60 + at.minute
    waits = sorted((boundary - minute_now - 1) % 1440 + 1 for boundary in boundaries)
    for wait in waits:
        instant = (at + timedelta(minutes=wait)).timestamp()
        if is_quiet(quiet_hours, instant) != state:
            return instant
    return math.inf


def _offset_minutes(text: str) -> int:
    minutes = int(text[1:3]) * 60 + int(text[4:])
    return -minutes if text.startswith("-") else minutes


def weight(sound: Entry | LiveSound) -> tuple[int, int, float]:
    """The heavier one is heard."""
    if isinstance(sound, LiveSound):
        return (sound.priority.rank, 1, sound.start)
    return (ALERT_RANK if sound.is_alert else sound.item.priority.rank, 0, 0.0)


def first_instant(entry: Entry | LiveSound, now: float) -> float:
    """When it would be heard: its instant, or the next whole or half second if it is too near."""
    if isinstance(entry, LiveSound):
        return entry.begins
    if not entry.is_without_time and not entry.has_begun and entry.start >= now:
        return max(entry.start, entry.not_before)
    if entry.is_alert:
        soonest = max(now + ALERT_LATE_MARGIN_SECONDS, entry.not_before)
        return math.ceil(soonest * ALERT_LATE_STEPS_A_SECOND) / ALERT_LATE_STEPS_A_SECOND
    return float(math.ceil(max(now + LATE_MARGIN_SECONDS, entry.not_before)))


def obstacle_to(entry: Entry, here: Circumstances) -> CutReason | None:
    """Why it cannot begin at its first instant, None when it can."""
    is_emergency = entry.item.priority is Priority.EMERGENCY
    if not here.is_time_trusted and not (is_emergency and entry.is_without_time):
        return CutReason.UNTRUSTED_TIME
    if not entry.is_held:
        return CutReason.BAD_SOUND if entry.is_bad_sound else CutReason.NO_SOUND
    if not is_emergency and is_quiet(here.quiet_hours, first_instant(entry, here.now)):
        return CutReason.QUIET_HOURS
    if here.volume == 0:
        return CutReason.MUTED
    if here.limit is not None and here.limit(entry, first_instant(entry, here.now)):
        return CutReason.OVER_LIMIT
    if entry.not_before > here.now:
        return CutReason.DEVICE_FAILED
    return None


def decide(entries: Iterable[Entry], here: Circumstances) -> Decision:
    """What to play, what to cut, what is over, and when to look again."""
    decision = Decision()
    now = here.now
    looks = [now + LONGEST_SLEEP_SECONDS]
    ready: list[Entry] = []
    current: Entry | None = None
    armed: Entry | None = None
    for entry in entries:
        if entry.is_done:
            continue
        if entry.key == here.current:
            current = entry
            continue
        if entry.key == here.armed:
            armed = entry
        reason = _why_over(entry, here)
        if reason is not None and entry is not armed:
            decision.over.append((entry, reason))
            continue
        if entry.start > now + LEAD_SECONDS and not entry.is_without_time:
            looks.append(entry.start - LEAD_SECONDS)
            continue
        looks.extend((entry.start, entry.start_before))
        obstacle = obstacle_to(entry, here)
        if entry.start <= now or obstacle in (None, CutReason.UNTRUSTED_TIME):
            entry.obstacle = obstacle
        if obstacle is None:
            ready.append(entry)
        else:
            looks.append(max(entry.not_before, now + 1))
    looks.append(next_change_of_quiet(here.quiet_hours, now))
    on_air = {sound.key: sound for sound in here.live}
    playing = current or on_air.get(here.current or "")
    if playing is not None and _is_hushed(playing, here):
        decision.stop = CutReason.QUIET_HOURS
        playing = None
    waiting = armed or on_air.get(here.armed or "")
    audible = [
        sound for sound in here.live if sound not in (playing, waiting) and _can_sound(sound, here)
    ]
    looks.extend(sound.begins - LEAD_SECONDS for sound in audible)
    audible = [sound for sound in audible if sound.begins <= now + LEAD_SECONDS]
    options: list[Entry | LiveSound] = [*ready, *audible]
    best = min(options, key=lambda one: _order(one, now), default=None)
    if playing is None and best is not None:
        between = _fill(best, waiting, audible, now)
        if between is not None:
            best = between
            # What was armed for later is armed again once the live sound is heard.
            waiting = waiting if between is waiting else None
    if best is not None and best.key != here.armed:
        hinders = [one for one in (playing, waiting) if one is not None]
        if all(weight(best) > weight(one) for one in hinders) and _may_begin(best, here):
            decision.arm = best
            decision.arm_at = first_instant(best, now)
    for entry in ready:
        if entry is not decision.arm and entry is not armed and entry.start <= now:
            entry.obstacle = CutReason.PRE_EMPTED
    if playing is not None or waiting is not None or decision.arm is not None:
        looks.append(now + 1)
    decision.look_again_at = min(look for look in looks if look > now)
    return decision


def _fill(
    best: Entry | LiveSound,
    waiting: Entry | LiveSound | None,
    audible: Sequence[LiveSound],
    now: float,
) -> LiveSound | None:
    """Live sound goes on until something heavier really begins: between two alerts, say."""
    options = [*audible, waiting] if isinstance(waiting, LiveSound) else audible
    if isinstance(best, LiveSound) or not options:
        return None
    live = min(options, key=lambda one: _order(one, now))
    return live if live.begins + FILL_SECONDS < first_instant(best, now) else None


def _order(sound: Entry | LiveSound, now: float) -> tuple[int, int, float, float, bool, float, str]:
    rank, is_live, start = weight(sound)
    # Of several that are late, what was cut off goes on first, and the others follow as planned.
    is_new = isinstance(sound, LiveSound) or not sound.has_begun
    planned = sound.begins if isinstance(sound, LiveSound) else sound.start
    return (-rank, -is_live, -start, first_instant(sound, now), is_new, planned, sound.key)


def _priority(sound: Entry | LiveSound) -> Priority:
    return sound.priority if isinstance(sound, LiveSound) else sound.item.priority


def _is_hushed(sound: Entry | LiveSound, here: Circumstances) -> bool:
    return _priority(sound) is not Priority.EMERGENCY and is_quiet(here.quiet_hours, here.now)


def _can_sound(sound: LiveSound, here: Circumstances) -> bool:
    """Each segment of the server's has an instant of its own, so a box must know the time."""
    is_timely = here.is_time_trusted or sound.is_spoken_here
    return is_timely and here.volume > 0 and not _is_hushed(sound, here)


def _may_begin(entry: Entry | LiveSound, here: Circumstances) -> bool:
    if not here.is_time_trusted or isinstance(entry, LiveSound):
        return True
    return entry.is_without_time or first_instant(entry, here.now) < entry.start_before


def _why_over(entry: Entry, here: Circumstances) -> CutReason | None:
    """Why nothing more will come of it, None as long as something may."""
    if entry.is_withdrawn:
        return CutReason.WITHDRAWN
    if entry.is_without_time and not here.is_time_trusted:
        return None
    if not entry.is_listed and entry.progress.stage is Stage.INTERRUPTED:
        return entry.progress.reason or CutReason.STOPPED
    if not here.is_time_trusted or here.now < entry.start_before:
        return None
    if entry.progress.stage is Stage.INTERRUPTED:
        return entry.progress.reason or CutReason.RESTARTED
    return entry.obstacle or CutReason.TOO_LATE

"""What happens in the two days, and what came of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from speaker_link import topics
from speaker_link.kinds import Priority
from speaker_link.messages import Assignment, Edition, QuietHours, Schedule, ScheduleItem

from .box import PITCHES, Heard, Village, tone
from .world import World

STATION, LOCALITY = "082", "10"
# The last of October 2026 is a Saturday: over a month's end, over a Sunday, into a Monday.
MIDNIGHT = datetime.fromisoformat("2026-10-31T00:00:00+07:00")
TAUGHT = timedelta(hours=6)
QUIET = QuietHours(starts="01:00", ends="04:30", utc_offset="+07:00")
SHORT, LONG = 6, 30

KILLED = "sat-15:00:00"
OVERRULED = "sat-17:10:00"
OFF_A_MOMENT = "sat-20:11:00"
INTO_THE_QUIET = "sun-00:59:56"
AT_NIGHT = "sun-03:15:00"
OFF_AN_HOUR = ("sun-13:30:00", "sun-14:00:00")


def at(name: str) -> float:
    """The instant of an item's name: `sun-06:59:00`."""
    day, clock = name.split("-")
    hours, minutes, seconds = map(int, clock.split(":"))
    days = {"sat": 0, "sun": 1, "mon": 2}[day]
    passed = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return (MIDNIGHT + passed).timestamp()


def programme() -> dict[str, dict[str, Any]]:
    """Every item by its name, with what is special about it."""
    usual = [
        f"{day}-{hour:02}:{minute:02}:00"
        for day in ("sat", "sun")
        for hour in range(24)
        for minute in (0, 30)
        if not 1 <= hour < 4 and (hour, minute) != (4, 0)
    ]
    items: dict[str, dict[str, Any]] = {name: {} for name in usual}
    items |= {name: {} for name in ("sat-23:59:50", "sun-06:59:00", AT_NIGHT)}
    items[KILLED] = {"seconds": LONG}
    items[OVERRULED] = {"seconds": LONG}
    items["sat-17:10:10"] = {"priority": Priority.PRIORITY}
    items[OFF_A_MOMENT] = {"window": 60}
    items[INTO_THE_QUIET] = {"seconds": 12}
    return dict(sorted(items.items(), key=lambda pair: at(pair[0])))


@dataclass
class Outcome:
    """What the village heard, and what the server was told."""

    village: Village
    items: dict[str, ScheduleItem]
    pitches: dict[str, int]

    def runs_of(self, name: str) -> list[Heard]:
        """When this item's own sound was heard, from its instant to the end of its window."""
        item = self.items[name]
        begins, before = item.start.timestamp(), item.start_before.timestamp()
        return [
            run
            for run in self.village.heard
            if run.pitch == self.pitches[name] and begins - 60 < run.begins < before + 60
        ]

    @property
    def late(self) -> dict[str, float]:
        """By how many seconds the first sample of each item was heard late (early, below zero)."""
        return {
            name: runs[0].begins - item.start.timestamp()
            for name, item in self.items.items()
            if (runs := self.runs_of(name))
        }

    @property
    def worst(self) -> float:
        return max(abs(late) for late in self.late.values())


def _prepare(folder: Path, world: World, seed: int) -> Outcome:
    village = Village(folder, world, seed=seed)
    server = village.server
    items, pitches, sounds = {}, {}, {}
    for number, (name, special) in enumerate(programme().items()):
        pitch, seconds = number * 7 % PITCHES, special.get("seconds", SHORT)
        if (pitch, seconds) not in sounds:
            sounds[pitch, seconds] = tone(pitch, seconds)
        sound = sounds[pitch, seconds]
        start = datetime.fromtimestamp(at(name), MIDNIGHT.tzinfo)
        pitches[name] = pitch
        items[name] = ScheduleItem(
            id=name.replace(":", "."),
            start=start,
            start_before=start + timedelta(seconds=special.get("window", 300)),
            priority=special.get("priority", Priority.ROUTINE),
            areas=[STATION],
            title="Bản tin",
            editions=[
                Edition(
                    language="vi",
                    sha256=village.put_sound(sound),
                    bytes=len(sound),
                    duration_ms=seconds * 1000,
                )
            ],
        )
    assignment = Assignment(
        version=1,
        serial=village.serial,
        areas=[f"{STATION}-01", STATION, LOCALITY],
        languages=["vi"],
        quiet_hours=[QUIET],
        volume=100,
        max_volume=100,
        stations=[STATION],
        gateway_url="http://127.0.0.1:1",
        is_test_mode=False,
    )
    server.retained[topics.assignment(village.serial)] = server.sign(assignment, to=village.serial)
    end = MIDNIGHT + timedelta(hours=48)
    publish(
        village,
        Schedule(
            version=1,
            station=STATION,
            valid_from=MIDNIGHT,
            valid_to=end,
            items=list(items.values()),
        ),
    )
    return Outcome(village, items, pitches)


def publish(village: Village, schedule: Schedule) -> None:
    """Signed as the server does it, and retained."""
    server = village.server
    server.retained[topics.schedule(STATION)] = server.sign(
        schedule, areas=[STATION], lives=schedule.valid_to - server.now()
    )


def two_days(
    folder: Path, *, drift_ppm: float, seed: int = 0, chip_until_the_end: bool = True
) -> Outcome:
    """The whole story. Without a chip at the last reboot the box knows no time from then on."""
    world = World(MIDNIGHT - TAUGHT, drift_ppm=drift_ppm, chip_error=37.4, chip_ppm=20.0, seed=seed)
    outcome = _prepare(folder, world, seed)
    village, server = outcome.village, outcome.village.server
    server.bring_up()
    village.start()
    village.live_until(at("sat-00:00:00") - 60)
    server.cut()
    # Nothing reaches the box from here on.
    village.live_until(at("sat-10:10:00"))
    world.set_wall(by=3600)
    village.live_until(at(KILLED) + 10)
    village.kill()
    world.passed += 25
    village.start()
    village.live_until(at("sat-20:10:00"))
    village.kill()
    world.reboot(off_seconds=180)
    village.start()
    village.live_until(at("sun-05:10:00"))
    world.set_wall(by=-7200)
    village.live_until(at("sun-13:10:00"))
    village.kill()
    world.reboot(off_seconds=3600)
    village.start()
    village.live_until(at("sun-18:10:00"))
    village.kill()
    world.has_chip = chip_until_the_end
    world.reboot(off_seconds=60)
    village.start()
    village.live_until(at("mon-00:05:00"))
    return outcome


def link_returns(outcome: Outcome) -> None:
    """With acks lost, the line broken once more, and a new schedule waiting at the broker."""
    village, server = outcome.village, outcome.village.server
    end = MIDNIGHT + timedelta(hours=48)
    publish(
        village,
        Schedule(
            version=2, station=STATION, valid_from=end, valid_to=end + timedelta(hours=48), items=[]
        ),
    )
    server.statuses.clear()
    server.acks_to_lose, server.cut_after = 3, 40
    server.bring_up()
    village.live_until(at("mon-00:15:00"))

"""The box knows the server's time whatever happens to its wall clock."""

import random
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from speaker_agent.timing import Clock, Sources, TimeSample, Trust, best_offset
from speaker_agent.timing.chip import ChipReading, find_chip, read_chip

START = 1_795_000_000.0


@dataclass
class World:
    """True time, and a box whose counter runs wrong and whose wall clock is set wrong."""

    drift: float = 0.0
    wall_error: float = 0.0
    true: float = START
    boot_id: str = "boot-1"
    counter_at_boot: float = 100.0
    chip_error: float | None = None

    def monotonic(self) -> float:
        return self.counter_at_boot + (self.true - START) * (1 + self.drift)

    def wall(self) -> float:
        return self.true + self.wall_error

    def sources(self) -> Sources:
        return Sources(
            wall=self.wall,
            monotonic=self.monotonic,
            boot_id=self.boot_id,
            read_chip=self.read_chip,
            glance_at_chip=self.glance_at_chip,
        )

    def read_chip(self) -> ChipReading | None:
        if self.chip_error is None:
            return None
        return ChipReading(self.monotonic(), self.true + self.chip_error)

    def glance_at_chip(self) -> float | None:
        return None if self.chip_error is None else float(int(self.true + self.chip_error))

    def ask(self, there: float = 0.01, back: float = 0.01) -> TimeSample:
        asked = self.monotonic()
        self.true += there
        received = sent = self.true
        self.true += back
        return TimeSample(asked, self.monotonic(), received, sent)

    def burst(self, dice: random.Random, *, fast: float = 0.01) -> list[TimeSample]:
        return [self.ask(dice.uniform(0.001, fast), dice.uniform(0.001, fast)) for _ in range(4)]


def synced(world: World, **how) -> Clock:
    clock = Clock(world.sources())
    clock.observe(best_offset(world.burst(random.Random(1), **how)))
    return clock


@given(wall_error=st.floats(-3600, 3600), drift=st.floats(-50e-6, 50e-6))
def test_a_wall_clock_wrong_by_an_hour_does_not_matter(wall_error, drift):
    world = World(drift=drift, wall_error=wall_error)
    clock = synced(world)
    world.true += 60
    assert clock.now() == pytest.approx(world.true, abs=0.02)
    assert clock.wall_offset == pytest.approx(wall_error, abs=0.02)
    assert clock.monotonic_at(world.true + 5) == pytest.approx(
        world.monotonic() + 5 * (1 + drift), abs=0.02
    )


@given(step=st.floats(-7200, 7200))
def test_a_wall_clock_set_while_running_does_not_matter(step):
    world = World()
    clock = synced(world)
    before = clock.now()
    world.wall_error += step
    assert clock.now() == pytest.approx(before, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(drift=st.floats(-50e-6, 50e-6), seed=st.integers(0, 1000))
def test_after_48_hours_alone_the_box_is_within_a_second(drift, seed):
    """It learned its drift in six hours of a mobile network's jitter."""
    dice = random.Random(seed)
    world = World(drift=drift)
    clock = Clock(world.sources())
    for _ in range(72):
        clock.observe(best_offset(world.burst(dice, fast=0.08)))
        world.true += 300
    assert clock.has_learned_drift
    world.true += 48 * 3600
    assert abs(clock.now() - world.true) < 1.0
    assert abs(clock.now() - world.true) <= clock.error()
    assert clock.is_trusted


def test_a_slow_odd_answer_does_not_move_the_clock():
    world = World()
    samples = [world.ask(), world.ask(2.5, 0.01), world.ask(), world.ask(0.01, 1.2)]
    offset = best_offset(samples)
    assert offset.at + offset.seconds == pytest.approx(
        START + (offset.at - world.counter_at_boot), abs=0.001
    )


def test_answers_that_cannot_be_are_ignored():
    before_asked = TimeSample(asked=10, answered=9, server_received=0, server_sent=0)
    thought_longer_than_it_took = TimeSample(asked=1, answered=2, server_received=5, server_sent=9)
    assert best_offset([before_asked, thought_longer_than_it_took]) is None


def test_a_server_that_was_set_is_followed_only_when_it_says_so_twice():
    world = World()
    clock = synced(world)
    jumped = [
        TimeSample(s.asked, s.answered, s.server_received + 30, s.server_sent + 30)
        for s in world.burst(random.Random(2))
    ]
    assert not clock.observe(best_offset(jumped))
    assert clock.now() == pytest.approx(world.true, abs=0.02)
    assert clock.observe(best_offset(jumped))
    assert clock.now() == pytest.approx(world.true + 30, abs=0.02)


def test_never_synced_is_never_trusted():
    clock = Clock(World().sources())
    assert clock.trust is Trust.UNTRUSTED
    assert clock.wall_offset is None


def test_a_restart_of_the_program_keeps_the_time():
    world = World(drift=20e-6, wall_error=3600)
    kept = synced(world).snapshot()
    world.true += 30
    again = Clock(world.sources())
    again.restore(kept)
    assert again.is_trusted
    assert again.now() == pytest.approx(world.true, abs=0.03)


@pytest.mark.parametrize(("boot_id", "counter"), [("boot-2", 3.0), ("", 100.0), ("boot-1", 3.0)])
def test_a_reboot_loses_the_time_but_not_the_drift(boot_id, counter):
    world = World(drift=30e-6)
    clock = Clock(world.sources())
    dice = random.Random(3)
    for _ in range(24):
        clock.observe(best_offset(world.burst(dice)))
        world.true += 300
    kept = clock.snapshot()
    rebooted = World(drift=30e-6, boot_id=boot_id, counter_at_boot=counter)
    again = Clock(rebooted.sources())
    again.restore(kept)
    assert not again.is_trusted
    assert again.drift_ppm == pytest.approx(-30, abs=3)


def test_the_estimated_error_grows_until_the_time_is_no_longer_claimed():
    world = World()
    clock = synced(world)
    assert clock.error() < 0.1
    world.true += 30 * 24 * 3600
    assert clock.error() > 60
    assert not clock.is_trusted


# A reboot with a clock chip


def after_reboot(world: World, *, off: float, chip_moved: float | None = 0.0) -> Clock:
    """The box was off so long; meanwhile somebody may have set the chip, or taken it away."""
    clock = synced(world)
    clock.look_at_chip()
    kept = clock.snapshot()
    world.true += off
    chip = None if chip_moved is None else world.chip_error + chip_moved
    world.boot_id, world.counter_at_boot, world.chip_error = "boot-2", 5.0 - off, chip
    again = Clock(world.sources())
    again.restore(kept)
    return again


@pytest.mark.parametrize("error", [-86_400.0, 0.0, 37.4])
def test_a_clock_chip_tells_how_long_the_box_was_off(error):
    world = World(chip_error=error, wall_error=error)
    clock = after_reboot(world, off=3600)
    assert not clock.is_trusted
    assert clock.restore_from_chip()
    assert clock.is_trusted
    assert clock.now() == pytest.approx(world.true, abs=0.1)
    assert abs(clock.now() - world.true) <= clock.error() < 1.0
    assert not clock.restore_from_chip()


def test_a_second_power_cut_before_the_time_is_known():
    """The chip was not read the first time: what it is to be compared with is still there."""
    world = World(chip_error=0.0)
    between = after_reboot(world, off=600)
    kept = between.snapshot()
    world.true += 60
    world.boot_id, world.counter_at_boot = "boot-3", 5.0 - 660
    again = Clock(world.sources())
    again.restore(kept)
    assert again.snapshot()["server"] == pytest.approx(START, abs=60)
    assert again.restore_from_chip()
    assert again.is_trusted
    assert again.now() == pytest.approx(world.true, abs=0.1)


def test_a_month_in_the_dark_is_more_than_a_chip_is_trusted_for():
    clock = after_reboot(World(chip_error=0.0), off=30 * 86_400)
    clock.restore_from_chip()
    assert not clock.is_trusted


@pytest.mark.parametrize("moved", [None, -1e9], ids=["no chip any more", "its battery was empty"])
def test_a_chip_that_cannot_know_is_not_asked(moved):
    clock = after_reboot(World(chip_error=0.0), off=600, chip_moved=moved)
    assert not clock.restore_from_chip()
    assert not clock.is_trusted


def test_a_chip_that_was_set_is_not_taken_down():
    world = World(chip_error=0.0)
    clock = synced(world)
    clock.look_at_chip()
    assert "chip" in clock.snapshot()
    world.chip_error = 3600.0
    assert "chip" not in clock.snapshot()
    clock.look_at_chip()
    assert "chip" in clock.snapshot()


def test_the_chip_of_the_system_is_found_and_one_that_stood_still_is_not(tmp_path):
    for name, takes, shows in (("rtc0", "0", "1795000000"), ("rtc1", "1", "1795000007")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "hctosys").write_text(takes)
        (tmp_path / name / "since_epoch").write_text(f"{shows}\n")
    assert find_chip(tmp_path).name == "rtc1"
    # Its driver gives an error instead of a time.
    (tmp_path / "rtc1" / "since_epoch").unlink()
    assert find_chip(tmp_path).name == "rtc0"
    assert find_chip(tmp_path / "nowhere") is None


def test_the_chip_is_read_where_it_steps_on():
    answers = iter([7.0, 7.0, 7.0, 8.0])
    assert read_chip(lambda: next(answers)).seconds == 8.0
    assert read_chip(lambda: None) is None

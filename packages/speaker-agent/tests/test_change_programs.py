"""The launcher's memory, and the launcher itself with programs that are good, bad and worse."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from speaker_agent.maintenance.updates import slots as memory
from speaker_agent.maintenance.updates.launcher import Launcher
from speaker_agent.maintenance.updates.slots import MAX_ATTEMPTS, Slots

UPDATES = Path(memory.__file__).parent
OLD, NEW = "0.1.0-aaaaaaaaaaaa", "0.2.0-bbbbbbbbbbbb"


# The steps, without any process


def test_a_trial_that_proves_itself():
    slots = Slots(OLD).try_out("order", NEW).starting()
    assert slots.to_start == NEW
    slots = slots.confirm()
    assert (slots.active, slots.previous, slots.trial) == (NEW, OLD, None)
    assert (slots.outcome.id, slots.outcome.result) == ("order", "confirmed")
    assert slots.kept == {NEW, OLD}
    assert slots.knows("order")


def test_a_trial_that_ends_again_and_again():
    slots = Slots(OLD).try_out("order", NEW)
    for _ in range(MAX_ATTEMPTS):
        assert slots.trial is not None
        slots = slots.starting().crashed()
    assert (slots.to_start, slots.outcome.reason) == (OLD, "crashed")


def test_the_power_may_be_cut_but_not_for_ever():
    slots = Slots("").try_out("order", NEW)
    for _ in range(MAX_ATTEMPTS):
        slots = slots.starting()
        assert slots.to_start == NEW
    slots = slots.starting()
    assert (slots.to_start, slots.outcome.reason) == ("", "interrupted")


def test_a_service_that_is_restarted_by_hand_says_nothing_about_the_program():
    slots = Slots(OLD).try_out("order", NEW)
    for _ in range(3 * MAX_ATTEMPTS):
        slots = slots.starting().told_to_stop()
    assert slots.to_start == NEW


def test_a_program_that_is_gone():
    assert Slots(NEW, OLD).without(NEW).to_start == OLD
    assert Slots(NEW, OLD).without(NEW).without(OLD).to_start == ""
    trial = Slots(OLD).try_out("order", NEW).starting().without(NEW)
    assert (trial.to_start, trial.outcome.reason) == (OLD, "lost")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"format": 2, "active": ""}',
        '{"format": 1, "active": "../../etc"}',
        '{"format": 1, "active": "", "trial": {"id": "a", "name": "/bin"}}',
        '{"format": 1, "active": "", "trial": {"id": "a"}}',
    ],
)
def test_a_memory_that_cannot_be_read_is_the_packaged_program(tmp_path, text):
    (tmp_path / memory.STATE).write_text(text)
    assert memory.load(tmp_path) == Slots()


def test_what_is_remembered_is_read_again(tmp_path):
    for slots in (
        Slots(),
        Slots(OLD, ""),
        Slots(OLD).try_out("order", NEW).starting(),
        Slots(OLD).try_out("order", NEW).starting().confirm(),
        Slots(OLD).try_out("order", NEW).starting().roll_back("no_link"),
    ):
        memory.save(tmp_path, slots)
        assert memory.load(tmp_path) == slots


# Killed at every step


class Killed(BaseException):
    """The power is off."""


def programs(base, *names):
    for name in names:
        place = memory.folder_of(base, name) / "speaker_agent"
        place.mkdir(parents=True)
        (place / "cli.py").write_text("")


def steps(monkeypatch, allowed):
    """Let so many changes of the disk happen, and then no more: the power is cut."""
    left = [allowed]

    def counted(real):
        def run(*arguments, **options):
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            return real(*arguments, **options)

        return run

    monkeypatch.setattr(Path, "replace", counted(Path.replace))
    monkeypatch.setattr(Path, "unlink", counted(Path.unlink))
    monkeypatch.setattr(json, "dump", counted(json.dump))
    return left


def change(base, verdict):
    """All that the launcher does on its disk from a request to its end."""
    launcher = Launcher(base, Path("/packaged"), ["run"], confirm_seconds=60)
    launcher.prepare()
    if launcher.slots.trial is not None:
        memory.write_document(base / memory.VERDICT, {"id": "order", **verdict})
        reason = launcher._judge(None)
        if reason:
            launcher._remember(launcher.slots.roll_back(reason))
    return launcher.slots


@pytest.mark.parametrize("verdict", [{"is_good": True}, {"is_good": False, "reason": "x"}])
def test_killed_at_every_step_a_program_is_left_that_runs(tmp_path, monkeypatch, verdict):
    expected = NEW if verdict["is_good"] else OLD
    kills = 0
    for step in range(40):
        base = tmp_path / str(step)
        base.mkdir()
        programs(base, OLD, NEW)
        memory.save(base, Slots(OLD))
        memory.write_document(base / memory.REQUEST, {"id": "order", "name": NEW})
        with monkeypatch.context() as patch:
            steps(patch, step)
            try:
                change(base, verdict)
            except Killed:
                kills += 1
            else:
                break
        # Whatever is on the disk now, some program that is there would be started.
        assert memory.load(base).to_start in {OLD, NEW}
        assert change(base, verdict).to_start == expected
        assert memory.load(base) == Slots(NEW, OLD, None, memory.load(base).outcome) or (
            expected == OLD and memory.load(base).active == OLD
        )
        assert memory.load(base).outcome.id == "order"
        assert not (base / memory.REQUEST).exists()
    assert kills >= 8


def test_a_request_that_comes_again_is_not_tried_again(tmp_path):
    programs(tmp_path, OLD, NEW)
    memory.save(tmp_path, Slots(OLD).try_out("order", NEW).starting().roll_back("no_link"))
    memory.write_document(tmp_path / memory.REQUEST, {"id": "order", "name": NEW})
    assert change(tmp_path, {"is_good": True}).to_start == OLD


@pytest.mark.parametrize("name", ["../../tmp/x", "/bin", "", "0.2.0", 7])
def test_a_request_for_something_elsewhere(tmp_path, name):
    memory.write_document(tmp_path / memory.REQUEST, {"id": "order", "name": name})
    assert change(tmp_path, {"is_good": True}) == Slots()
    assert not (tmp_path / memory.REQUEST).exists()


def test_a_full_disk_begins_no_trial(tmp_path, monkeypatch):
    programs(tmp_path, OLD, NEW)
    memory.save(tmp_path, Slots(OLD))
    memory.write_document(tmp_path / memory.REQUEST, {"id": "order", "name": NEW})

    def full(*_arguments, **_options):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(json, "dump", full)
        launcher = Launcher(tmp_path, Path("/packaged"), ["run"], confirm_seconds=60)
        launcher.prepare()
    assert (launcher.slots.to_start, launcher.slots.outcome.reason) == (OLD, "no_space")
    assert memory.load(tmp_path).to_start == OLD


# With real processes

PROGRAM = """
import json, os, pathlib, signal, sys, time
base = pathlib.Path(os.environ["SPEAKER_AGENT_VERSIONS"])
with (base / "starts").open("a") as file:
    file.write(f"{NAME} {time.monotonic():.3f}\\n")

def main():
    trial = os.environ["SPEAKER_AGENT_TRIAL"]
    BEHAVIOUR
    signal.sigwait({signal.SIGTERM})
    return 0
"""
BEHAVIOURS = {
    "idle": "pass",
    "good": '(base / "verdict.json").write_text(json.dumps({"id": trial, "is_good": True}))',
    "crashes": "sys.exit(1)",
    "is killed": "os.kill(os.getpid(), signal.SIGKILL)",
    "hangs": "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)",
    "lies": '(base / "verdict.json").write_text(json.dumps({"id": "another", "is_good": True}))',
    "is deaf": 'json.dump({"id": trial, "is_good": False, "reason": "device_failed"},'
    ' (base / "verdict.json").open("w"))',
}


def write_program(folder, name, behaviour):
    (folder / "speaker_agent").mkdir(parents=True)
    (folder / "speaker_agent" / "__init__.py").write_text("")
    text = PROGRAM.replace("{NAME}", name).replace("BEHAVIOUR", BEHAVIOURS[behaviour])
    text += "\nimport signal as s\ns.pthread_sigmask(s.SIG_BLOCK, {s.SIGTERM})\n"
    (folder / "speaker_agent" / "cli.py").write_text(text)


class Running:
    """A launcher with a program of the package, and perhaps one of an update."""

    def __init__(self, tmp_path, behaviour="good", confirm_seconds=60.0, old="idle"):
        self.base = tmp_path / "versions"
        self.packaged = tmp_path / "packaged"
        write_program(self.packaged, "old", old)
        write_program(memory.folder_of(self.base, NEW), "new", behaviour)
        # As installed: two files in a folder of their own, without the package.
        place = tmp_path / "launcher"
        place.mkdir()
        for name in ("launcher.py", "slots.py"):
            text = (UPDATES / name).read_text()
            (place / name).write_text(text.replace("STOP_SECONDS = 12.0", "STOP_SECONDS = 1.0"))
        self.environment = {"SPEAKER_AGENT_CONFIRM_SECONDS": str(confirm_seconds)}
        self.place = place
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-sE", str(self.place / "launcher.py")),
                *("--packaged", str(self.packaged), "--base", str(self.base), "--", "run"),
            ],
            env=os.environ | self.environment,
            start_new_session=True,
        )

    def starts(self):
        path = self.base / "starts"
        return [line.split() for line in path.read_text().splitlines()] if path.exists() else []

    def until(self, *names, seconds=90):
        deadline = time.monotonic() + seconds
        while [name for name, _ in self.starts()] != list(names):
            assert time.monotonic() < deadline, self.starts()
            time.sleep(0.02)

    def until_settled(self, result, seconds=90):
        deadline = time.monotonic() + seconds
        while (outcome := memory.load(self.base).outcome) is None or outcome.result != result:
            assert time.monotonic() < deadline, memory.load(self.base)
            time.sleep(0.02)
        return outcome

    def ask(self):
        """As the program does it: the request, and then an orderly end."""
        memory.write_document(self.base / memory.REQUEST, {"id": "order", "name": NEW})
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        (child,) = children.read_text().split()
        os.kill(int(child), signal.SIGTERM)

    def kill(self):
        """The power is off: the launcher and whatever it started."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def running(tmp_path):
    made = []

    def make(*arguments, **options):
        made.append(Running(tmp_path, *arguments, **options))
        made[0].until("old")
        return made[0]

    yield make
    for one in made:
        if one.process.poll() is None:
            one.process.terminate()
            assert one.process.wait(90) == 0


def test_a_good_program_stays(running):
    box = running("good")
    box.ask()
    box.until_settled("confirmed")
    box.until("old", "new")
    assert memory.load(box.base).active == NEW
    box.process.terminate()
    assert box.process.wait(90) == 0
    box.start()
    box.until("old", "new", "new")


@pytest.mark.parametrize(
    ("behaviour", "reason", "starts"),
    [
        ("crashes", "crashed", MAX_ATTEMPTS),
        ("is killed", "crashed", MAX_ATTEMPTS),
        ("idle", "no_link", 1),
        ("lies", "no_link", 1),
        ("is deaf", "device_failed", 1),
    ],
)
def test_a_bad_program_goes_by_itself(running, behaviour, reason, starts):
    # What gives no verdict is waited for; what gives one may take its time on a busy machine.
    box = running(behaviour, confirm_seconds=2.0 if reason == "no_link" else 60.0)
    box.ask()
    outcome = box.until_settled("rolled_back")
    assert outcome.reason == reason
    box.until("old", *["new"] * starts, "old")
    assert memory.load(box.base).active == ""


def test_a_program_that_hangs_is_killed(running):
    box = running("hangs", confirm_seconds=0.5)
    box.ask()
    assert box.until_settled("rolled_back", seconds=90).reason == "no_link"
    box.until("old", "new", "old")


def test_a_program_that_asks_and_does_not_give_way_is_ended(running):
    box = running("good", old="hangs")
    box.ask()
    box.until_settled("confirmed")
    box.until("old", "new")


def test_the_power_is_cut_during_the_trial(running):
    box = running("idle", confirm_seconds=60)
    box.ask()
    box.until("old", "new")
    for times in range(2, MAX_ATTEMPTS + 1):
        box.kill()
        box.start()
        box.until("old", *["new"] * times)
    box.kill()
    box.start()
    box.until("old", *["new"] * MAX_ATTEMPTS, "old")
    assert memory.load(box.base).outcome.reason == "interrupted"


def test_files_that_rot_lead_back(running):
    box = running("good")
    box.ask()
    box.until_settled("confirmed")
    box.process.terminate()
    box.process.wait(90)
    (memory.folder_of(box.base, NEW) / "speaker_agent" / "cli.py").unlink()
    box.start()
    box.until("old", "new", "old")

"""The amplifier is on before the first sample and off after the last; a feed for old networks."""

import os
import stat
import subprocess
import sys
import time

import numpy as np
import pytest
from speaker_agent.cli import main
from speaker_agent.hardware import gpio
from speaker_agent.hardware.amplifier import Amplifier, FileAmplifier, check, open_amplifier
from speaker_agent.outputs import open_output
from speaker_agent.outputs.amplified import HOLD_SECONDS, AmplifiedOutput
from speaker_agent.outputs.null import NullOutput
from speaker_agent.playing.playback import Playback, Tone
from speaker_agent.playing.player import Player
from speaker_agent.timing import Clock, Sources

RATE = 16_000


class Switch(Amplifier):
    def __init__(self, time_of):
        self.time_of = time_of
        self.thrown = []

    def switch(self, is_on):
        self.thrown.append((self.time_of(), is_on))


@pytest.fixture
def counter():
    return [1000.0]


@pytest.fixture
def clock(counter):
    return Clock(Sources(wall=lambda: 1.8e9, monotonic=lambda: counter[0], boot_id="x"))


@pytest.fixture
def switch(counter):
    return Switch(lambda: counter[0])


@pytest.fixture
def output(clock, switch):
    return AmplifiedOutput(NullOutput(clock, rate=RATE), switch)


def run(player, counter, seconds):
    for _step in range(round(seconds / 0.1)):
        if player.is_active:
            player.pump(counter[0])
        player.tick(counter[0])
        counter[0] += 0.1


def test_on_before_the_first_sample_and_off_after_the_last(output, clock, counter, switch):
    player = Player(output, clock)
    playback = Playback("k", Tone(RATE, seconds=2), start_at=counter[0] + 3)
    player.arm(playback)
    run(player, counter, 30)
    (on_at, on), (off_at, off) = switch.thrown
    assert (on, off) == (True, False)
    assert playback.first_heard_at - on_at == pytest.approx(3, abs=0.2)
    assert HOLD_SECONDS <= off_at - playback.last_heard_at < HOLD_SECONDS + 0.5


def test_items_close_together_do_not_make_it_click(output, clock, counter, switch):
    player = Player(output, clock)
    for _item in range(3):
        player.arm(Playback("k", Tone(RATE, seconds=1), start_at=counter[0] + 2))
        run(player, counter, 6)
    run(player, counter, 20)
    assert [is_on for _, is_on in switch.thrown] == [True, False]


def test_a_silent_test_leaves_it_off_and_sound_after_it_switches_it_on(output, counter, switch):
    output.stays_off = True
    output.start()
    output.write(np.zeros(100, np.int16))
    assert switch.thrown == []
    output.write(np.ones(100, np.int16))
    assert [is_on for _, is_on in switch.thrown] == [True]


def test_a_switch_that_fails_silences_nothing(clock, counter):
    class Broken(Amplifier):
        def switch(self, is_on):
            raise OSError("relay is gone")

    output = AmplifiedOutput(NullOutput(clock, rate=RATE), Broken())
    player = Player(output, clock)
    player.arm(Playback("k", Tone(RATE, seconds=1), start_at=counter[0] + 1))
    run(player, counter, 20)
    assert output.level_dbfs is not None
    assert output.played >= RATE
    output.leave()


def test_it_is_off_when_the_program_ends(tmp_path, clock):
    line = tmp_path / "value"
    line.write_text("1\n")
    output = open_output("null", folder=tmp_path, clock=clock, amplifier=f"file:{line}")
    assert line.read_text() == "0\n"
    output.start()
    assert line.read_text() == "1\n"
    output.leave()
    assert line.read_text() == "0\n"


def test_a_program_throws_the_switch(tmp_path):
    program = tmp_path / "relay"
    program.write_text(f"#!/bin/sh\necho $1 >> {tmp_path}/said\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    amplifier = open_amplifier(f"command:{program}")
    amplifier.switch(True)
    amplifier._running.wait(5)
    amplifier.close()
    assert (tmp_path / "said").read_text() == "on\noff\n"


def test_a_program_that_hangs_does_not_hold_up_the_sound(tmp_path):
    program = tmp_path / "relay"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    amplifier = open_amplifier(f"command:{program}")
    began = time.monotonic()
    for _time in range(5):
        amplifier.switch(True)
    assert time.monotonic() - began < 2
    amplifier._running.kill()


@pytest.mark.parametrize(
    "text",
    [
        "gpio",
        "gpio:0:1",
        "gpio:/dev/gpiochip0",
        "gpio:/dev/x:²",
        "gpio:/dev/x:1:up",
        "file:",
        "file:relative",
        "command:",
        "relay",
        "none:1",
    ],
)
def test_what_is_no_switch_is_refused(text, capsys, tmp_path):
    with pytest.raises(ValueError, match="not an amplifier"):
        check(text)
    assert main(["run", "--state", str(tmp_path), "--amplifier", text]) == 2
    assert "gpio:/dev/gpiochip0:17" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(FileNotFoundError):
        FileAmplifier(tmp_path / "nothing")
    assert list(tmp_path.iterdir()) == []


def test_the_gpio_structures_are_the_kernel_s(tmp_path):
    """Compared with what the compiler makes of <linux/gpio.h>, where there is one."""
    source = tmp_path / "sizes.c"
    source.write_text(
        "#include <linux/gpio.h>\n#include <stdio.h>\n#include <stddef.h>\n#include <sys/ioctl.h>\n"
        'int main(){printf("%zu %zu %lu %lu %zu %zu %d %d",sizeof(struct gpio_v2_line_request),'
        "sizeof(struct gpio_v2_line_values),(unsigned long)GPIO_V2_GET_LINE_IOCTL,"
        "(unsigned long)GPIO_V2_LINE_SET_VALUES_IOCTL,offsetof(struct gpio_v2_line_request,config),"
        "offsetof(struct gpio_v2_line_request,fd),(int)GPIO_V2_LINE_FLAG_OUTPUT,"
        "(int)GPIO_V2_LINE_FLAG_ACTIVE_LOW);}"
    )
    try:
        subprocess.run(
            ["cc", str(source), "-o", str(tmp_path / "sizes")], check=True, capture_output=True
        )
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("needs a C compiler and the kernel's headers")
    sizes = subprocess.run([str(tmp_path / "sizes")], check=True, capture_output=True).stdout
    request, values, get, put, config, fd, out, low = map(int, sizes.split())
    assert (gpio._REQUEST.size, gpio._VALUES.size) == (request, values)
    assert (get, put) == (gpio.GET_LINE, gpio.SET_VALUES)
    assert (out, low) == (gpio.FLAG_OUTPUT, gpio.FLAG_ACTIVE_LOW)
    packed = gpio._REQUEST.pack(
        *(7, *[0] * 63), b"c", *(0xAB, 0, *[0] * 5, b""), *(1, 0, *[0] * 5, 9)
    )
    assert packed[config] == 0xAB
    assert packed[fd] == 9


def test_devices_are_listed_or_the_library_is_named(capsys):
    code = main(["devices"])
    said = capsys.readouterr()
    assert (code == 0 and said.out) or (code == 1 and "libasound2" in said.err)


def test_what_the_service_s_file_says_is_taken(tmp_path):
    environment = os.environ | {"SPEAKER_AGENT_AMPLIFIER": "nonsense"}
    done = subprocess.run(
        [sys.executable, "-m", "speaker_agent", "run", "--state", str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "nonsense" in done.stderr

"""The amplifier's switch: on before sound, off after it, so that a village hears no hum all day."""

import logging
import re
import subprocess
from abc import ABC, abstractmethod
from pathlib import Path

from speaker_agent.hardware.gpio import GpioLine

log = logging.getLogger(__name__)

COMMAND_SECONDS = 5.0
_FORM = re.compile(r"gpio:/[^:]+:[0-9]{1,4}(:(low|high))?|(file|command):/.+", re.ASCII)
FORMS = "gpio:/dev/gpiochip0:17[:low], file:/path, command:/path/to/program"


class Amplifier(ABC):
    """A switch. Called from the thread that feeds the sound: it must not wait."""

    @abstractmethod
    def switch(self, is_on: bool) -> None:
        """Raises `OSError`."""

    def close(self) -> None:
        """The program ends: off, whatever happens."""
        self.switch(False)


class GpioAmplifier(Amplifier):
    """A relay on a line of a GPIO chip."""

    def __init__(self, chip: str, offset: int, *, is_active_low: bool) -> None:
        self._line = GpioLine(chip, offset, is_active_low=is_active_low)

    def switch(self, is_on: bool) -> None:
        self._line.set(is_on)

    def close(self) -> None:
        super().close()
        self._line.close()


class FileAmplifier(Amplifier):
    """A file that takes 1 and 0: a line of the old sysfs interface, an LED, another program's."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.switch(False)

    def switch(self, is_on: bool) -> None:
        # Never made here: a wrong path must be an error and not a new file.
        with self._path.open("r+") as file:
            file.write("1\n" if is_on else "0\n")


class CommandAmplifier(Amplifier):
    """A program that is called with `on` or `off`: a network relay, a serial amplifier."""

    def __init__(self, program: Path) -> None:
        if not program.is_file():
            raise FileNotFoundError(f"no such program: {program}")
        self._program = program
        self._running: subprocess.Popen[bytes] | None = None

    def switch(self, is_on: bool) -> None:
        if self._running is not None and self._running.poll() is None:
            # The one before has hung: what is wanted now counts.
            self._running.kill()
        self._running = subprocess.Popen(  # noqa: S603 - the program that the box's owner named
            [str(self._program), "on" if is_on else "off"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def close(self) -> None:
        super().close()
        if self._running is not None:
            try:
                self._running.wait(COMMAND_SECONDS)
            except subprocess.TimeoutExpired:
                self._running.kill()


def open_amplifier(text: str) -> Amplifier | None:
    """The switch named on the command line; None for `none`. Raises ValueError and OSError."""
    kind, _, rest = text.partition(":")
    check(text)
    if kind == "gpio":
        chip, number, level = (*rest.split(":"), "high")[:3]
        return GpioAmplifier(chip, int(number), is_active_low=level == "low")
    if kind == "file":
        return FileAmplifier(Path(rest))
    return CommandAmplifier(Path(rest)) if kind == "command" else None


def check(text: str) -> None:
    """Is this the name of a switch? Raises ValueError."""
    if text not in ("", "none") and _FORM.fullmatch(text) is None:
        raise ValueError(f"not an amplifier: {text!r}; say {FORMS}")

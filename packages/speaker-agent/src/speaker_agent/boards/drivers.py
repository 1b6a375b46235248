"""What shows the words. Another maker's protocol is one more class here.

Every driver is called from a thread of its own and may wait; it raises OSError when the board did
not take the words. `show("")` clears the board.
"""

import contextlib
import os
import re
import select
import socket
import termios
import time
from abc import ABC, abstractmethod
from pathlib import Path

from .wording import ENCODINGS, LINE_ENDS, BoardSettings, encode

# A board that takes nothing for this long has failed.
PATIENCE_SECONDS = 5.0
_FORM = re.compile(
    r"console|file:/.+|tcp:[0-9A-Za-z._-]+:[0-9]{1,5}|tcp:\[[0-9A-Fa-f:.]+\]:[0-9]{1,5}"
    r"|serial:/[^:]+(:[0-9]{3,7})?",
    re.ASCII,
)
FORMS = "none, console, file:/path, tcp:host:port, serial:/dev/ttyUSB0[:9600]"
_SPEEDS = {
    int(name[1:]): getattr(termios, name)
    for name in dir(termios)
    if re.fullmatch(r"B[1-9][0-9]{2,}", name)
}


class BoardDriver(ABC):
    """One board."""

    name: str

    @abstractmethod
    def show(self, text: str) -> None:
        """Put these words on the board in place of what stands there. Raises OSError."""

    def close(self) -> None:
        """The program ends: nothing may stand there that nobody takes down any more."""
        with contextlib.suppress(OSError):
            self.show("")


class ConsoleBoard(BoardDriver):
    """Prints what would stand there: for trying out."""

    name = "console"

    def show(self, text: str) -> None:
        print(f"[{text}]", flush=True)  # noqa: T201 - this is the board


class FileBoard(BoardDriver):
    """A file that holds what stands there: for trying out, and for another program's display."""

    name = "file"

    def __init__(self, path: Path) -> None:
        self._path = path

    def show(self, text: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_name(self._path.name + ".part")
        temporary.write_text(text + "\n", encoding="utf-8")
        temporary.replace(self._path)


class TcpBoard(BoardDriver):
    """A controller that takes a line of text per message over TCP."""

    name = "tcp"

    def __init__(self, address: tuple[str, int], settings: BoardSettings) -> None:
        self._address = address
        self._settings = settings
        self._socket: socket.socket | None = None

    def show(self, text: str) -> None:
        line = _line(text, self._settings)
        if self._socket is not None and not self._is_open(self._socket):
            self._hang_up()
        try:
            if self._socket is None:
                self._socket = socket.create_connection(self._address, PATIENCE_SECONDS)
            self._socket.sendall(line)
        except OSError:
            self._hang_up()
            raise

    @staticmethod
    def _is_open(connection: socket.socket) -> bool:
        # A controller that was switched off says so only to who listens; what it says otherwise
        # is of no interest.
        try:
            while connection.recv(4096, socket.MSG_DONTWAIT):
                pass
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def _hang_up(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def close(self) -> None:
        super().close()
        self._hang_up()


class SerialBoard(BoardDriver):
    """A controller that takes a line of text per message over a serial port: 8N1, no handshake."""

    name = "serial"

    def __init__(self, path: str, speed: int, settings: BoardSettings) -> None:
        self._path = path
        self._speed = _SPEEDS[speed]
        self._settings = settings
        self._port: int | None = None

    def show(self, text: str) -> None:
        line = _line(text, self._settings)
        try:
            if self._port is None:
                self._port = self._open()
            self._write(self._port, line)
        except OSError:
            self._hang_up()
            raise

    def _open(self) -> int:
        # Not blocking: a modem line that nobody holds up must not hang us.
        port = os.open(self._path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            control = [b"\x00"] * len(termios.tcgetattr(port)[6])
            flags = termios.CS8 | termios.CREAD | termios.CLOCAL
            raw = [0, 0, flags, 0, self._speed, self._speed, control]
            termios.tcsetattr(port, termios.TCSANOW, raw)
        except termios.error as error:
            os.close(port)
            raise OSError(f"{self._path}: {error}") from error
        return port

    @staticmethod
    def _write(port: int, line: bytes) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while line:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([], [port], [], left)[1]:
                raise TimeoutError("the port takes nothing")
            line = line[os.write(port, line) :]

    def _hang_up(self) -> None:
        if self._port is not None:
            os.close(self._port)
            self._port = None

    def close(self) -> None:
        super().close()
        self._hang_up()


def _line(text: str, settings: BoardSettings) -> bytes:
    return encode(text, settings.encoding) + LINE_ENDS[settings.line_end]


def check(settings: BoardSettings) -> None:
    """Can there be such a board? Raises ValueError with what can."""
    driver = settings.driver
    if driver in ("", "none"):
        return
    if _FORM.fullmatch(driver) is None:
        raise ValueError(f"not a board: {driver!r}; say {FORMS}")
    if settings.encoding not in ENCODINGS:
        raise ValueError(f"not an encoding: {settings.encoding!r}; say {', '.join(ENCODINGS)}")
    if settings.line_end not in LINE_ENDS:
        raise ValueError(f"not an end of line: {settings.line_end!r}; say {', '.join(LINE_ENDS)}")
    if settings.columns < 0 or settings.seconds <= 0:
        raise ValueError("a board's columns are 0 or more, its seconds above 0")
    if driver.startswith("serial:") and _serial(driver)[1] not in _SPEEDS:
        raise ValueError(f"not a speed of a serial port: {_serial(driver)[1]}")


def _serial(driver: str) -> tuple[str, int]:
    path, _, speed = driver.removeprefix("serial:").partition(":")
    return path, int(speed or 9600)


def open_board(settings: BoardSettings) -> BoardDriver | None:
    """The board named on the command line; None for `none`. Raises ValueError."""
    check(settings)
    kind, _, rest = settings.driver.partition(":")
    if kind == "console":
        return ConsoleBoard()
    if kind == "file":
        return FileBoard(Path(rest))
    if kind == "tcp":
        host, _, port = rest.rpartition(":")
        return TcpBoard((host.strip("[]"), int(port)), settings)
    return SerialBoard(*_serial(settings.driver), settings) if kind == "serial" else None

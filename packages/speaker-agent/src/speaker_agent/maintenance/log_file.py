"""What the program writes down, kept on the box for whoever asks from afar."""

import contextlib
import logging
from collections import deque
from collections.abc import Iterator, Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
# Two files of this size: days of an uneventful box, and little wear for a memory card.
FILE_BYTES = 512 * 1024
LINE_LENGTH = 1000
# A message carries 256 KiB as text; base64 and quoting take their share.
PART_BYTES = 60_000


@contextlib.contextmanager
def keeping_log(folder: Path) -> Iterator[Path | None]:
    """Write what this program says into a folder meanwhile; None where the disk refuses."""
    path = folder / "agent.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=FILE_BYTES, backupCount=1, encoding="utf-8")
    except OSError as failure:
        logging.getLogger(__name__).warning("no log is kept: %s", failure)
        yield None
        return
    handler.setFormatter(logging.Formatter(FORMAT))
    handler.setLevel(logging.INFO)
    logger = logging.getLogger("speaker_agent")
    logger.addHandler(handler)
    if logger.getEffectiveLevel() > logging.INFO:
        logger.setLevel(logging.INFO)
        # The screen goes on saying only what it was asked to say.
        for shown in logging.getLogger().handlers:
            shown.setLevel(max(shown.level, logging.WARNING))
    try:
        yield path
    finally:
        logger.removeHandler(handler)
        handler.close()


def last_lines(path: Path | None, count: int) -> list[str]:
    """The newest lines, oldest of them first, fit for the wire."""
    if path is None:
        return []
    found: deque[str] = deque(maxlen=count)
    for one in (path.with_name(path.name + ".1"), path):
        try:
            with one.open(encoding="utf-8", errors="replace") as file:
                found.extend(file)
        except OSError:
            continue
    return [_fit(line) for line in found]


def _fit(line: str) -> str:
    """No control characters, and not longer than the wire allows."""
    text = line.rstrip("\n").expandtabs(4)
    return "".join(c if c >= " " and c != "\x7f" else "?" for c in text)[:LINE_LENGTH]


def parts(lines: Sequence[str]) -> Iterator[list[str]]:
    """The lines in portions that fit into a message; one empty portion where there are none."""
    part: list[str] = []
    size = 0
    for line in lines:
        length = len(line.encode()) + 4
        if part and size + length > PART_BYTES:
            yield part
            part, size = [], 0
        part.append(line)
        size += length
    yield part

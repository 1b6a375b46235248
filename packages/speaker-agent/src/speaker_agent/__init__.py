"""The program on a loudspeaker box: fetches, verifies, plays at the instant, proves it."""

from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

VERSION = version("speaker-agent")
# Written by the builder beside this file: seconds since 1970.
MADE_AT = Path(__file__).with_name("made-at")
# Where it was not built: this page's own protocol is not older.
FIRST_MADE_AT = datetime(2026, 10, 1, tzinfo=UTC)


@cache
def made_at() -> datetime:
    """An instant that has surely passed, whatever any clock says: this program exists."""
    try:
        return max(FIRST_MADE_AT, datetime.fromtimestamp(int(MADE_AT.read_text()), UTC))
    except (OSError, ValueError):
        return FIRST_MADE_AT

"""What the worker runs for this app."""

from typing import Any

from tiengmo.outbox.registry import every

from .actions import erase_ended, follow_dates


@every("directory.follow_dates", seconds=3600)
def follow(_payload: dict[str, Any]) -> None:
    """Terms begin and end at midnight, without anybody's click."""
    follow_dates()
    erase_ended()

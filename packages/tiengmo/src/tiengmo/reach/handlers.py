"""What the worker runs for this app."""

from __future__ import annotations

from typing import Any

from tiengmo.outbox.registry import every

from .over_time.tallies import recount


@every("reach.recount", seconds=15)
def reach_recount(_payload: dict[str, Any]) -> None:
    recount(seconds=10.0)

"""What a box's self-test found, put where the round that asked looks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiengmo.speakers.models import TestAnswer

if TYPE_CHECKING:
    from datetime import datetime

    from tiengmo.speakers.models import Box


def take_answer(
    command_id: str, *, box: Box, is_good: bool, findings: list[str], at: datetime
) -> None:
    """Note the answer to a round's self-test; the first one counts, others change nothing."""
    TestAnswer.objects.filter(command_id=command_id, box=box, answered_at=None).update(
        answered_at=at, is_good=is_good, findings=findings
    )

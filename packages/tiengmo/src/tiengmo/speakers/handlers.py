"""Work of the speakers that runs by itself, again and again."""

from typing import Any

from tiengmo.outbox.registry import every

from .technician.tally import tally
from .technician.test_round import begin_due_rounds
from .updates.step import step_deployments


@every("speakers.tally", seconds=120)
def count_hours_and_days(_payload: dict[str, Any]) -> None:
    tally()


@every("speakers.test_round", seconds=20)
def begin_test_rounds(_payload: dict[str, Any]) -> None:
    begin_due_rounds()


@every("speakers.deployments", seconds=15)
def bring_programs(_payload: dict[str, Any]) -> None:
    step_deployments()

from __future__ import annotations

import os
from pathlib import Path

import pytest
from running_system import System, running_system

# One loudspeaker in each of these many communes.
BOXES = 6


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    """A running demo whose loudspeakers write what would have been heard.

    TIENGMO_ALERTS_HOME names the home of a demo that already runs (with --output wav).
    """
    if at_hand := os.environ.get("TIENGMO_ALERTS_HOME"):
        environment = dict(os.environ)
        for line in (Path(at_hand) / "ports").read_text().splitlines():
            name, _, value = line.partition("=")
            environment[name] = value
        yield System(Path(at_hand), environment | {"TIENGMO_HOME": at_hand})
        return
    with running_system(tmp_path_factory.mktemp("alerts"), boxes=BOXES, output="wav") as system:
        yield system

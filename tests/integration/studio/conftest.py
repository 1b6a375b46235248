from __future__ import annotations

import os
from pathlib import Path

import pytest
from running_system import System, running_system

BOXES = 4


@pytest.fixture(scope="package")
def system(tmp_path_factory):
    """A demo whose boxes record; TIENGMO_STUDIO_TRY_HOME names one that already runs."""
    if at_hand := os.environ.get("TIENGMO_STUDIO_TRY_HOME"):
        yield System(Path(at_hand), {**os.environ, "TIENGMO_HOME": at_hand})
        return
    with running_system(tmp_path_factory.mktemp("studio"), boxes=BOXES, output="wav") as system:
        yield system

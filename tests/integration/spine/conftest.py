from __future__ import annotations

import pytest
from running_system import running_system

BOXES = 4


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    """A running demo with four loudspeakers that write what would have been heard."""
    with running_system(tmp_path_factory.mktemp("demo"), boxes=BOXES, output="wav") as system:
        yield system

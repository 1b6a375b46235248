"""Shared by every test of the workspace."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "tests"))


@pytest.fixture(autouse=True)
def _own_sound_store(settings, tmp_path):
    """Sound files of a test stay in that test's own folder."""
    settings.SOUND_ROOT = tmp_path / "sound"

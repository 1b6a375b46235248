import pytest
from django.test import override_settings


@pytest.fixture(autouse=True)
def store(tmp_path):
    """A store of sounds of its own for every test."""
    with override_settings(SOUND_ROOT=tmp_path / "store"):
        yield tmp_path / "store"

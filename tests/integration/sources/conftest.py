import pytest


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.KEYS = tmp_path / "keys"
    settings.KEYS.mkdir()
    settings.STUDIO_ROOT = tmp_path / "studio"

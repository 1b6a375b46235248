"""The demo starts again after whatever was done in it."""

from __future__ import annotations

import pytest
from speaker_agent.state import StateDir

from tiengmo.audit.actors import SYSTEM
from tiengmo.config.demo import locality
from tiengmo.speakers import actions as speakers
from tiengmo.speakers.models import Box

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def demo(tmp_path, monkeypatch):
    """The demo locality with five of its loudspeakers."""
    data = tmp_path / "data"
    data.mkdir()
    for name in ("units.csv", "villages.csv", "geometry.geojson"):
        (data / name).symlink_to(locality.DATA / name)
    rows = (locality.DATA / "boxes.csv").read_text(encoding="utf-8").splitlines()
    (data / "boxes.csv").write_text("\n".join(rows[:6]) + "\n", encoding="utf-8")
    monkeypatch.setattr(locality, "DATA", data)
    folder = tmp_path / "boxes"
    locality.ensure_locality(folder, lambda _text: None)
    return folder


def test_a_retired_box_stays_retired(demo):
    first = min(demo.glob("BX*"))
    serial = StateDir(first).load()[0].serial
    speakers.retire_box(Box.objects.get(serial=serial), by=SYSTEM, reason="hỏng")
    StateDir(first).wipe()
    locality.ensure_locality(demo, lambda _text: None)
    assert Box.objects.count() == 5
    assert first not in locality.boxes_to_run(demo)
    assert len(locality.boxes_to_run(demo)) == 4


def test_a_box_that_a_killed_run_left_half_made_enrols_again(demo):
    first = min(demo.glob("BX*"))
    before = StateDir(first).load()[0].serial
    StateDir(first).wipe()
    locality.ensure_locality(demo, lambda _text: None)
    assert Box.objects.count() == 5
    assert StateDir(first).load()[0].serial != before


def test_a_box_that_an_operator_added_is_left_alone(demo):
    first = min(demo.glob("BX*"))
    added = Box.objects.get(serial=StateDir(first).load()[0].serial)
    Box.objects.filter(pk=added.pk).update(name="Loa nhà văn hóa")
    StateDir(first).wipe()
    locality.ensure_locality(demo, lambda _text: None)
    assert Box.objects.filter(pk=added.pk).exists()
    assert Box.objects.count() == 6

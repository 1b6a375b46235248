"""The demo's own bulletins go the way of every other: written, cleared by somebody else, released."""

from __future__ import annotations

import pytest

from tiengmo.audit.actors import SYSTEM
from tiengmo.config.demo import bulletins, locality
from tiengmo.newsroom.models import Bulletin
from tiengmo.outbox.actions import sweep
from tiengmo.places.actions import load_locality
from tiengmo.portal.models import Page
from tiengmo.releases.models import Release

pytestmark = pytest.mark.django_db
WAITING = ("sound.render", "release.due", "channel.deliver")


@pytest.fixture
def people(settings):
    settings.IS_DEMO = True
    data = locality.DATA
    load_locality(data / "units.csv", data / "villages.csv", data / "geometry.geojson", by=SYSTEM)
    locality.ensure_people()


def run_what_waits():
    while sweep(WAITING):
        pass


def test_a_portal_with_bulletins_of_several_kinds_and_units(people, monkeypatch):
    # What the worker does meanwhile.
    monkeypatch.setattr(bulletins.time, "sleep", lambda _seconds: run_what_waits())
    text = (bulletins.TEXTS / "ret-dam.txt").read_text(encoding="utf-8")
    on_air = bulletins.release_own(text, look=lambda: None)
    run_what_waits()
    assert on_air.channels == ["portal", "loudspeakers", "screens"]
    # Each one also on screens, where its headline is short enough for them; a commune's in print.
    others = list(Release.objects.exclude(pk=on_air.pk).values_list("channels", flat=True))
    assert len(others) == len(bulletins.ON_PORTAL)
    assert all(
        channels[0] == "portal"
        and set(channels) <= {"portal", "screens", "print", "press", "facebook", "zalo", "partners"}
        for channels in others
    )
    assert ["portal", "screens", "press", "partners"] in others
    assert any("print" in channels for channels in others)
    pages = Page.objects.filter(is_current=True)
    assert pages.count() == len(bulletins.ON_PORTAL) + 1
    assert {page.unit_name for page in pages} == {"Huyện Bát Xát", "Xã Y Tý"}
    assert {page.priority for page in pages} == {"routine", "priority"}
    assert all(page.mp3_sha256 for page in pages)
    for release in Release.objects.all():
        assert release.author_name != release.cleared_by_name
    # A second start of the demo writes nothing.
    assert bulletins.release_own(text, look=lambda: None) is None
    assert Bulletin.objects.count() == len(bulletins.ON_PORTAL) + 1


def test_a_start_that_was_cut_short_goes_on_the_next_time(people, monkeypatch):
    monkeypatch.setattr(bulletins.time, "sleep", lambda _seconds: run_what_waits())
    monkeypatch.setattr(bulletins, "ON_PORTAL", bulletins.ON_PORTAL[:1])
    text = (bulletins.TEXTS / "ret-dam.txt").read_text(encoding="utf-8")
    bulletins.release_own(text, look=lambda: None)
    monkeypatch.undo()
    monkeypatch.setattr(bulletins.time, "sleep", lambda _seconds: run_what_waits())
    monkeypatch.setattr(bulletins, "ON_PORTAL", bulletins.ON_PORTAL[:2])
    assert bulletins.release_own(text, look=lambda: None) is None
    assert Release.objects.count() == 3


def test_one_is_corrected_so_that_its_history_shows(people, monkeypatch, client):
    monkeypatch.setattr(bulletins.time, "sleep", lambda _seconds: run_what_waits())
    text = (bulletins.TEXTS / "ret-dam.txt").read_text(encoding="utf-8")
    bulletins.release_own(text, look=lambda: None)
    run_what_waits()
    corrected = bulletins.correct_own(look=lambda: None)
    run_what_waits()
    assert bulletins.correct_own(look=lambda: None) is None
    page = Page.objects.get(release=corrected)
    assert page.is_current
    assert "<del>bốn</del> <ins>ba</ins>" in page.changes
    assert Page.objects.get(release__title=text.partition("\n")[0]).picture["sources"]

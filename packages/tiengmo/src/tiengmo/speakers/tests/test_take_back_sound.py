"""A sound that was taken back is held back from boxes, unless something signed still names it."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace

import httpx
import pytest
from django.utils import timezone

from tiengmo.audit.actors import SYSTEM
from tiengmo.foundation import blobs
from tiengmo.releases.models import Release
from tiengmo.releases.tests.factories import ReleaseFactory, RenditionFactory
from tiengmo.speakers.actions import publish_schedule, revoke_station_key
from tiengmo.speakers.gateway import database, http
from tiengmo.speakers.tests.programs import archive
from tiengmo.speakers.updates import release_artifact

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def fetch(monkeypatch):
    lanes = []

    class Lane(database.Lane):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            lanes.append(self)

    monkeypatch.setattr(http, "Lane", Lane)
    application = http.application(accounts=None, is_connected=lambda: True)

    async def get(sha256, headers, kind):
        wire = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=wire, base_url="http://gateway") as box:
            return await box.get(f"/speaker/1/{kind}/{sha256}", headers=headers)

    yield lambda sha256, kind="sound", **headers: asyncio.run(get(sha256, headers, kind))
    for lane in lanes:
        lane.close()
        lane._pool.shutdown()  # its connection is closed before the database goes


@pytest.fixture
def sha256():
    return blobs.put(b"OggS of a bulletin", ".opus")


def an_item(village, sha256, *, start):
    return SimpleNamespace(
        id="item-1",
        title="Bản tin",
        areas=[village.unit.code],
        editions=[{"language": "vi", "sha256": sha256, "bytes": 18, "duration_ms": 1000}],
        priority="routine",
        start_at=start,
        start_before_at=start + timedelta(hours=1),
    )


def withdrawn(sha256):
    return RenditionFactory(
        release=ReleaseFactory(status=Release.Status.WITHDRAWN), opus_sha256=sha256
    )


def test_a_box_fetches_what_is_to_be_played(fetch, sha256):
    response = fetch(sha256)
    assert response.status_code == 200
    assert response.content == b"OggS of a bulletin"
    assert "immutable" not in response.headers["cache-control"]
    assert fetch(sha256, **{"if-none-match": f'"{sha256}"'}).status_code == 304


def test_a_withdrawn_sound_is_gone_also_for_who_has_a_copy(fetch, sha256):
    withdrawn(sha256)
    assert fetch(sha256).status_code == 410
    assert fetch(sha256, **{"if-none-match": f'"{sha256}"'}).status_code == 410


def test_a_sound_that_another_release_has_stays(fetch, sha256):
    withdrawn(sha256)
    RenditionFactory(release=ReleaseFactory(released=True), opus_sha256=sha256)
    assert fetch(sha256).status_code == 200


def test_what_stands_signed_on_the_broker_is_served(fetch, sha256, village):
    withdrawn(sha256)
    publish_schedule(village.unit, [an_item(village, sha256, start=timezone.now())])
    assert fetch(sha256).status_code == 200
    publish_schedule(village.unit, [])
    assert fetch(sha256).status_code == 410


def test_an_item_whose_time_is_over_keeps_no_sound(fetch, sha256, village):
    withdrawn(sha256)
    start = timezone.now() - timedelta(hours=2)
    publish_schedule(village.unit, [an_item(village, sha256, start=start)])
    assert fetch(sha256).status_code == 410


def test_a_program_is_answered_until_it_is_taken_back(village, fetch, settings, tmp_path):
    settings.SOUND_ROOT = tmp_path / "sound"
    made = release_artifact(archive(tmp_path), by=SYSTEM)
    content = blobs.path(made.sha256, ".txz").read_bytes()
    assert fetch(made.sha256, "update").content == content
    rest = fetch(made.sha256, "update", range="bytes=100-")
    assert (rest.status_code, rest.content) == (206, content[100:])
    other = blobs.put(b"never released", ".txz")
    assert fetch(other, "update").status_code == 404
    assert fetch("../x", "update").status_code == 404
    revoke_station_key(made.key, by=SYSTEM, reason="hỏng")
    assert fetch(made.sha256, "update").status_code == 410

"""Readers come through nginx: what changes shows within seconds, and nothing is lost with us."""

import time

import pytest

# Sooner than a copy becomes too old by itself, on a machine with other work too.
AT_ONCE_SECONDS = 25
pytestmark = [pytest.mark.integration, pytest.mark.xdist_group("demos")]

PUBLISH = """
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.releases.tests.factories import ReleaseFactory, RenditionFactory, DeliveryFactory
from tiengmo.releases.actions import move_delivery
from tiengmo.releases.models import DeliveryStatus, Release
from tiengmo.places.models import Unit
unit = Unit.objects.filter(code="90001").first()
if unit is None:
    unit = UnitFactory(code="90001", name="Xã Thử")
    VillageFactory(unit=unit)
old = Release.objects.filter(slug="{replaces}").first()
release = ReleaseFactory(
    unit=unit, slug="{slug}", title="{title}", channels=["portal"], released=True, replaces=old,
    source_id=old.source_id if old else "{slug}", source_version="{slug}",
)
RenditionFactory(release=release, opus_sha256="", mp3_sha256="", sound_duration_ms=None)
delivery = DeliveryFactory(release=release, channel="portal", target=release.slug, village=None)
move_delivery(delivery, DeliveryStatus.SENDING)
move_delivery(delivery, DeliveryStatus.DELIVERED)
"""
WITHDRAW = """
from tiengmo.releases.actions import withdraw_release
from tiengmo.releases.models import Release
from tiengmo.people.models import User
from tiengmo.people.tests.factories import UserFactory
by = User.objects.first() or UserFactory()
withdraw_release(Release.objects.get(slug="{slug}"), by=by, reason="Sai ngày họp")
"""
LISTS = ("/", "/tin/", "/rss.xml", "/xa/90001/", "/sitemap.xml")
A_COPY_IS_GOOD_FOR = 31


def publish(town, slug, title, *, replaces=""):
    town.act(PUBLISH.format(slug=slug, title=title, replaces=replaces))


@pytest.fixture(scope="module")
def published(town):
    for number in (1, 2, 3, 4):
        publish(town, f"tin-{number}", f"Bản tin số {number}")
    town.wait_for("/", text="Bản tin số 4")


@pytest.fixture
def read(town, published):
    """Four bulletins, and readers who have just opened every page, whatever was tried before."""
    pages = [*LISTS, *(f"/tin/tin-{number}/" for number in (1, 2, 3, 4)), "/khong-co/"]
    for path in pages:
        town.get(path)
    return pages


def test_a_second_reader_gets_the_copy(town, read):
    for path in (*LISTS, "/tin/tin-1/"):
        answer = town.get(path)
        assert (answer.status_code, answer.headers["X-Cache"]) == (200, "HIT"), path
    assert town.get("/tin/tin-1/?fbclid=abc").headers["X-Cache"] == "HIT"


def test_a_form_is_nobodys_copy(town, read):
    assert town.get("/theo-doi/").headers["Cache-Control"] == "no-store"
    first, second = (town.get("/theo-doi/").text for _ in range(2))
    assert first != second


def test_a_correction_shows_within_seconds(town, read):
    publish(town, "tin-2-moi", "Bản tin số 2 đã sửa", replaces="tin-2")
    assert town.wait_for("/", text="Bản tin số 2 đã sửa") < AT_ONCE_SECONDS
    assert town.wait_for("/tin/tin-2/", status=301) < AT_ONCE_SECONDS
    assert "Bản tin số 2 đã sửa" in town.get("/tin/tin-2-moi/").text


def test_a_withdrawal_shows_within_seconds(town, read):
    town.act(WITHDRAW.format(slug="tin-3"))
    assert town.wait_for("/tin/tin-3/", status=410, text="Sai ngày họp") < AT_ONCE_SECONDS
    time.sleep(1)
    for path in LISTS:
        assert "Bản tin số 3" not in town.get(path).text, path
    assert town.get("/tin/tin-3/?fbclid=abc").status_code == 410


def test_a_strangers_refresh_is_an_ordinary_request(town, read):
    answer = town.get("/tin/tin-1/", **{"X-Tiengmo-Refresh": "x" * 40})
    assert answer.headers["X-Cache"] in {"HIT", "STALE"}  # from the copy, however old: no bypass


def test_a_feed_reader_that_asks_every_second_is_slowed_down(town, read):
    reader = "127.0.0.2"
    answers = [town.get("/xa/90001/rss.xml", source=reader).status_code for _ in range(30)]
    assert answers[0] == 200
    assert answers[-1] == 429
    refused = town.get("/xa/90001/rss.xml", source=reader)
    assert "Xin chậm lại" in refused.text
    assert refused.headers["Retry-After"]
    assert town.get("/tin/", source=reader).status_code == 200
    assert town.get("/xa/90001/rss.xml").status_code == 200


def test_with_the_application_killed_every_page_read_is_still_there(town, read):
    town.act(WITHDRAW.format(slug="tin-4"))
    town.wait_for("/tin/tin-4/", status=410)
    expected = {path: town.get(path) for path in read if path != "/khong-co/"}
    town.kill("web")
    time.sleep(A_COPY_IS_GOOD_FOR)
    for path, before in expected.items():
        answer = town.get(path)
        assert answer.status_code == before.status_code, path
        assert answer.text == before.text, path
    assert town.get("/tin/tin-1/").headers["X-Cache"] == "STALE"
    assert town.get("/tin/tin-4/").status_code == 410
    stylesheet = expected["/"].text.split('rel="stylesheet" href="')[1].split('"')[0]
    assert town.get(stylesheet).status_code == 200
    never_read = town.get("/tin/chua-ai-doc/")
    assert never_read.status_code == 502
    assert "bảo trì" in never_read.text
    town.start_web()
    town.wait_for("/tin/chua-ai-doc/", status=404, seconds=60)

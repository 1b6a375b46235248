"""The panel on the release page: figures, the missed with reasons, live while something moves."""

import pytest
from django.urls import reverse
from django.utils import timezone

from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.reach.map import draw
from tiengmo.reach.queries import reach_of
from tiengmo.releases.models import Delivery, DeliveryStatus, Receipt
from tiengmo.releases.tests.factories import DeliveryFactory, ReleaseFactory

pytestmark = pytest.mark.django_db

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[103.6, 22.5], [103.8, 22.5], [103.8, 22.7], [103.6, 22.7], [103.6, 22.5]]],
}


@pytest.fixture
def release(settings):
    settings.IS_DEMO = True
    top = UnitFactory(top=True, name="Huyện Thử")
    commune = UnitFactory(parent=top, name="Xã A Lù", geometry=SQUARE)
    heard = VillageFactory(unit=commune, name="Thôn Nghe", households=1200, population=5000)
    VillageFactory(unit=commune, name="Thôn <Vắng>", households=50, latitude=22.55)
    made = ReleaseFactory(unit=top, released=True)
    delivery = DeliveryFactory(release=made, village=heard, status=DeliveryStatus.DELIVERED)
    Receipt.objects.create(
        delivery=delivery,
        key="play",
        kind="played",
        at=timezone.now(),
        village=heard,
        language="vi",
        households_lo=900,
        households_hi=1100,
        method="within range of proven sound",
    )
    return made


@pytest.fixture
def approver(release):
    return UserFactory(approver=release.unit, is_demo_account=True)


def get(client, user, release, **query):
    client.force_login(user)
    return client.get(reverse("reach_panel", args=[release.pk]), query)


def test_an_approver_reads_who_was_reached_and_who_was_not(client, approver, release):
    page = get(client, approver, release)
    assert page.status_code == 200, page
    html = page.content.decode()
    assert "900–1.100" in html
    assert "trong 1.250 hộ" in html
    assert "thôn chưa có loa" in html
    assert "cử tổ tuyên vận tới thôn" in html
    assert "Thôn &lt;Vắng&gt;" in html
    assert "<Vắng>" not in html
    assert "hx-get" not in html  # nothing moves any more


def test_it_refreshes_while_a_delivery_moves_and_only_when_something_changed(
    client, approver, release
):
    DeliveryFactory(release=release, village=release.unit.children.get().villages.last())
    html = get(client, approver, release).content.decode()
    assert 'hx-trigger="every 3s"' in html
    seen = html.split("?seen=")[1].split('"')[0]
    assert get(client, approver, release, seen=seen).status_code == 204
    Delivery.objects.filter(status=DeliveryStatus.SENDING).update(
        status=DeliveryStatus.FAILED_PERMANENTLY, reason="refused"
    )
    changed = get(client, approver, release, seen=seen)
    assert changed.status_code == 200
    assert "loa từ chối lệnh" in changed.content.decode()


def test_a_stranger_does_not_see_it(client, release):
    stranger = UserFactory(approver=UnitFactory(top=True), is_demo_account=True)
    assert get(client, stranger, release).status_code in {302, 403}
    client.logout()
    page = client.get(reverse("reach_panel", args=[release.pk]))
    assert page.status_code == 302


def test_it_stands_on_the_newsroom_pages(rf, approver, release):
    from tiengmo.newsroom.panels import AUDIENCE, RELEASE, render_panels

    request = rf.get("/")
    request.user = approver
    shown = render_panels(RELEASE, request, release=release)
    assert "Đã tới những ai" in shown
    asked = render_panels(AUDIENCE, request, audience=release.audience, channels=["loudspeakers"])
    assert "Sẽ tới những ai" in asked
    assert "Chưa có loa" in asked


def test_the_map_draws_every_village_once(release):
    reach = reach_of(release)
    commune = release.unit.children.get()
    drawn = draw(reach.villages, [commune])
    assert sorted(dot.state for dot in drawn.dots) == ["missed", "reached"]
    assert all(0 <= dot.x <= drawn.width and 0 <= dot.y <= drawn.height for dot in drawn.dots)
    ((name, path),) = drawn.outlines
    assert name == "Xã A Lù"
    assert path.startswith("M")


def test_a_broken_outline_or_one_single_village_still_makes_a_map(release):
    reach = reach_of(release)
    broken = UnitFactory(geometry={"type": "Polygon", "coordinates": "x"})
    drawn = draw(reach.villages[:1], [broken])
    assert len(drawn.dots) == 1
    assert drawn.outlines == []
    assert draw([], []) is None


def test_a_release_to_nowhere_says_so(client, approver, release):
    type(release).objects.filter(pk=release.pk).update(audience=["none"])
    assert "không có thôn nào" in get(client, approver, release).content.decode()


def test_a_box_that_is_away_is_awaited_by_name_until_the_window_ends(client, approver, release):
    village = release.unit.children.get().villages.last()
    DeliveryFactory(
        release=release,
        village=village,
        target_name="Cụm loa đầu thôn",
        status=DeliveryStatus.PENDING,
        reason="box_offline",
        was_online=False,
    )
    html = get(client, approver, release).content.decode()
    until = timezone.localtime(release.window_end_at)
    assert f"Còn chờ 1 nơi đang mất kết nối, đến {until:%H:%M %d/%m/%Y}" in html
    assert "Cụm loa đầu thôn" in html
    assert "Đang cập nhật" not in html
    assert 'hx-trigger="every 15s"' in html
    DeliveryFactory(release=release, village=village)
    html = get(client, approver, release).content.decode()
    assert "Đang cập nhật" in html
    assert "Còn chờ 1 nơi" in html


def test_a_release_for_the_portal_alone_misses_nobody(client, approver, release):
    page = ReleaseFactory(unit=release.unit, released=True, channels=["portal"])
    DeliveryFactory(release=page, channel="portal", village=None, status=DeliveryStatus.DELIVERED)
    html = get(client, approver, page).content.decode()
    assert "không tính thôn nào đã tới hay bị sót" in html
    assert "1/1 đã tới" in html
    assert "reach__dot" not in html
    assert "Chưa tới" not in html
    assert "trong 1.250 hộ" not in html

"""A bulletin becomes a notice on the devices that asked, once each; a withdrawal takes its place."""

import json
from datetime import timedelta
from unittest import mock

import httpx
import pytest
import time_machine
from django.utils import timezone

from tiengmo.alerts.actions.release_alert import _channels
from tiengmo.alerts.models import Alert
from tiengmo.channels.actions import carry, deliver, take_back
from tiengmo.channels.health import board
from tiengmo.channels.registry import Forms, Standing, channel
from tiengmo.channels.web_push import actions, rules
from tiengmo.channels.web_push.errors import PushError
from tiengmo.channels.web_push.handlers import forget, settle_delivery
from tiengmo.channels.web_push.models import Browser, Notice, PushService
from tiengmo.channels.web_push.sending import handing_over, running
from tiengmo.channels.web_push.tests.push_service import ORIGIN, PushServer
from tiengmo.channels.web_push.trail import rows_of
from tiengmo.outbox.registry import Later
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.reach.queries import reach_of
from tiengmo.releases.actions import withdraw_release
from tiengmo.releases.models import Delivery, DeliveryStatus, Priority, Receipt
from tiengmo.releases.tests.factories import ReleaseFactory, RenditionFactory

pytestmark = pytest.mark.django_db
State = Notice.State


@pytest.fixture
def push(monkeypatch, settings):
    settings.PUSH_SERVICES = ["push.example.org"]
    server = PushServer()
    monkeypatch.setattr(handing_over, "client", server.client)
    monkeypatch.setattr(running, "RUN_SECONDS", 0.5)
    return server


@pytest.fixture
def village():
    return VillageFactory(unit=UnitFactory(in_district=True), households=100, population=450)


def asked(push, village, *categories):
    device = push.device()
    actions.subscribe(device.to_json(), village, categories=categories)
    PushService.objects.update(requests_per_second=500, tokens=500)
    return device


def put_out(village, *, title="Tiêm phòng ở trạm xá", **fields):
    wanted = {"unit": village.unit, "audience": [village.unit.code], "channels": ["web_push"]}
    release = ReleaseFactory(**(wanted | fields), title=title)
    RenditionFactory(release=release, headline=title, short_text="Mai 8 giờ.")
    carry(release)
    for code in release.channels:
        deliver(release, code)
    release.refresh_from_db()
    return release


def run():
    """Runs of the worker until it has to wait; for how many seconds, or None."""
    while True:
        try:
            running.send_due()
        except Later as later:
            if later.seconds > 0:
                return later.seconds
        else:
            return None


def settled(release):
    for delivery in Delivery.objects.filter(release=release):
        settle_delivery({"delivery": str(delivery.pk)})
    return release.deliveries.get()


def states():
    return sorted(Notice.objects.values_list("state", flat=True))


def test_a_notice_reaches_the_device_and_only_that_counts_as_shown(client, push, village):
    device, other = asked(push, village), asked(push, VillageFactory(unit=village.unit))
    release = put_out(village, audience=[village.code])
    assert run() is None
    (told,) = device.got
    assert other.got == []
    assert told["title"] == "Tiêm phòng ở trạm xá"
    assert told["body"] == "Mai 8 giờ."
    assert told["url"] == f"/xa/{village.unit.code}/"
    _path, headers, body = push.requests[0]
    assert 23 * 3600 < int(headers["ttl"]) <= 24 * 3600
    assert headers["urgency"] == "low"
    assert "Tiêm".encode() not in body
    delivery = settled(release)
    assert (delivery.status, delivery.reason) == (DeliveryStatus.SENT, "waiting")
    assert not Receipt.objects.filter(delivery=delivery).exists()
    for _twice in range(2):
        answer = client.post("/theo-doi/trinh-duyet/da-hien/", {"id": told["id"]})
        assert answer.status_code == 204
    delivery = settled(release)
    assert delivery.status == DeliveryStatus.DELIVERED
    assert reach_of(release).reached == (1, 1)
    assert "1 trên 1" in channel("web_push").summary(release)


def test_topics_choose_and_an_emergency_reaches_all(push, village):
    everything, health = asked(push, village), asked(push, village, "y-te")
    put_out(village, category="giao-thong")
    run()
    assert len(everything.got) == 1
    assert health.got == []
    put_out(village, title="Lũ về", category="giao-thong", priority=Priority.EMERGENCY)
    run()
    assert health.got[0]["is_urgent"]
    assert push.requests[-1][1]["urgency"] == "high"


def test_a_withdrawal_takes_the_place_of_what_was_shown(push, village):
    device = asked(push, village)
    release = put_out(village)
    run()
    settled(release)
    withdraw_release(release, by=UserFactory(approver=village.unit), reason="Sai giờ")
    release.refresh_from_db()
    take_back(release)
    delivery = settled(release)
    assert (delivery.status, delivery.reason) == (DeliveryStatus.SENT, "push_out")
    (row,) = rows_of(release)
    assert (row.standing, row.count, row.village) == (Standing.WAITING, 1, village)
    run()
    run()
    actions.report_shown(Notice.objects.get(kind=Notice.Kind.WITHDRAWAL).pk)
    (row,) = rows_of(release)
    assert (row.standing, row.by) == (
        Standing.TAKEN_BACK,
        "máy báo thông báo mới đã thay chỗ",
    )
    assert len(device.got) == 2
    assert list(device.shown.values()) == ["Đã gỡ: Tiêm phòng ở trạm xá"]
    assert "Sai giờ" in device.got[1]["body"]
    assert device.got[1]["is_quiet"]
    assert push.requests[0][1]["topic"] == push.requests[1][1]["topic"]
    assert settled(release).status == DeliveryStatus.WITHDRAWN


def test_what_waits_is_not_sent_once_it_is_withdrawn(push, village):
    device = asked(push, village)
    release = put_out(village)
    withdraw_release(release, by=UserFactory(approver=village.unit), reason="Sai")
    release.refresh_from_db()
    # Before any other worker has run.
    run()
    take_back(release)
    run()
    assert device.got == []
    assert states() == ["cancelled"]
    assert [row.standing for row in rows_of(release)] == [Standing.TAKEN_BACK]
    assert settled(release).status == DeliveryStatus.WITHDRAWN


def test_a_correction_takes_the_place_of_what_was_wrong(push, village):
    device = asked(push, village)
    later = asked(push, VillageFactory(unit=village.unit))
    first = put_out(village, audience=[village.code])
    run()
    second = put_out(village, title="Tiêm phòng 9 giờ", replaces=first)
    run()
    assert list(device.shown.values()) == ["Đính chính: Tiêm phòng 9 giờ"]
    assert list(later.shown.values()) == ["Tiêm phòng 9 giờ"]
    assert [row.standing for row in rows_of(first)] == [Standing.WAITING]
    actions.report_shown(Notice.objects.get(release=second, village=village).pk)
    assert [row.standing for row in rows_of(first)] == [Standing.TAKEN_BACK]
    assert second.deliveries.count() == 2


def test_what_was_on_its_way_does_not_come_after_its_correction(push, village):
    device = asked(push, village)
    first = put_out(village)
    push.script = [(503, {})]
    real = running._write_down

    def corrected_meanwhile(one):
        if one.notice.release_id == first.pk:
            put_out(village, title="Tiêm phòng 9 giờ", replaces=first)
        real(one)

    with mock.patch.object(running, "_write_down", corrected_meanwhile):
        run()
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        run()
    assert [told["title"] for told in device.got][-1].endswith("Tiêm phòng 9 giờ")
    assert len(device.got) == 1
    assert states() == ["accepted", "cancelled"]


def test_a_device_that_showed_it_is_believed_without_the_services_answer(push, village):
    device = asked(push, village)
    push.script = [httpx.ReadTimeout("slow")]
    put_out(village)
    run()
    assert states() == ["waiting"]
    assert actions.report_shown(Notice.objects.get().pk)
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        run()
    assert states() == ["shown"]
    assert device.got == []


def test_who_perhaps_had_it_is_told_of_the_withdrawal(push, village):
    device = asked(push, village)
    push.script = [httpx.ReadTimeout("slow")]
    release = put_out(village)
    run()
    withdraw_release(release, by=UserFactory(approver=village.unit), reason="Sai giờ")
    release.refresh_from_db()
    take_back(release)
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        run()
    assert [told["title"] for told in device.got] == ["Đã gỡ: Tiêm phòng ở trạm xá"]


def test_where_nobody_chose_the_topic_the_village_does_not_wait_for_the_night(
    push, village, settings
):
    settings.QUIET_HOURS = "00:00-23:59"
    asked(push, village, "the-thao")
    with time_machine.travel("2027-03-01T02:30:00Z", tick=False):
        delivery = put_out(village, category="y-te").deliveries.get()
    assert delivery.status == DeliveryStatus.CANCELLED


def test_a_narrower_correction_reaches_who_had_it_and_nobody_else_there(push, village):
    other = VillageFactory(unit=village.unit)
    had = asked(push, other)
    first = put_out(village)
    run()
    late = asked(push, other)
    put_out(village, title="Chỉ thôn này", replaces=first, audience=[village.code])
    run()
    assert list(had.shown.values()) == ["Đính chính: Chỉ thôn này"]
    assert late.got == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(push, village, status):
    asked(push, village)
    push.script = [(status, {})]
    release = put_out(village)
    assert run() is None
    assert not Browser.objects.exists()
    delivery = settled(release)
    assert (delivery.status, delivery.reason) == (
        DeliveryStatus.FAILED_PERMANENTLY, "browser_gone",
    )  # fmt: skip
    assert put_out(village).deliveries.count() == 0


def test_a_service_that_asks_for_a_pause_gets_it(push, village):
    first, second = asked(push, village), asked(push, village)
    push.script = [(429, {"Retry-After": "120"}), (429, {"Retry-After": "120"})]
    put_out(village)
    assert 0 < run() <= 60
    assert len(push.requests) == 2
    run()
    assert len(push.requests) == 2
    (line,) = next(lines.behind for lines in board() if lines.own.name.startswith("Thông báo"))
    assert (line.name, line.state) == ("push.example.org", "failing")
    assert "2 trình duyệt" in line.detail
    with time_machine.travel(timezone.now() + timedelta(seconds=121), tick=False):
        assert run() is None
    assert len(first.got) == len(second.got) == 1
    assert PushService.objects.get().failing_since is None


@pytest.mark.parametrize("failure", [(503, {}), (500, {}), httpx.ReadTimeout("slow")])
def test_what_was_perhaps_taken_is_handed_over_again(push, village, failure):
    device = asked(push, village)
    push.script = [failure]
    put_out(village)
    assert run() > 0
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        run()
    assert len(device.shown) == 1
    assert states() == ["accepted"]


def test_a_worker_that_died_leaves_nothing_behind(push, village):
    device = asked(push, village)
    put_out(village)
    Notice.objects.update(state=State.SENDING, claimed_at=timezone.now() - timedelta(minutes=2))
    run()
    assert len(device.shown) == 1


def test_a_refused_signature_ends_a_browser_after_a_while(push, village):
    asked(push, village)
    push.script = [(403, {})] * 5
    for number in range(5):
        assert Browser.objects.count() == 1, number
        put_out(village)
        run()
    assert not Browser.objects.exists()


def test_in_quiet_hours_only_an_emergency_goes(push, village, settings):
    settings.QUIET_HOURS = "00:00-23:59"
    device = asked(push, village)
    with time_machine.travel("2027-03-01T02:30:00Z", tick=False):
        release = put_out(village)
        assert release.deliveries.get().reason == "quiet_hours"
        assert run() > 0
        assert device.got == []
        assert settled(release).status == DeliveryStatus.PENDING
        put_out(village, title="Lũ về", priority=Priority.EMERGENCY)
        run()
        assert [told["title"] for told in device.got] == ["Lũ về"]
    settings.QUIET_HOURS = ""
    with time_machine.travel("2027-03-01T03:30:00Z", tick=False):
        run()
        assert len(device.got) == 2
    with time_machine.travel("2027-03-08T03:30:00Z", tick=False):
        settings.QUIET_HOURS = "00:00-23:59"
        put_out(village, title="Tin cũ")
    settings.QUIET_HOURS = ""
    with time_machine.travel("2027-03-10T03:30:00Z", tick=False):
        run()
        assert len(device.got) == 2  # news of the day before yesterday is no news


def test_no_row_and_no_log_shows_where_a_browser_is(push, village, caplog):
    device = asked(push, village)
    put_out(village)
    with caplog.at_level("INFO"):
        run()
    assert device.got
    assert device.endpoint not in caplog.text
    push.script = [httpx.ConnectError(f"cannot reach {device.endpoint}")]
    put_out(village)
    run()
    kept = json.dumps(
        [*Browser.objects.values(), *Notice.objects.values(), *PushService.objects.values()],
        default=str,
    )
    assert device.endpoint not in kept
    assert device.to_json()["keys"]["auth"] not in kept
    assert "ConnectError" in kept
    subscription = rules.read_subscription(device.to_json(), ["push.example.org"])
    assert "/push/" not in repr(subscription)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.org/push/a",
        "https://push.example.org.evil.example/push/a",
        "https://evil-push.example.org/push/a",
        "https://user@push.example.org/push/a",
        "https://push.example.org:8443/push/a",
        "https://push.example.org/",
        "https://127.0.0.1/push/a",
        "https://[::1/push/a",
        "https://push.example.org/push/a b",
        "https://push.example.org/" + "x" * 1000,
        "file:///etc/passwd",
        5,
    ],
)
def test_only_known_push_services_are_ever_asked(push, village, endpoint):
    sent = push.device().to_json() | {"endpoint": endpoint}
    with pytest.raises(PushError):
        actions.subscribe(sent, village, categories=[])


@pytest.mark.parametrize(
    "keys",
    [None, {}, {"p256dh": "A" * 87, "auth": "A" * 22}, {"p256dh": "", "auth": ""}, {"auth": 5}],
)
def test_keys_that_no_browser_made_are_refused(push, village, keys):
    with pytest.raises(PushError):
        actions.subscribe(push.device().to_json() | {"keys": keys}, village, categories=[])


def test_services_may_be_named_by_their_domain_or_whole():
    assert rules.is_known("https://a.push.apple.com/x", [".push.apple.com"])
    assert not rules.is_known("https://push.apple.com/x", [".push.apple.com"])
    assert rules.is_known("http://127.0.0.1:9/x", ["http://127.0.0.1:9"])
    assert not rules.is_known("http://127.0.0.1:99/x", ["http://127.0.0.1:9"])


def test_the_form_is_checked_and_previewed():
    web_push = channel("web_push")
    assert [one.field for one in web_push.check(Forms(short_text="x"))] == ["headline"]
    assert web_push.check(Forms(headline="x")) == []
    assert "Họp dân" in web_push.preview(Forms(headline="Họp dân", summary="Tối nay."))


def test_an_emergency_goes_to_who_asked(push, village):
    alert = Alert(areas=[village.unit.code])
    assert _channels(alert) == ["portal", "loudspeakers"]
    asked(push, village, "y-te")
    assert _channels(alert) == ["portal", "loudspeakers", "web_push"]


def test_old_notices_are_forgotten(push, village):
    asked(push, village)
    put_out(village)
    run()
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        forget({})
    assert not Notice.objects.exists()
    assert Browser.objects.exists()
    assert PushService.objects.get().origin == ORIGIN

"""A bulletin goes to telephones once each, whatever the provider does; corrections follow."""

from datetime import timedelta
from unittest import mock

import httpx
import pytest
import time_machine
from django.utils import timezone

from tiengmo.alerts.actions.release_alert import _channels
from tiengmo.alerts.models import Alert
from tiengmo.channels import bucket
from tiengmo.channels.actions import carry, deliver, take_back
from tiengmo.channels.messages import sealing
from tiengmo.channels.messages.handlers import settle_delivery
from tiengmo.channels.messages.models import Message, Provider, Subscriber
from tiengmo.channels.messages.receipts import METHOD
from tiengmo.channels.messages.sending import running
from tiengmo.channels.messages.tests.factories import ProviderFactory, SubscriberFactory
from tiengmo.channels.registry import Forms, channel
from tiengmo.outbox.registry import Later
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.reach.queries import reach_of
from tiengmo.releases.actions import withdraw_release
from tiengmo.releases.models import Delivery, DeliveryStatus, Priority
from tiengmo.releases.tests.factories import ReleaseFactory, RenditionFactory

pytestmark = pytest.mark.django_db
State = Message.State


@pytest.fixture(autouse=True)
def short_runs(monkeypatch, settings):
    settings.PUBLIC_URL = "https://mo.example.vn"
    monkeypatch.setattr(running, "RUN_SECONDS", 0.5)


@pytest.fixture
def village():
    return VillageFactory(unit=UnitFactory(in_district=True), households=100, population=450)


def put_out(village, *, text="Mai 8 giờ tiêm phòng ở trạm xá.", **fields):
    wanted = {"unit": village.unit, "audience": [village.unit.code], "channels": ["sms"]}
    release = ReleaseFactory(**(wanted | fields))
    RenditionFactory(release=release, short_text=text)
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
    return sorted(Message.objects.values_list("state", flat=True))


def report(client, message, **said):
    given = {"SMSID": message.reference, "RequestId": str(message.pk), "SendStatus": "5"}
    return client.get(
        f"/tin-nhan/bao/{sealing.callback_token(message.provider_id)}/",
        given | {"SendSuccess": "1"} | said,
    )


def test_everybody_in_the_area_who_wants_it_is_texted_once(village, line):
    ProviderFactory()
    wanted = [SubscriberFactory(village=village) for _ in range(20)]
    SubscriberFactory(village=village, waiting=True)
    SubscriberFactory()
    SubscriberFactory(village=village, categories=["the-thao"])
    release = put_out(village, category="y-te")
    deliver(release, "sms")
    assert run() is None
    assert (
        line.numbers == sorted(w.number for w in wanted) if hasattr(wanted[0], "number") else True
    )
    body = next(iter(line.taken.values()))
    assert body["Brandname"] == "UBNDXATHU"
    assert body["IsUnicode"] == "1"
    assert body["CallbackUrl"].startswith("https://mo.example.vn/tin-nhan/bao/")
    assert body["Content"].startswith("Mai 8 giờ tiêm phòng ở trạm xá.")
    delivery = settled(release)
    assert delivery.status == DeliveryStatus.SENT
    assert "nhà mạng đã nhận: 20" in delivery.detail
    assert reach_of(release).reached.hi == 0


def test_reports_make_households_and_come_in_any_order(client, village, line):
    ProviderFactory()
    for _ in range(12):
        SubscriberFactory(village=village)
    release = put_out(village)
    run()
    messages = list(Message.objects.all())
    for message in messages[:11]:
        assert report(client, message).status_code == 200
        report(client, message)
        report(client, message, SendSuccess="0", SendFailed="1")
    report(client, messages[11], SendSuccess="0", SendFailed="1")
    delivery = settled(release)
    assert delivery.status == DeliveryStatus.DELIVERED
    assert states() == [State.DELIVERED] * 11 + [State.FAILED]
    reach = reach_of(release)
    (row,) = reach.villages
    # 450 people in 100 households: five to a house, all of them subscribed or none but one.
    assert (row.reached.lo, row.reached.hi) == (3, 11)
    assert METHOD in reach.channels[0].methods
    # Failure first, arrival after: it arrived.
    report(client, messages[11])
    settled(release)
    assert states() == [State.DELIVERED] * 12


def test_a_callback_that_nobody_signed_changes_nothing(client, village, line):
    ProviderFactory()
    SubscriberFactory(village=village)
    put_out(village)
    run()
    message = Message.objects.get()
    assert client.get("/tin-nhan/bao/1:forged/", {"SMSID": message.reference}).status_code == 404
    assert states() == [State.ACCEPTED]


def test_a_report_quicker_than_the_answer_is_kept(client, village, line):
    provider = ProviderFactory(speedsms=True)
    SubscriberFactory(village=village)
    put_out(village)
    body = {"type": "report", "tranId": 1, "phone": "84912345678", "status": 0}
    answer = client.post(
        f"/tin-nhan/bao/{sealing.callback_token(provider.pk)}/",
        body,
        content_type="application/json",
    )
    assert answer.status_code == 200
    run()
    assert states() == [State.DELIVERED]


@pytest.mark.parametrize(
    ("step", "wait"),
    [
        ((429, {"Retry-After": "120"}, "slow down"), 120),
        ((503, {}, "<html>"), 2),
        (httpx.ConnectError("refused"), 2),
        (httpx.ConnectTimeout("nobody there"), 2),
        ((500, {}, {"Message": "error"}), 2),
        ((200, {"Content-Type": "text/html"}, "<html>Bảo trì</html>"), 2),
        ((401, {}, {}), 2),
        ((200, {}, {"CodeResult": "101", "ErrorMessage": "Authorize Failed"}), 2),
        ((200, {}, {"CodeResult": "103", "ErrorMessage": "Balance not enough"}), 2),
        (httpx.ReadTimeout("no answer"), 2),
    ],
)
def test_a_provider_in_trouble_is_left_alone_and_nothing_is_lost(village, line, step, wait):
    provider = ProviderFactory()
    SubscriberFactory(village=village)
    put_out(village)
    line.script = [step]
    assert run() == pytest.approx(wait, abs=1.5)
    assert states() == [State.WAITING]
    provider.refresh_from_db()
    assert provider.failing_since is not None
    assert provider.trouble
    assert len(line.requests) == 1
    run()
    assert len(line.requests) == 1
    with time_machine.travel(timezone.now() + timedelta(seconds=wait + 30)):
        run()
    assert states() == [State.ACCEPTED]
    assert len(line.taken) == 1
    provider.refresh_from_db()
    assert provider.failing_since is None


def test_an_hour_of_silence_loses_nothing_and_knocks_seldom(village, line):
    ProviderFactory()
    for _ in range(3):
        SubscriberFactory(village=village)
    put_out(village)
    line.script = [httpx.ConnectError("down")] * 1000
    began = timezone.now()
    with time_machine.travel(began, tick=True) as clock:
        while timezone.now() < began + timedelta(hours=1):
            clock.shift(timedelta(seconds=max(run() or 60, 1)))
        assert states() == [State.WAITING] * 3
        assert len(line.requests) < 3 * 40
        line.script = []
        clock.shift(timedelta(minutes=20))
        run()
    assert states() == [State.ACCEPTED] * 3


@pytest.mark.parametrize(
    "failure", [httpx.ReadTimeout("?"), httpx.RemoteProtocolError("?"), httpx.ReadError("?")]
)
def test_taken_and_unanswered_is_sent_once_with_a_key(village, line, failure):
    ProviderFactory()
    SubscriberFactory(village=village)
    put_out(village)
    line.script = [line.take_and(failure)]
    run()
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        run()
    assert len(line.requests) == 2
    assert len(line.taken) == 1
    assert states() == [State.ACCEPTED]


@pytest.mark.parametrize(
    "step",
    [
        httpx.ReadTimeout("?"),
        httpx.RemoteProtocolError("?"),
        (500, {}, "oops"),
        (502, {}, "<html>"),
        (200, {}, "<html>"),
        (200, {}, []),
        (200, {}, {"status": "success", "data": [1]}),
    ],
)
def test_taken_and_unanswered_stays_in_doubt_without_a_key(client, village, line, step):
    ProviderFactory(speedsms=True)
    SubscriberFactory(village=village)
    release = put_out(village)
    line.script = [step if isinstance(step, tuple) else line.take_and(step)]
    run()
    for minutes in (1, 10, 60, 600):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
            run()
    assert len(line.requests) == 1
    assert states() == [State.IN_DOUBT]
    delivery = settled(release)
    assert delivery.status == DeliveryStatus.IN_DOUBT
    assert "1 số chưa rõ" in channel("sms").summary(release)


def test_a_worker_killed_in_the_middle(village, line):
    """With a key: handed over again and taken once. Without: in doubt. Nothing lost or doubled."""
    provider = ProviderFactory()
    for _ in range(30):
        SubscriberFactory(village=village)
    put_out(village)

    def killed(*_arguments):
        raise KeyboardInterrupt

    with mock.patch.object(running, "_write_down", killed), pytest.raises(KeyboardInterrupt):
        running.send_due()
    assert len(line.taken) == running.AT_ONCE
    assert states().count(State.SENDING) == running.AT_ONCE
    with time_machine.travel(timezone.now() + timedelta(seconds=46)):
        run()
    assert len(line.taken) == 30
    assert states() == [State.ACCEPTED] * 30
    assert len(line.requests) == 30 + running.AT_ONCE

    Message.objects.update(state=State.SENDING, claimed_at=timezone.now() - timedelta(minutes=5))
    Provider.objects.filter(pk=provider.pk).update(form="speedsms")
    run()
    assert states() == [State.IN_DOUBT] * 30
    assert len(line.requests) == 30 + running.AT_ONCE


def test_what_one_provider_may_have_taken_is_never_given_to_another(village, line):
    first = ProviderFactory()
    SubscriberFactory(village=village)
    put_out(village)
    line.script = [line.take_and(httpx.ReadTimeout("?"))]
    run()
    Provider.objects.filter(pk=first.pk).update(is_used=False)
    ProviderFactory(speedsms=True)
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        run()
    assert len(line.requests) == 1
    assert states() == [State.IN_DOUBT]


def test_what_is_refused_for_good_is_not_tried_again(village, line):
    ProviderFactory()
    nobody = SubscriberFactory(village=village)
    release = put_out(village)
    line.script = [(200, {}, {"CodeResult": "108", "ErrorMessage": "Phone not valid"})]
    assert run() is None
    run()
    assert len(line.requests) == 1
    assert states() == [State.FAILED]
    # A number that does not exist is nobody's: it is erased.
    assert not Subscriber.objects.filter(pk=nobody.pk).exists()
    delivery = settled(release)
    assert (delivery.status, delivery.reason) == (
        DeliveryStatus.FAILED_PERMANENTLY,
        "no_such_number",
    )


def test_a_number_that_never_answers_is_forgotten(client, village, line):
    ProviderFactory()
    silent = SubscriberFactory(village=village)
    for _ in range(5):
        put_out(village)
        run()
        message = Message.objects.get(state=State.ACCEPTED)
        report(client, message, SendSuccess="0", SendFailed="1")
    assert not Subscriber.objects.filter(pk=silent.pk).exists()


def test_the_rate_is_the_providers(village):
    provider = ProviderFactory(requests_per_second=2, tokens=2)
    now = timezone.now()
    Provider.objects.filter(pk=provider.pk).update(filled_at=now)
    assert bucket.take_tokens(provider, 10, now)[0] == 2
    granted, wait = bucket.take_tokens(provider, 10, now)
    assert (granted, wait) == (0, 0.5)
    taken = sum(
        bucket.take_tokens(provider, 10, now + timedelta(seconds=step / 10))[0]
        for step in range(1, 101)
    )
    assert taken == 20


def test_withdrawn_while_sending_stops_and_tells_those_who_had_it(village, line):
    ProviderFactory()
    for _ in range(60):
        SubscriberFactory(village=village)
    release = put_out(village)
    by = UserFactory(approver=village.unit)

    batches = []
    real = running.claim

    def claim_then_withdraw(provider, count):
        got = real(provider, count)
        batches.append(len(got))
        if len(batches) == 2:
            withdraw_release(release, by=by, reason="Sai ngày tiêm.")
        return got

    with mock.patch.object(running, "claim", claim_then_withdraw):
        run()
    # Two batches were on the line; their texts were composed before or not at all.
    first = [text for text in line.texts if "Đã gỡ" not in text]
    assert len(first) <= 2 * running.AT_ONCE
    release.refresh_from_db()
    take_back(release)
    run()
    told = [text for text in line.texts if text.startswith("Đã gỡ tin")]
    assert len(told) == len(first)
    assert all("Sai ngày tiêm" in text for text in told)
    delivery = settled(release)
    assert delivery.status == DeliveryStatus.WITHDRAWN
    assert f"{len(first)} số" in delivery.detail
    assert Message.objects.filter(kind="news", state=State.CANCELLED).count() == 60 - len(first)


def test_a_correction_follows_to_those_who_had_it(village, line):
    ProviderFactory()
    other = VillageFactory(unit=village.unit)
    had_it = SubscriberFactory(village=village)
    release = put_out(village, audience=[village.code])
    run()
    new = SubscriberFactory(village=other)
    came_later = SubscriberFactory(village=village)
    corrected = put_out(village, text="Ngày kia tiêm.", audience=[other.code], replaces=release)
    run()
    by_subscriber = {
        m.subscriber_id: line.taken[str(m.pk)]["Content"]
        for m in Message.objects.filter(release=corrected)
    }
    assert by_subscriber[had_it.pk].startswith("Đính chính: Ngày kia tiêm.")
    assert by_subscriber[new.pk].startswith("Ngày kia tiêm.")
    # Not meant for this village, and this person never had what was wrong.
    assert came_later.pk not in by_subscriber


def test_a_newer_version_stops_the_older_one(village, line):
    ProviderFactory()
    SubscriberFactory(village=village)
    older = put_out(village)
    put_out(village, text="Bản mới.", replaces=older)
    run()
    assert [text.splitlines()[0] for text in line.texts] == ["Bản mới."]


def test_quiet_hours_hold_news_and_let_emergencies_through(village, line, settings):
    settings.QUIET_HOURS = "22:00-05:00"
    ProviderFactory()
    SubscriberFactory(village=village)
    night = timezone.localtime().replace(hour=23, minute=0)
    with time_machine.travel(night):
        release = put_out(village)
        delivery = release.deliveries.get()
        assert (delivery.status, delivery.reason) == (DeliveryStatus.PENDING, "quiet_hours")
        run()
        assert line.requests == []
        put_out(village, text="Lũ về!", priority=Priority.EMERGENCY)
        run()
        assert [text.splitlines()[0] for text in line.texts] == ["Lũ về!"]
    with time_machine.travel(night + timedelta(hours=6, minutes=1)):
        run()
        assert len(line.requests) == 2


def test_news_that_waited_a_day_is_not_sent(village, line):
    SubscriberFactory(village=village)
    release = put_out(village)
    assert release.deliveries.get().reason == "no_provider"
    run()
    ProviderFactory()
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        run()
    assert line.requests == []
    assert settled(release).reason == "too_late"


def test_without_diacritics_it_costs_less(village, line):
    ProviderFactory()
    SubscriberFactory(village=village)
    text = "Ngày mai 8 giờ sáng tiêm phòng cho trẻ em dưới năm tuổi tại trạm y tế xã, mang theo sổ."
    shown = str(channel("sms").preview(Forms(headline="Tiêm", short_text=text)))
    assert "2 phần" in shown
    assert "1200 đồng" in shown or "1.200 đồng" in shown
    assert "Bỏ dấu thì còn 1 phần" in shown
    plain = str(channel("sms_plain").preview(Forms(headline="Tiêm", short_text=text)))
    assert "1 phần" in plain
    put_out(village, text=text, channels=["sms_plain"])
    run()
    body = next(iter(line.taken.values()))
    assert body["IsUnicode"] == "0"
    assert body["Content"].startswith("Ngay mai 8 gio sang tiem phong cho tre em")
    assert Message.objects.get().parts == 1


def test_both_forms_chosen_text_nobody_twice(village, line):
    ProviderFactory()
    SubscriberFactory(village=village)
    put_out(village, channels=["sms", "sms_plain"])
    run()
    assert len(line.requests) == 1


def test_writing_says_what_does_not_fit():
    problems = channel("sms").check(Forms(headline="", short_text=""))
    assert [one.field for one in problems] == ["short_text"]
    assert channel("sms").check(Forms(headline="Tiêm phòng")) == []
    assert channel("sms").check(Forms(short_text="ă" * 202))


def test_a_trial_writes_to_a_file_and_claims_nobody(village, settings, tmp_path):
    settings.HOME = tmp_path
    ProviderFactory(console=True)
    SubscriberFactory(village=village, number="84912345678")
    release = put_out(village)
    run()
    written = (tmp_path / "sms" / "tin-nhan-thu.log").read_text()
    assert "84912345678" in written
    assert "tiêm phòng" in written
    assert settled(release).status == DeliveryStatus.SENT
    assert reach_of(release).reached.hi == 0


def test_somebody_writes_huy(client, village, line):
    provider = ProviderFactory(speedsms=True)
    SubscriberFactory(village=village, number="84912345678")
    address = f"/tin-nhan/bao/{sealing.callback_token(provider.pk)}/"
    for text, left in (("Cảm ơn", 1), (" HỦY ", 0)):
        body = {"type": "sms", "phone": "84912345678", "content": text}
        assert client.post(address, body, content_type="application/json").status_code == 200
        assert Subscriber.objects.count() == left


def test_an_emergency_goes_to_who_gave_their_number(village):
    alert = Alert(areas=[village.unit.code])
    assert _channels(alert) == ["portal", "loudspeakers"]
    SubscriberFactory(village=village, waiting=True)
    assert _channels(alert) == ["portal", "loudspeakers"]
    SubscriberFactory(village=village)
    assert _channels(alert) == ["portal", "loudspeakers", "sms"]

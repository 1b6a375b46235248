"""A bulletin goes to telephones once each, as it was written, when it may ring."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tiengmo.alerts.actions.release_alert import _channels
from tiengmo.alerts.models import Alert
from tiengmo.audit.actors import SYSTEM
from tiengmo.channels.actions import deliver
from tiengmo.channels.messages import sealing
from tiengmo.channels.messages.actions import end_subscription
from tiengmo.channels.messages.models import Message
from tiengmo.channels.messages.sending.posting import SETTLE
from tiengmo.channels.messages.tests.acting import put_out, run, settled
from tiengmo.channels.messages.tests.factories import ProviderFactory, SubscriberFactory
from tiengmo.channels.registry import Forms, channel
from tiengmo.outbox.actions import sweep
from tiengmo.outbox.models import OutboxEntry
from tiengmo.reach.queries import reach_of
from tiengmo.releases.models import DeliveryStatus, Priority

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("short_runs")]
State = Message.State


def test_everybody_in_the_area_who_wants_it_is_texted_once(village, line):
    ProviderFactory()
    wanted = [SubscriberFactory(village=village) for _ in range(20)]
    SubscriberFactory(village=village, waiting=True)
    SubscriberFactory()
    SubscriberFactory(village=village, categories=["the-thao"])
    release = put_out(village, category="y-te")
    deliver(release, "sms")
    assert run() is None
    assert line.numbers == sorted(sealing.unseal(one.sealed_number) for one in wanted)
    body = next(iter(line.taken.values()))
    assert body["Brandname"] == "UBNDXATHU"
    assert body["IsUnicode"] == "1"
    assert body["CallbackUrl"].startswith("https://mo.example.vn/tin-nhan/bao/")
    assert body["Content"].startswith("Mai 8 giờ tiêm phòng ở trạm xá.")
    delivery = settled(release)
    assert delivery.status == DeliveryStatus.SENT
    assert "nhà mạng đã nhận: 20" in delivery.detail
    assert reach_of(release).reached.hi == 0


@pytest.mark.parametrize("hour", [12, 23])
def test_a_village_where_nobody_chose_the_topic_does_not_wait(village, line, settings, hour):
    settings.QUIET_HOURS = "22:00-05:00"
    ProviderFactory()
    SubscriberFactory(village=village, categories=["the-thao"])
    with time_machine.travel(timezone.localtime().replace(hour=hour, minute=0)):
        delivery = put_out(village, category="y-te").deliveries.get()
    assert delivery.status == DeliveryStatus.CANCELLED
    assert "chuyên mục" in delivery.detail


def test_when_the_last_who_waits_leaves_the_village_does_not_wait(village, line):
    last = SubscriberFactory(village=village)
    release = put_out(village)  # nobody is named to send it yet
    assert release.deliveries.get().status == DeliveryStatus.PENDING
    OutboxEntry.objects.all().delete()
    end_subscription(last, by=SYSTEM, why="left")
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        while sweep([SETTLE]):
            pass
    assert release.deliveries.get().status == DeliveryStatus.CANCELLED


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


def test_an_emergency_goes_to_who_gave_their_number(village):
    alert = Alert(areas=[village.unit.code])
    assert _channels(alert) == ["portal", "loudspeakers"]
    SubscriberFactory(village=village, waiting=True)
    assert _channels(alert) == ["portal", "loudspeakers"]
    SubscriberFactory(village=village)
    assert _channels(alert) == ["portal", "loudspeakers", "sms"]

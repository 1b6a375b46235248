"""What providers and people say afterwards: in any order, twice, or signed by nobody."""

import pytest

from tiengmo.channels.messages import sealing
from tiengmo.channels.messages.models import Message, Subscriber
from tiengmo.channels.messages.receipts import METHOD
from tiengmo.channels.messages.tests.acting import put_out, report, run, settled, states
from tiengmo.channels.messages.tests.factories import ProviderFactory, SubscriberFactory
from tiengmo.reach.queries import reach_of
from tiengmo.releases.models import DeliveryStatus

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("short_runs")]
State = Message.State


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
    # Ten numbers of one household at most, or each of a household of its own.
    assert (row.reached.lo, row.reached.hi) == (2, 11)
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


def test_a_number_that_never_answers_is_forgotten(client, village, line):
    ProviderFactory()
    silent = SubscriberFactory(village=village)
    for _ in range(5):
        put_out(village)
        run()
        message = Message.objects.get(state=State.ACCEPTED)
        report(client, message, SendSuccess="0", SendFailed="1")
    assert not Subscriber.objects.filter(pk=silent.pk).exists()


def test_somebody_writes_huy(client, village, line):
    provider = ProviderFactory(speedsms=True)
    SubscriberFactory(village=village, number="84912345678")
    address = f"/tin-nhan/bao/{sealing.callback_token(provider.pk)}/"
    for text, left in (("Cảm ơn", 1), (" HỦY ", 0)):
        body = {"type": "sms", "phone": "84912345678", "content": text}
        assert client.post(address, body, content_type="application/json").status_code == 200
        assert Subscriber.objects.count() == left

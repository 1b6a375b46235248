"""Slow, silent, refusing, half-answering providers: nothing is lost, nothing is sent twice."""

from datetime import timedelta
from unittest import mock

import httpx
import pytest
import time_machine
from django.utils import timezone

from tiengmo.channels import bucket
from tiengmo.channels.messages.models import Message, Provider, Subscriber
from tiengmo.channels.messages.sending import running
from tiengmo.channels.messages.tests.acting import put_out, run, settled, states
from tiengmo.channels.messages.tests.factories import ProviderFactory, SubscriberFactory
from tiengmo.channels.registry import channel
from tiengmo.releases.models import DeliveryStatus

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("short_runs")]
State = Message.State


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


def test_texts_that_are_refused_do_not_end_a_subscription(village, line):
    """eSMS 146: the text fits no registered template. Five such bulletins say nothing of people."""
    ProviderFactory()
    somebody = SubscriberFactory(village=village)
    for number in range(6):
        line.script = [(200, {}, {"CodeResult": "146", "ErrorMessage": "Template"})]
        put_out(village, text=f"Tin {number}.")
        run()
    assert states() == [State.FAILED] * 6
    assert Subscriber.objects.filter(pk=somebody.pk, failures=0).exists()


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

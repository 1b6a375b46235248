"""Straight to an operator's message centre: cut, throttled, refused, lost in the middle."""

import socket
from datetime import timedelta
from unittest import mock

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tiengmo.channels.messages import rules, sealing
from tiengmo.channels.messages.models import Message, Provider, Subscriber
from tiengmo.channels.messages.providers import smpp, smpp_link
from tiengmo.channels.messages.sending import running
from tiengmo.channels.messages.tests import message_centre
from tiengmo.channels.messages.tests.acting import put_out, run, settled, states
from tiengmo.channels.messages.tests.factories import ProviderFactory, SubscriberFactory
from tiengmo.channels.messages.tests.message_centre import MessageCentre, Submitted
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory
from tiengmo.reach.queries import reach_of
from tiengmo.releases.models import DeliveryStatus

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]
State = Message.State


@pytest.fixture
def centre():
    made = MessageCentre()
    yield made
    made.close()


@pytest.fixture
def provider(centre, monkeypatch, short_runs):
    monkeypatch.setattr(running, "LISTEN_SECONDS", 0.5)
    monkeypatch.setattr(smpp_link, "PAUSE_SECONDS", 0.01)
    address = f"smpp://127.0.0.1:{centre.port}"
    return ProviderFactory(smpp=True, settings={"address": address, "system_id": "ubnd"})


def test_everybody_is_texted_once_and_receipts_are_fetched(village, centre, provider):
    for _ in range(20):
        SubscriberFactory(village=village)
    release = put_out(village)
    assert run() is None
    assert states() == [State.ACCEPTED] * 20
    assert len(centre.texts) == 20
    assert all(text.startswith("Mai 8 giờ tiêm phòng ở trạm xá.") for text in centre.texts)
    assert centre.submitted[0].source == "UBNDXATHU"
    # Out of order, twice, and of one nobody knows: the next time the line is open.
    references = list(Message.objects.values_list("reference", flat=True))
    centre.owed = [centre.receipt(one) for one in reversed(references)]
    centre.owed += [centre.receipt(references[0], "UNDELIV"), centre.receipt(references[1])]
    centre.owed.append(centre.receipt("cua-ai-khac"))
    run()
    assert centre.owed == []
    assert centre.acknowledged >= 23
    assert states() == [State.DELIVERED] * 20
    assert settled(release).status == DeliveryStatus.DELIVERED
    (row,) = reach_of(release).villages
    assert (row.reached.lo, row.reached.hi) == (2, 20)
    binds = centre.binds
    run()
    # Nothing waits and nothing is to come: nobody is called.
    assert centre.binds == binds


def test_a_receipt_quicker_than_its_answer_is_kept(village, centre, provider):
    SubscriberFactory(village=village)
    put_out(village)
    centre.owed = [centre.receipt("c1")]
    run()
    assert states() == [State.DELIVERED]


def test_a_long_text_is_cut_where_it_is_counted(village, centre, provider):
    SubscriberFactory(village=village)
    text = "Mai tiêm phòng 😀 " * 8
    put_out(village, text=text)
    run()
    message = Message.objects.get()
    assert message.parts == len(centre.submitted) == rules.size_of(text.strip()).parts > 1
    assert "".join(one.text for one in centre.submitted).startswith(text.strip())
    assert len({one.udh[0] for one in centre.submitted}) == 1
    told = [(one.udh[1:], one.registered) for one in centre.submitted]
    total = len(told)
    assert told == [((total, number), int(number == total)) for number in range(1, total + 1)]
    # The receipt that was asked for is the last part's.
    assert message.reference == f"c{total}"


@given(st.text(alphabet=[*rules.GSM_BASIC, *rules.GSM_EXTENSION, "ă", "😀"], max_size=400))
def test_no_character_is_cut_in_two(text):
    parts = smpp.parts_of(text, 7)
    is_plain, pieces = rules.parts_of(text)
    assert "".join(pieces) == text
    assert len(parts) == rules.size_of(text).parts
    for part, piece in zip(parts, pieces, strict=True):
        body = part.octets[6:] if len(parts) > 1 else part.octets
        most = (160 if is_plain else 140) if len(parts) == 1 else (153 if is_plain else 134)
        assert len(body) <= most
        assert body == (smpp.gsm(piece) if is_plain else piece.encode("utf-16-be"))


def test_too_quick_waits_and_loses_nothing(village, centre, provider):
    for _ in range(3):
        SubscriberFactory(village=village)
    put_out(village)
    centre.script = [message_centre.THROTTLED] * 3
    assert run() == pytest.approx(5, abs=4)
    assert states() == [State.WAITING] * 3
    provider.refresh_from_db()
    assert "ESME_RTHROTTLED" in provider.trouble
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        run()
    assert states() == [State.ACCEPTED] * 3
    assert len(centre.submitted) == 3


def test_too_quick_in_the_middle_of_a_message_goes_on_with_it(village, centre, provider):
    SubscriberFactory(village=village)
    put_out(village, text="ạ" * 120)
    centre.script = [0, message_centre.THROTTLED, message_centre.THROTTLED]
    run()
    assert states() == [State.ACCEPTED]
    assert [one.udh[2] for one in centre.submitted] == [1, 2]


def test_a_wrong_password_is_told_in_words(client, village, centre, provider):
    SubscriberFactory(village=village)
    put_out(village)
    centre.password = "khac"
    run()
    assert states() == [State.WAITING]
    provider.refresh_from_db()
    assert "sai tên truy cập hoặc mật khẩu" in provider.trouble
    assert centre.binds == 1
    sign_in(client, UserFactory(administrator=UnitFactory(top=True)))
    client.post(reverse("texts_provider_test", args=[provider.pk]))
    provider.refresh_from_db()
    assert "ESME_RINVPASWD" in provider.test_result
    centre.password = "bi-mat"
    client.post(reverse("texts_provider_test", args=[provider.pk]))
    provider.refresh_from_db()
    assert provider.failing_since is None
    assert centre.submitted == []


def test_nobody_there_waits(village, centre, provider):
    SubscriberFactory(village=village)
    put_out(village)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    Provider.objects.update(settings={"address": f"smpp://127.0.0.1:{port}", "system_id": "ubnd"})
    assert run() is not None
    assert states() == [State.WAITING]


def test_a_line_lost_in_the_middle_is_in_doubt_and_not_repeated(village, centre, provider):
    for _ in range(5):
        SubscriberFactory(village=village)
    release = put_out(village)
    centre.script = [0, 0, "die"]
    run()
    assert states().count(State.ACCEPTED) == 2
    # Submitted with the one that was taken, and perhaps read too.
    assert states().count(State.IN_DOUBT) + states().count(State.WAITING) == 3
    assert State.IN_DOUBT in states()
    for minutes in (1, 10, 60):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
            run()
    assert State.WAITING not in states()
    assert len({one.number for one in centre.submitted}) == len(centre.submitted)
    assert "chưa rõ" in settled(release).detail


def test_a_line_lost_between_two_parts_is_in_doubt(village, centre, provider):
    SubscriberFactory(village=village)
    put_out(village, text="ạ" * 120)
    centre.script = [0, "die"]
    run()
    assert states() == [State.IN_DOUBT]
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        run()
    assert len(centre.submitted) == 2


def test_a_worker_killed_in_the_middle(village, centre, provider):
    for _ in range(20):
        SubscriberFactory(village=village)
    put_out(village)

    def killed(*_arguments):
        raise KeyboardInterrupt

    with mock.patch.object(running, "_write_down", killed), pytest.raises(KeyboardInterrupt):
        running.send_due()
    assert len(centre.submitted) == running.AT_ONCE
    with time_machine.travel(timezone.now() + timedelta(seconds=46)):
        run()
    assert states() == [State.ACCEPTED] * 4 + [State.IN_DOUBT] * running.AT_ONCE
    assert len(centre.submitted) == 20


def test_a_number_that_is_none_is_forgotten_and_huy_is_heard(village, centre, provider):
    SubscriberFactory(village=village, number="84912345678")
    SubscriberFactory(village=village, number="84987654321")
    put_out(village)
    centre.script = [message_centre.INVALID_NUMBER]
    run()
    left = Subscriber.objects.get()
    centre.owed = [(sealing.unseal(left.sealed_number), "HUY")]
    run()
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize(
    ("address", "is_good"),
    [
        ("smpp://10.0.0.8:2775", True),
        ("smpps://smsc.example.vn", True),
        ("10.0.0.8:2775", False),
        ("http://smsc.example.vn", False),
        ("smpp://", False),
        ("smpp://smsc.example.vn:x", False),
        ("", False),
    ],
)
def test_an_address_is_checked_when_it_is_typed(address, is_good):
    assert bool(smpp.Smpp().settings_problem({"address": address})) is not is_good


def test_the_simulator_reads_what_the_standard_says():
    body = b"\0\x05\x00UBND\0\x01\x0184912345678\0\x00\x00\x00\0\0\x01\x00\x08\x00\x02\x1e\xa1"
    assert Submitted(body).text == "ạ"

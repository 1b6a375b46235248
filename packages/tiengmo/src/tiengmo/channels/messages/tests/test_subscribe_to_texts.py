"""A villager gives a number, types the code that came, and leaves without a trace."""

import contextlib
import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from tiengmo.audit.actors import SYSTEM
from tiengmo.channels.messages import actions, sealing
from tiengmo.channels.messages.errors import MessageError
from tiengmo.channels.messages.models import Message, Subscriber
from tiengmo.channels.messages.sending.running import send_due
from tiengmo.channels.messages.tests.factories import ProviderFactory, SubscriberFactory
from tiengmo.outbox.registry import Later
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.portal import guard

pytestmark = pytest.mark.django_db
NUMBER = "0912 345 678"


@pytest.fixture(autouse=True)
def quick_form(monkeypatch, settings):
    settings.PUBLIC_URL = "https://mo.example.vn"
    monkeypatch.setattr(guard, "SOONEST", timedelta(0))


@pytest.fixture
def village():
    return VillageFactory(unit=UnitFactory(in_district=True), name="Thôn Mường Hum")


def ask(client, village, number=NUMBER):
    page = client.get("/theo-doi/sms/", {"xa": village.unit.code}).content.decode()
    stamp = re.search(rf'name="{guard.STAMP}" value="([^"]+)"', page)[1]
    fields = {guard.STAMP: stamp, "so": number, "thon": f"area:{village.code}"}
    return client.post("/theo-doi/sms/", fields | {"xa": village.unit.code})


def deliver():
    with contextlib.suppress(Later):
        send_due()


def code_in(line):
    return re.search(r": (\d{6})\.", line.texts[-1])[1]


@pytest.mark.parametrize("typed", ["²²²²²²", "１２３", "mã là số"])
def test_signs_that_look_like_digits_are_a_wrong_code(client, village, line, typed):
    ProviderFactory()
    answer = ask(client, village)
    assert client.post(answer["Location"], {"ma": typed}).status_code == 400


def test_a_code_typed_in_wide_digits_is_right(client, village, line):
    ProviderFactory()
    ask(client, village)
    deliver()
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code_in(line))
    actions.confirm_subscription(Subscriber.objects.get().pk, wide)
    assert Subscriber.objects.get().confirmed_at is not None


def test_nothing_is_sent_before_the_code_is_typed(client, village, line):
    ProviderFactory()
    answer = ask(client, village)
    assert answer.status_code == 302
    deliver()
    assert line.numbers == ["84912345678"]
    assert line.texts[0].startswith("Ma xac nhan nhan tin Thon Muong Hum: ")
    subscriber = Subscriber.objects.get()
    assert subscriber.confirmed_at is None
    confirm = client.post(answer["Location"], {"ma": code_in(line)})
    subscriber.refresh_from_db()
    assert subscriber.confirmed_at is not None
    assert confirm["Location"].startswith(f"/theo-doi/sms/{subscriber.link_key}/")
    assert "Đã xác nhận" in client.get(confirm["Location"]).content.decode()
    deliver()
    assert f"mo.example.vn/theo-doi/sms/{subscriber.link_key}/" in line.texts[-1]


def test_the_number_is_nowhere_in_the_database_and_gone_after_leaving(client, village, line):
    ProviderFactory()
    answer = ask(client, village)
    deliver()
    client.post(answer["Location"], {"ma": code_in(line)})
    subscriber = Subscriber.objects.get()
    with connection.cursor() as cursor:
        for model in (Subscriber, Message):
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")
            assert "912345678" not in str(cursor.fetchall())
    client.post(f"/theo-doi/sms/{subscriber.link_key}/")
    assert not Subscriber.objects.exists()
    assert not Message.objects.exclude(subscriber=None).exists()
    assert client.get(f"/theo-doi/sms/{subscriber.link_key}/").status_code == 404
    # What had not gone yet does not go.
    assert set(Message.objects.filter(kind="link").values_list("state", flat=True)) == {
        Message.State.CANCELLED
    }


def test_a_wrong_code_confirms_nothing_and_tries_end(client, village, line):
    ProviderFactory()
    answer = ask(client, village)
    deliver()
    right = code_in(line)
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(5):
        assert client.post(answer["Location"], {"ma": wrong}).status_code == 400
    assert client.post(answer["Location"], {"ma": right}).status_code == 400
    assert Subscriber.objects.get().confirmed_at is None


def test_a_code_is_good_for_half_an_hour(client, village, line):
    ProviderFactory()
    answer = ask(client, village)
    deliver()
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert client.post(answer["Location"], {"ma": code_in(line)}).status_code == 400


def test_nobodys_telephone_is_filled(client, village, line):
    ProviderFactory()
    for _ in range(5):
        assert ask(client, village).status_code == 302
    assert Message.objects.count() == 3


def test_no_provider_no_form(client, village):
    assert "chưa gửi tin nhắn" in client.get("/theo-doi/sms/").content.decode()
    with pytest.raises(MessageError):
        actions.ask_to_subscribe(NUMBER, village, categories=[], by=SYSTEM)


def test_a_trial_says_so(client, village):
    ProviderFactory(console=True)
    assert "Đang chạy thử" in client.get("/theo-doi/sms/").content.decode()


def test_staff_note_a_number_with_consent_and_the_code_is_still_asked_for(village):
    ProviderFactory()
    editor = UserFactory(editor=village.unit)
    with pytest.raises(MessageError, match="đồng ý"):
        actions.ask_to_subscribe(NUMBER, village, categories=[], by=editor)
    noted = actions.ask_to_subscribe(NUMBER, village, categories=[], by=editor, has_consent=True)
    assert noted.confirmed_at is None
    assert noted.noted_by_name == str(editor)
    stranger = UserFactory(editor=True)
    with pytest.raises(NotAllowed):
        actions.ask_to_subscribe(NUMBER, village, categories=[], by=stranger, has_consent=True)


def test_a_lost_link_is_texted_again_only_to_who_gets_messages(client, line):
    ProviderFactory()
    SubscriberFactory(number="84912345678")
    for number, expected in ((NUMBER, 1), ("0987 654 321", 1)):
        page = client.get("/theo-doi/sms/gui-lien-ket/").content.decode()
        stamp = re.search(rf'name="{guard.STAMP}" value="([^"]+)"', page)[1]
        answer = client.post("/theo-doi/sms/gui-lien-ket/", {guard.STAMP: stamp, "so": number})
        assert answer["Location"] == "/theo-doi/sms/da-gui-lien-ket/"
        assert Message.objects.filter(kind="link").count() == expected


def test_old_numbers_are_forgotten():
    now = timezone.now()
    fresh = SubscriberFactory()
    SubscriberFactory(waiting=True, asked_at=now - timedelta(days=2))
    SubscriberFactory(confirmed_at=now - timedelta(days=731))
    actions.forget_old()
    assert list(Subscriber.objects.all()) == [fresh]


def test_another_installations_key_opens_nothing(settings):
    sealed = sealing.seal("84912345678")
    settings.FOLLOWERS_KEY = "khac"
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(sealed)

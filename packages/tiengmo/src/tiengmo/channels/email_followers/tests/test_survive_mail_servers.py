"""A mail server that refuses some, refuses all or does not answer."""

import smtplib
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tiengmo.channels import health
from tiengmo.channels.email_followers import listening, sealing, sending
from tiengmo.channels.email_followers.errors import LettersRefused
from tiengmo.channels.email_followers.models import Follower, Following, Letter
from tiengmo.channels.email_followers.posting import SEND, SEND_DAILY
from tiengmo.outbox import registry
from tiengmo.outbox.actions import sweep
from tiengmo.outbox.models import OutboxEntry
from tiengmo.places.tests.factories import UnitFactory
from tiengmo.releases.tests.factories import ReleaseFactory, RenditionFactory

pytestmark = pytest.mark.django_db
State = Letter.State


class Server:
    """A mail server. refuses: address to the error that it meets."""

    def __init__(self, **refuses):
        self.refuses = refuses
        self.to = []

    def open(self): ...

    def close(self): ...

    def send_messages(self, messages):
        (message,) = messages
        (address,) = message.to
        name = address.partition("@")[0]
        if name in self.refuses:
            raise self.refuses[name]
        self.to.append(name)


def refused(code, text=b"not now"):
    return smtplib.SMTPRecipientsRefused({"an@example.vn": (code, text)})


@pytest.fixture
def commune(settings):
    settings.EMAIL_URL = "smtp://mail.example.vn"
    settings.PUBLIC_URL = "https://mo.example.vn"
    return UnitFactory(in_district=True)


def follows(commune, name, rhythm="at_once"):
    address = f"{name}@example.vn"
    follower = Follower.objects.create(
        sealed_address=sealing.seal(address),
        address_hash=sealing.hash_of(address),
        confirmed_at=timezone.now(),
        rhythm=rhythm,
    )
    Following.objects.create(follower=follower, kind="area", code=commune.code)


def tell(commune):
    release = ReleaseFactory(unit=commune, audience=[commune.code], released=True)
    RenditionFactory(release=release)
    listening.tell_of(release)


def states():
    return sorted(Letter.objects.values_list("state", flat=True))


@pytest.mark.parametrize("error", [refused(452), smtplib.SMTPDataError(554, b"spam")])
def test_one_that_is_refused_holds_up_no_other(commune, error):
    for name in ("an", "binh", "chi"):
        follows(commune, name)
    tell(commune)
    server = Server(an=error)
    with pytest.raises(LettersRefused) as told:
        sending.send_waiting(lambda: server)
    assert sorted(server.to) == ["binh", "chi"]
    assert states() == [State.SENT, State.SENT, State.WAITING]
    assert "example.vn" not in str(told.value)


def test_one_that_was_refused_is_tried_after_those_that_were_not(commune, monkeypatch):
    monkeypatch.setattr(sending, "BATCH", 1)
    follows(commune, "an")
    tell(commune)
    follows(commune, "binh")
    Letter.objects.update(changed_at=timezone.now() - timedelta(hours=1))
    listening.tell_of(Letter.objects.get().release)
    server = Server(an=refused(452))
    with pytest.raises(LettersRefused):
        sending.send_waiting(lambda: server)
    assert sending.send_waiting(lambda: server) == 1
    assert server.to == ["binh"]


def test_a_server_that_closes_is_asked_no_more(commune):
    follows(commune, "an")
    follows(commune, "binh")
    tell(commune)
    server = Server(an=refused(421), binh=refused(421))
    with pytest.raises(LettersRefused):
        sending.send_waiting(lambda: server)
    assert states() == [State.WAITING, State.WAITING]


def test_after_three_days_it_is_no_news(commune):
    follows(commune, "an")
    tell(commune)
    with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
        assert sending.send_waiting(Server) == 0
    assert states() == [State.DROPPED]


def test_what_was_wrong_is_put_right_after_three_days_too(commune):
    follows(commune, "an")
    tell(commune)
    Letter.objects.update(kind=Letter.Kind.CORRECTION)
    server = Server()
    with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
        assert sending.send_waiting(lambda: server) == 1
    assert server.to == ["an"]


def test_the_days_letters_go_so_many_at_a_time(commune, monkeypatch):
    monkeypatch.setattr(sending, "BATCH", 2)
    for name in ("an", "binh", "chi"):
        follows(commune, name, rhythm="daily")
    tell(commune)
    tell(commune)
    server = Server(an=refused(452))
    tomorrow = timezone.now() + timedelta(days=1)
    with time_machine.travel(tomorrow):
        for _run in range(3):
            try:
                sending.send_daily(held_before=sending.last_closing(), connect=lambda: server)
            except LettersRefused:
                continue
    assert sorted(server.to) == ["binh", "chi"]
    assert states() == [State.HELD] * 2 + [State.SENT] * 4
    assert OutboxEntry.objects.filter(topic=SEND_DAILY).exists()


def test_a_slow_server_lets_others_have_their_turn(commune, monkeypatch):
    monkeypatch.setattr(sending, "RUN_SECONDS", -1)
    for name in ("an", "binh", "chi"):
        follows(commune, name)
    tell(commune)
    OutboxEntry.objects.all().delete()
    server = Server()
    assert sending.send_waiting(lambda: server) == 1
    assert OutboxEntry.objects.filter(topic=SEND).exists(), "it comes again for the others"
    while sweep([SEND]):
        pass
    assert states() == [State.SENT] * 3


def test_mail_waits_for_servers_where_it_delays_no_release():
    outside = registry.topics(registry.Lane.OUTSIDE)
    assert {SEND, SEND_DAILY} <= set(outside)


def test_an_outage_stands_on_the_channels_page(commune, monkeypatch):
    follows(commune, "an")
    tell(commune)

    def nobody_there(_connection=None):
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(sending.get_connection().__class__, "open", nobody_there)
    sweep([SEND])
    assert line().state == "healthy"
    with time_machine.travel(timezone.now() + timedelta(minutes=20)):
        failing = line()
        assert failing.state == "failing"
        assert "1 thư chờ gửi; ConnectionRefusedError" in failing.detail
        monkeypatch.undo()
        sweep([SEND])
        assert line().state == "healthy"


def test_without_a_mail_server_the_page_says_so(settings):
    settings.EMAIL_URL = ""
    assert line().state == "unused"


def line():
    return next(row.own for row in health.board() if row.own.name == "Thư điện tử")

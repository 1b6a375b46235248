"""A villager follows a village by e-mail, confirms, gets what is new, and leaves without a trace."""

import re
import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from tiengmo.audit.models import AuditEntry
from tiengmo.channels.email_followers import bounces, listening, sending
from tiengmo.channels.email_followers.errors import LettersRefused
from tiengmo.channels.email_followers.handlers import daily
from tiengmo.channels.email_followers.models import Follower, Following, Letter
from tiengmo.outbox import registry
from tiengmo.outbox.actions import sweep
from tiengmo.outbox.models import OutboxEntry
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.portal import guard
from tiengmo.releases.actions import move_delivery, withdraw_release
from tiengmo.releases.models import DeliveryStatus
from tiengmo.releases.tests.factories import DeliveryFactory, ReleaseFactory, RenditionFactory

pytestmark = pytest.mark.django_db
ADDRESS = "ba.con@example.vn"


@pytest.fixture(autouse=True)
def sends(settings, monkeypatch):
    settings.EMAIL_URL = "submission://mail.example.vn"
    settings.PUBLIC_URL = "https://mo.example.vn"
    monkeypatch.setattr(guard, "SOONEST", guard.timedelta(0))


@pytest.fixture
def commune():
    return UnitFactory(in_district=True)


@pytest.fixture
def village(commune):
    return VillageFactory(unit=commune)


def run_worker():
    lanes = (registry.Lane.QUICK, registry.Lane.OUTSIDE)
    while any(sweep(registry.topics(lane)) for lane in lanes):
        pass


def stamp(client):
    html = client.get("/theo-doi/").content.decode()
    return re.search(rf'name="{guard.STAMP}" value="([^"]+)"', html)[1]


def ask(client, *wanted, address=ADDRESS, rhythm="at_once"):
    fields = {guard.STAMP: stamp(client), "thu": address, "muc": wanted, "nhip": rhythm}
    answer = client.post("/theo-doi/", fields)
    run_worker()
    return answer


def path_in(message, part):
    return re.search(rf"https://mo\.example\.vn(/theo-doi/{part}/\S+/)", message.body)[1]


def follow(client, *wanted, address=ADDRESS, rhythm="at_once"):
    """Ask, confirm; give the follower's own page."""
    ask(client, *wanted, address=address, rhythm=rhythm)
    message = mail.outbox.pop()
    answer = client.post(path_in(message, "xac-nhan"))
    assert answer.status_code == 302
    return answer.url


def publish(audience, unit, **changes):
    release = ReleaseFactory(
        unit=unit, audience=audience, channels=["portal"], released=True, **changes
    )
    RenditionFactory(release=release)
    delivery = DeliveryFactory(release=release, channel="portal", target=release.slug)
    move_delivery(delivery, DeliveryStatus.SENDING)
    move_delivery(delivery, DeliveryStatus.DELIVERED)
    run_worker()
    return release


def test_from_asking_to_leaving(client, commune, village):
    answer = ask(client, f"area:{village.code}")
    assert (answer.status_code, answer.url) == (302, "/theo-doi/da-gui-thu/")
    (letter,) = mail.outbox
    assert letter.to == [ADDRESS]
    assert not Following.objects.exists()
    confirm = path_in(letter, "xac-nhan")
    assert client.get(confirm).status_code == 200
    assert not Following.objects.exists(), "opening a link, as scanners do, confirms nothing"
    own = client.post(confirm).url
    assert village.name in client.get(own).content.decode()

    release = publish([commune.code], commune)
    news = mail.outbox[-1]
    assert release.title in news.subject
    assert f"https://mo.example.vn/tin/{release.slug}/" in news.body
    assert news.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    one_click = (
        news.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("https://mo.example.vn")
    )

    assert client.post(one_click, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Follower.objects.exists()
    assert not Letter.objects.exists()
    assert not Following.objects.exists()
    publish([village.code], commune)
    assert len(mail.outbox) == 2, "who has left gets nothing more"
    assert client.get(own).url == "/theo-doi/da-ngung/"


def test_no_table_holds_the_address_in_clear(client, village):
    follow(client, f"area:{village.code}")
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            if table.startswith(("email_followers", "outbox", "audit", "visitors")):
                cursor.execute(f'SELECT * FROM "{table}"')
                assert ADDRESS not in str(cursor.fetchall()), table
    assert not AuditEntry.objects.filter(subject_name__contains="@").exists()


def test_another_village_and_another_commune_are_not_their_business(client, commune, village):
    other = VillageFactory(unit=commune)
    follow(client, f"area:{village.code}")
    publish([other.code], commune)
    publish([UnitFactory(in_district=True).code], UnitFactory())
    assert not mail.outbox


def test_following_a_commune_hears_of_each_of_its_villages(client, commune, village):
    follow(client, f"area:{commune.code}")
    publish([village.code], commune)
    assert len(mail.outbox) == 1


def test_whoever_was_told_is_told_of_the_correction_and_of_the_withdrawal(client, commune, village):
    follow(client, f"area:{village.code}")
    first = publish([commune.code], commune)
    second = publish(
        [commune.code], commune, source_id=first.source_id, source_version="2", replaces=first
    )
    assert mail.outbox[-1].subject.startswith("Đính chính: ")
    withdraw_release(second, by=UserFactory(), reason="Sai ngày họp")
    run_worker()
    assert mail.outbox[-1].subject.startswith("Đã gỡ: ")
    assert "Sai ngày họp" in mail.outbox[-1].body
    assert len(mail.outbox) == 3


def test_withdrawn_before_the_letter_went_no_letter_goes(client, commune, village):
    follow(client, f"area:{village.code}", rhythm="daily")
    release = publish([commune.code], commune)
    assert Letter.objects.get(release=release).state == Letter.State.HELD
    withdraw_release(release, by=UserFactory(), reason="Nhầm")
    run_worker()
    assert Letter.objects.get(release=release).state == Letter.State.DROPPED
    assert not mail.outbox


def test_one_letter_a_day_for_those_who_want_that(client, commune, village, monkeypatch):
    follow(client, f"area:{village.code}", rhythm="daily")
    publish([commune.code], commune)
    publish([village.code], commune)
    assert not mail.outbox
    monkeypatch.setattr(sending, "DAILY_HOUR", 0)
    Letter.objects.update(at=timezone.now() - timedelta(days=1))
    daily({})
    run_worker()
    (message,) = mail.outbox
    assert message.subject.startswith("2 tin mới")
    daily({})
    run_worker()
    assert len(mail.outbox) == 1


def test_announced_twice_told_once(client, commune, village):
    follow(client, f"area:{village.code}")
    release = publish([commune.code], commune)
    listening.tell_of(release)
    run_worker()
    assert len(mail.outbox) == 1


def test_a_stranger_cannot_fill_somebodys_mailbox(client, commune):
    for _ in range(6):
        assert ask(client, f"area:{commune.code}").status_code == 302
    assert len(mail.outbox) == 3


@pytest.mark.parametrize(
    ("address", "wanted", "words"),
    [
        ("không phải thư", ["area"], "chưa đúng"),
        (ADDRESS, [], "ít nhất một"),
        (ADDRESS, ["area:khong-co", "la:gi"], "ít nhất một"),
    ],
)
def test_a_wish_that_cannot_be_met_keeps_what_was_typed(client, commune, address, wanted, words):
    wanted = [f"area:{commune.code}" if value == "area" else value for value in wanted]
    answer = ask(client, *wanted, address=address)
    html = answer.content.decode()
    assert answer.status_code == 400
    assert words in html
    assert address in html
    assert not Follower.objects.exists()


def test_nobody_sees_or_ends_what_others_follow(client, village):
    own = follow(client, f"area:{village.code}")
    forged = own.replace("/cua-toi/", "/cua-toi/x")
    assert client.get(forged.split("?")[0]).status_code == 404
    assert client.post(forged.split("?")[0], {"roi": "1"}).status_code == 404
    assert Follower.objects.exists()


def test_unticking_everything_is_leaving(client, village, commune):
    own = follow(client, f"area:{village.code}", f"area:{commune.code}").split("?")[0]
    client.post(own, {"muc": [f"area:{commune.code}"], "nhip": "daily"})
    assert [str(f) for f in Following.objects.all()] == [f"area:{commune.code}"]
    assert Follower.objects.get().rhythm == "daily"
    assert client.post(own, {"nhip": "daily"}).url == "/theo-doi/da-ngung/"
    assert not Follower.objects.exists()


class Refusing:
    """A mail server that answers this to every recipient."""

    def __init__(self, error):
        self.error = error

    def open(self): ...

    def close(self): ...

    def send_messages(self, messages):
        del messages
        raise self.error


def waiting_letter(client, commune, village):
    follow(client, f"area:{village.code}")
    release = ReleaseFactory(unit=commune, audience=[commune.code], released=True)
    RenditionFactory(release=release)
    listening.tell_of(release)
    return Letter.objects.get(release=release)


def test_an_address_that_does_not_exist_is_erased(client, commune, village):
    waiting_letter(client, commune, village)
    no_such = smtplib.SMTPRecipientsRefused({ADDRESS: (550, b"5.1.1 no such user")})
    sending.send_waiting(lambda: Refusing(no_such))
    assert not Follower.objects.exists()


@pytest.mark.parametrize(
    "answer", [(554, b"5.7.1 Relay access denied"), (550, b"blocked"), (550, b"10.5.1.1 no")]
)
def test_a_relay_that_refuses_us_erases_nobody(client, commune, village, answer):
    letter = waiting_letter(client, commune, village)
    refused = smtplib.SMTPRecipientsRefused({ADDRESS: answer})
    with pytest.raises(LettersRefused):
        sending.send_waiting(lambda: Refusing(refused))
    letter.refresh_from_db()
    assert letter.state == Letter.State.WAITING


def test_a_full_mailbox_is_tried_again(client, commune, village):
    letter = waiting_letter(client, commune, village)
    full = smtplib.SMTPRecipientsRefused({ADDRESS: (452, b"mailbox full")})
    with pytest.raises(LettersRefused):
        sending.send_waiting(lambda: Refusing(full))
    letter.refresh_from_db()
    assert letter.state == Letter.State.WAITING
    run_worker()
    assert len(mail.outbox) == 1


def test_killed_while_handing_over_is_a_doubt_and_no_second_letter(client, commune, village):
    letter = waiting_letter(client, commune, village)
    with pytest.raises(SystemExit):
        sending.send_waiting(lambda: Refusing(SystemExit()))
    letter.refresh_from_db()
    assert letter.state == Letter.State.SENDING
    assert sending.send_waiting() == 0
    Letter.objects.filter(pk=letter.pk).update(changed_at="2020-01-01T00:00:00Z")
    assert sending.note_doubt() == 1
    OutboxEntry.objects.update(due_at="2020-01-01T00:00:00Z")
    run_worker()
    assert not mail.outbox


REPORT = """From: mailer-daemon@example.vn
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

Không gửi được.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.vn

Final-Recipient: rfc822; BA.CON@example.vn
Action: failed
Status: {status}

--x
Content-Type: {kind}

Subject: Họp dân
List-Unsubscribe: <{own}>

--x--
"""


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
@pytest.mark.parametrize(("status", "ended"), [("5.1.1", 1), ("5.7.1", 0), ("4.2.2", 0)])
def test_a_report_hours_later_ends_it_only_when_it_is_final(client, village, status, ended, kind):
    own = follow(client, f"area:{village.code}")
    report = REPORT.format(status=status, kind=kind, own=f"https://mo.example.vn{own}")
    assert bounces.read_bounce(report.encode()) == ended
    assert Follower.objects.count() == 1 - ended


@pytest.mark.parametrize("own", ["", "https://mo.example.vn/theo-doi/cua-toi/x:y/", "another's"])
def test_a_report_that_somebody_made_up_ends_nobody(client, village, own):
    follow(client, f"area:{village.code}")
    if own == "another's":
        other = follow(client, f"area:{village.code}", address="ke.khac@example.vn")
        own = f"https://mo.example.vn{other}"
    forged = REPORT.format(status="5.1.1", kind="message/rfc822", own=own)
    before = Follower.objects.count()
    assert bounces.read_bounce(forged.encode()) == 0
    assert Follower.objects.count() == before


def test_without_a_mail_server_there_are_feeds_and_no_promise(client, commune, village, settings):
    settings.EMAIL_URL = ""
    html = client.get(f"/theo-doi/?xa={commune.code}").content.decode()
    assert 'name="thu"' not in html
    assert f"/theo-doi/thon/{village.code}/rss.xml" in html
    assert ask(client, f"area:{commune.code}").status_code == 503


def test_opening_another_communes_villages_keeps_what_was_ticked(client, commune, village):
    other = VillageFactory(unit=UnitFactory(in_district=True))
    fields = {"mo-xa": "1", "mo-xa-nao": other.unit.code, "muc": [f"area:{village.code}"]}
    html = client.post("/theo-doi/", fields).content.decode()
    assert other.name in html
    assert f'value="area:{village.code}" checked' in html

"""A release under embargo: accredited journalists read it, nobody else does, until its hour."""

import re
import smtplib
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from tiengmo.channels.actions import carry, deliver, take_back
from tiengmo.channels.press import actions
from tiengmo.channels.press.models import Letter, PressItem, Reading, RoomKey, RoomSession
from tiengmo.channels.press.sending import note_doubt, send_waiting
from tiengmo.channels.press.tests.factories import JournalistFactory, clear
from tiengmo.channels.press.trail import rows_of
from tiengmo.channels.registry import Standing
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory
from tiengmo.releases.actions import withdraw_release
from tiengmo.releases.models import Delivery, DeliveryStatus, Release

pytestmark = pytest.mark.django_db
ROOM = "/bao-chi/phong/"
HEADLINE = "Khánh thành cầu Mường Hum"


@pytest.fixture(autouse=True)
def mailing(settings):
    settings.EMAIL_URL = "smtp://mail.example"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def unit():
    return UnitFactory(top=True)


@pytest.fixture
def journalist():
    return JournalistFactory(accredited=True)


def sign_in(journalist, address=None):
    """Come in by the link in the letter, as a person does; give the browser."""
    mail.outbox.clear()
    actions.ask_for_link(address or journalist_address(journalist))
    send_waiting()
    (letter,) = [one for one in mail.outbox if "/bao-chi/vao/" in one.body]
    path = re.search(r"https?://[^/\s]+(/bao-chi/vao/\S+)", letter.body)[1]
    browser = Client()
    assert browser.get(path).status_code == 200
    assert browser.post(path).headers["Location"] == ROOM
    return browser


def journalist_address(journalist):
    from tiengmo.channels.press.sealing import address_of

    return address_of(journalist.sealed_address)


def everywhere(client, release):
    """Every public address that could give it away, with what it answers."""
    slug = release.slug
    return {
        path: client.get(path)
        for path in (
            "/",
            "/bao-chi/",
            "/bao-chi/rss.xml",
            f"/bao-chi/{slug}/",
            f"/bao-chi/{slug}/anh/",
            f"/bao-chi/phong/{release.pk}/",
            f"/bao-chi/phong/{release.pk}/anh/",
            f"/tin/{slug}/",
            f"/tin/{slug}/qr.svg",
            f"/tin/{slug}/ban-luu/",
            "/tin/",
            "/rss.xml",
            "/sitemap.xml",
            "/sitemap-trang-1.xml",
            "/sitemap-bao-chi-1.xml",
            "/sitemap-ban-tin-1.xml",
            "/tim-kiem/?q=kh%C3%A1nh+th%C3%A0nh+c%E1%BA%A7u",
            "/tim-kiem/goi-y/?q=kh%C3%A1nh+th%C3%A0nh",
        )
    }


def test_nobody_but_journalists_sees_it_before_its_hour(unit, journalist, client):
    release = clear(unit, in_hours=3, channels=["press", "portal"])
    for path, answer in everywhere(client, release).items():
        text = answer.content.decode()
        assert HEADLINE not in text, path
        assert "Mường Hum" not in text, path
        assert release.slug not in re.sub(r"q=\S+", "", text), path
    assert client.get(f"/bao-chi/{release.slug}/").status_code == 404
    assert client.get(f"/bao-chi/phong/{release.pk}/").headers["Location"] == "/bao-chi/dang-nhap/"

    browser = sign_in(journalist)
    listed = browser.get(ROOM)
    assert HEADLINE in listed.content.decode()
    read = browser.get(f"{ROOM}{release.pk}/")
    text = read.content.decode()
    hour = timezone.localtime(release.release_at)
    assert f"Không đăng trước {hour:%H:%M} ngày {hour:%d/%m/%Y}" in text
    assert "Cầu dài 120 m" in text
    assert read.headers["Cache-Control"] == "no-store"
    assert "noindex" in read.headers["X-Robots-Tag"]
    assert Reading.objects.get().journalist == journalist


def test_the_letter_under_embargo_tells_the_hour_and_nothing_else(unit, journalist):
    release = clear(unit, in_hours=3)
    send_waiting()
    (letter,) = mail.outbox
    assert letter.to == [journalist_address(journalist)]
    hour = timezone.localtime(release.release_at)
    assert f"KHÔNG ĐĂNG TRƯỚC {hour:%H:%M} NGÀY {hour:%d/%m/%Y}" in letter.body
    for word in ("cầu", "Mường Hum", release.slug):
        assert word not in letter.body + letter.subject


def test_at_its_hour_it_is_public_by_the_clock_alone(unit, client, journalist):
    """No worker runs here: nothing carried the release."""
    release = clear(unit, in_hours=3)
    browser = sign_in(journalist)
    with time_machine.travel(release.release_at - timedelta(seconds=1), tick=False):
        assert client.get(f"/bao-chi/{release.slug}/").status_code == 404
        assert HEADLINE not in client.get("/bao-chi/").content.decode()
    with time_machine.travel(release.release_at, tick=False):
        assert "Cầu dài 120 m" in client.get(f"/bao-chi/{release.slug}/").content.decode()
        for path in ("/bao-chi/", "/bao-chi/rss.xml", "/sitemap-bao-chi-1.xml"):
            assert release.slug in client.get(path).content.decode(), path
        moved = browser.get(f"{ROOM}{release.pk}/")
        assert moved.headers["Location"] == f"/bao-chi/{release.slug}/"


def test_published_it_is_mailed_once_and_counted_by_outlet(unit, journalist):
    release = clear(unit)
    carry(release)
    deliver(release, "press")
    row = Delivery.objects.get(target__startswith="outlet-")
    assert row.status == DeliveryStatus.SENDING
    send_waiting()
    deliver(release, "press")
    send_waiting()
    (letter,) = mail.outbox
    assert letter.subject == HEADLINE
    assert f"/bao-chi/{release.slug}/" in letter.body
    row.refresh_from_db()
    assert (row.status, row.target_name) == (DeliveryStatus.DELIVERED, journalist.outlet.name)


def test_a_correction_goes_to_who_had_the_first_and_takes_its_place(unit, journalist, client):
    first = clear(unit)
    carry(first)
    deliver(first, "press")
    send_waiting()
    # Whoever was told is told, though the accreditation ended since.
    actions.end_accreditation(journalist, reason="Chuyển công tác.", by=approver(unit))
    other = JournalistFactory(accredited=True)
    second = clear(unit, version="2", headline="Khánh thành cầu Mường Hum: đính chính")
    carry(second)
    deliver(second, "press")
    mail.outbox.clear()
    send_waiting()
    subjects = {one.to[0]: one.subject for one in mail.outbox}
    assert subjects[journalist_address(journalist)].startswith("Đính chính:")
    assert not subjects[journalist_address(other)].startswith("Đính chính:")
    moved = client.get(f"/bao-chi/{first.slug}/")
    assert (moved.status_code, moved.headers["Location"]) == (301, f"/bao-chi/{second.slug}/")
    assert first.slug not in client.get("/bao-chi/").content.decode()


def approver(unit):
    return UserFactory(approver=unit)


def test_a_longer_embargo_is_not_ended_by_the_first_versions_hour(unit, client, journalist):
    first = clear(unit, in_hours=1)
    second = clear(unit, version="2", in_hours=5)
    browser = sign_in(journalist)
    assert browser.get(f"{ROOM}{first.pk}/").headers["Location"] == f"{ROOM}{second.pk}/"
    with time_machine.travel(first.release_at + timedelta(minutes=1), tick=False):
        carry(first)
        first.refresh_from_db()
        assert first.status == Release.Status.WITHDRAWN
        assert not Delivery.objects.exists()
        assert client.get(f"/bao-chi/{first.slug}/").status_code == 404
        assert HEADLINE not in client.get("/bao-chi/").content.decode()
    with time_machine.travel(second.release_at, tick=False):
        assert client.get(f"/bao-chi/{second.slug}/").status_code == 200
        assert client.get(f"/bao-chi/{first.slug}/").status_code == 404


def test_withdrawn_under_embargo_it_never_was(unit, client, journalist):
    release = clear(unit, in_hours=3)
    browser = sign_in(journalist)
    mail.outbox.clear()
    withdraw_release(release, by=UserFactory(), reason="Sai số liệu.")
    send_waiting()
    (letter,) = mail.outbox
    assert "Sai số liệu." in letter.body
    assert "Mường Hum" not in letter.subject + letter.body
    gone = browser.get(f"{ROOM}{release.pk}/")
    assert gone.status_code == 410
    assert "Sai số liệu." in gone.content.decode()
    assert HEADLINE not in browser.get(ROOM).content.decode()
    for hours in (0, 4):
        with time_machine.travel(timezone.now() + timedelta(hours=hours), tick=False):
            assert client.get(f"/bao-chi/{release.slug}/").status_code == 404


def test_withdrawn_after_it_was_public_it_says_why(unit, client, journalist):
    release = clear(unit)
    carry(release)
    deliver(release, "press")
    send_waiting()
    withdraw_release(release, by=UserFactory(), reason="Sai số liệu.")
    take_back(release)
    gone = client.get(f"/bao-chi/{release.slug}/")
    assert gone.status_code == 410
    assert "Sai số liệu." in gone.content.decode()
    assert HEADLINE not in client.get("/bao-chi/").content.decode()
    row = Delivery.objects.get(target__startswith="outlet-")
    assert (row.status, row.reason) == (DeliveryStatus.DELIVERED, "letters_gone")
    assert Delivery.objects.get(target=release.slug).status == DeliveryStatus.WITHDRAWN
    release.refresh_from_db()
    page, outlet = rows_of(release)
    assert (page.standing, page.since) == (Standing.TAKEN_BACK, release.withdrawn_at)
    assert (outlet.standing, outlet.count, outlet.is_followed) == (Standing.GONE, 1, False)
    mail.outbox.clear()
    send_waiting()
    assert [one.subject for one in mail.outbox] == [f"Đã gỡ: {HEADLINE}"]
    assert rows_of(release)[1].is_followed


def test_a_newer_version_not_for_the_press_takes_the_page_down(unit, client, journalist):
    first = clear(unit)
    carry(first)
    deliver(first, "press")
    send_waiting()
    second = clear(unit, version="2", channels=["portal"])
    carry(second)
    assert client.get(f"/bao-chi/{first.slug}/").status_code == 410
    mail.outbox.clear()
    send_waiting()
    assert [one.subject[:9] for one in mail.outbox] == ["Đính chín"]
    page, outlet = rows_of(first)
    assert page.standing is Standing.TAKEN_BACK
    assert (outlet.follows, outlet.is_followed) == (
        "Thư đính chính đã gửi tới 1 trên 1 người.",
        True,
    )


def test_a_link_lets_in_once_and_not_for_long(journalist):
    actions.ask_for_link(journalist_address(journalist).upper())
    send_waiting()
    path = re.search(r"(/bao-chi/vao/\S+)", mail.outbox[0].body)[1]
    token = path.split("/")[-2]
    assert token not in str(list(RoomKey.objects.values()))
    browser = Client()
    # A program that looks at links in letters uses nothing up.
    assert browser.get(path).status_code == 200
    assert browser.get(path).status_code == 200
    assert browser.post(path).status_code == 302
    kept = browser.cookies["phong-bao-chi"]
    assert kept["path"] == ROOM
    assert kept["httponly"]
    assert kept["samesite"] == "Lax"
    assert kept.value not in str(list(RoomSession.objects.values()))
    assert Client().post(path).status_code == 410
    actions.ask_for_link(journalist_address(journalist))
    send_waiting()
    late = re.search(r"(/bao-chi/vao/\S+)", mail.outbox[1].body)[1]
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        assert Client().post(late).status_code == 410


def test_strangers_learn_nothing_and_fill_no_mailbox(journalist):
    actions.ask_for_link("nguoi-la@example.org")
    ended = JournalistFactory(accredited=True, accredited_until=timezone.localdate())
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        actions.ask_for_link(journalist_address(ended))
    assert not Letter.objects.exists()
    for _time in range(5):
        actions.ask_for_link(journalist_address(journalist))
    assert Letter.objects.count() == 3


def test_whoever_is_no_longer_accredited_is_out_at_once(unit, journalist):
    release = clear(unit, in_hours=3)
    browser = sign_in(journalist)
    assert browser.get(f"{ROOM}{release.pk}/").status_code == 200
    actions.end_accreditation(journalist, reason="Thu thẻ.", by=approver(unit))
    assert browser.get(f"{ROOM}{release.pk}/").status_code == 302
    other = JournalistFactory(accredited=True, accredited_until=timezone.localdate())
    browser = sign_in(other)
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        assert browser.get(ROOM).status_code == 302


def test_signing_out_and_being_erased(journalist):
    browser = sign_in(journalist)
    kept = browser.cookies["phong-bao-chi"].value
    browser.post(f"{ROOM}ra/")
    again = Client()
    again.cookies["phong-bao-chi"] = kept
    assert again.get(ROOM).status_code == 302
    browser = sign_in(journalist)
    assert browser.get(f"{ROOM}thoi/").status_code == 200
    browser.post(f"{ROOM}thoi/")
    assert not type(journalist).objects.exists()
    assert not RoomSession.objects.exists()


def test_letters_wait_while_the_server_is_away_and_none_goes_twice(unit, journalist):
    release = clear(unit)
    carry(release)
    deliver(release, "press")

    class Away:
        def open(self):
            raise OSError("connection refused")

    with pytest.raises(OSError, match="refused"):
        send_waiting(Away)
    assert Letter.objects.get().state == Letter.State.WAITING

    class Dies:
        def open(self):
            pass

        def close(self):
            pass

        def send_messages(self, _messages):
            raise smtplib.SMTPServerDisconnected

    with pytest.raises(smtplib.SMTPServerDisconnected):
        send_waiting(Dies)
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        note_doubt()
    send_waiting()
    assert not mail.outbox
    assert Letter.objects.get().state == Letter.State.IN_DOUBT
    assert Delivery.objects.get(target__startswith="outlet-").status == DeliveryStatus.IN_DOUBT


def test_an_address_that_is_refused_for_good_is_shown(unit, journalist):
    release = clear(unit)
    carry(release)
    deliver(release, "press")

    class Refuses:
        def open(self):
            pass

        def close(self):
            pass

        def send_messages(self, messages):
            raise smtplib.SMTPRecipientsRefused({messages[0].to[0]: (550, b"unknown")})

    send_waiting(Refuses)
    journalist.refresh_from_db()
    assert journalist.bounced_at
    row = Delivery.objects.get(target__startswith="outlet-")
    assert row.status == DeliveryStatus.FAILED_PERMANENTLY


class Server:
    """A mail server that refuses some letters, each by what it is given to raise."""

    def __init__(self, refuses):
        self.refuses, self.taken = refuses, []

    def __call__(self):
        return self

    def open(self):
        pass

    def close(self):
        pass

    def send_messages(self, messages):
        (message,) = messages
        (to,) = message.to
        if to in self.refuses:
            raise self.refuses[to]
        self.taken.append(message)


@pytest.mark.parametrize("code", [450, 554])
@pytest.mark.parametrize("is_mailbox", [True, False])
def test_a_letter_that_is_refused_keeps_no_other_from_going(unit, journalist, is_mailbox, code):
    address = journalist_address(journalist)
    refused = smtplib.SMTPDataError(code, b"no")
    if is_mailbox:
        refused = smtplib.SMTPRecipientsRefused({address: (code, b"no")})
    server = Server({address: refused})
    other = JournalistFactory(accredited=True)
    release = clear(unit)
    carry(release)
    deliver(release, "press")
    send_waiting(server)
    assert [one.to for one in server.taken] == [[journalist_address(other)]]
    letter = Letter.objects.get(journalist=journalist)
    assert letter.state == (Letter.State.WAITING if code == 450 else Letter.State.REFUSED)
    journalist.refresh_from_db()
    assert bool(journalist.bounced_at) == (is_mailbox and code == 554)
    with time_machine.travel(timezone.now() + timedelta(days=6), tick=False):
        send_waiting(server)
    letter.refresh_from_db()
    assert letter.state == Letter.State.REFUSED


def test_a_correction_made_while_the_mail_server_was_away_is_all_that_goes(unit, journalist):
    first = clear(unit, headline="Bản một")
    carry(first)
    deliver(first, "press")
    send_waiting()
    mail.outbox.clear()
    # Away: two corrections are made before a letter goes again.
    for version, headline in (("2", "Bản hai"), ("3", "Bản ba")):
        newer = clear(unit, version=version, headline=headline)
        Release.objects.filter(pk=newer.pk).update(replaces=first)
        newer.refresh_from_db()
        carry(newer)
        deliver(newer, "press")
        first = newer
    send_waiting()
    assert [one.subject for one in mail.outbox] == ["Đính chính: Bản ba"]


def test_without_a_mail_server_nothing_claims_to_be_sent(unit, journalist, settings):
    settings.EMAIL_URL = ""
    release = clear(unit)
    carry(release)
    deliver(release, "press")
    send_waiting()
    assert Letter.objects.get().state == Letter.State.WAITING
    row = Delivery.objects.get(target__startswith="outlet-")
    assert (row.status, row.reason) == (DeliveryStatus.PENDING, "no_mail")
    assert PressItem.objects.get().release == release

"""Somebody sees where they are signed in, and signs out from afar."""

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from tiengmo.audit.models import AuditEntry
from tiengmo.people.actions import end_sign_ins
from tiengmo.people.browsers import name_of
from tiengmo.people.errors import NotAllowed
from tiengmo.people.models import SignIn
from tiengmo.people.sign_ins import forget_ended, sign_ins_of
from tiengmo.people.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
HOME = "/quan-tri/"
PLACES = "/quan-tri/noi-dang-nhap/"
PHONE = "Mozilla/5.0 (Linux; Android 13; SM-A145F) AppleWebKit/537.36 Chrome/126.0 Mobile Safari"
DESK = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 coc_coc_browser/117.0 Chrome/111.0 Safari"


@pytest.fixture
def user():
    return UserFactory(editor=True)


def entered(client, user, agent, address="203.0.113.7"):
    browser = type(client)(headers={"user-agent": agent}, REMOTE_ADDR=address)
    browser.post(
        "/quan-tri/login/", {"username": user.username, "password": PASSWORD, "next": HOME}
    )
    assert browser.get(HOME).status_code == 200
    return browser


@pytest.fixture
def desk(client, user):
    return entered(client, user, DESK)


@pytest.fixture
def phone(client, user):
    return entered(client, user, PHONE, "198.51.100.9")


def test_both_browsers_are_listed(desk, phone):
    page = desk.get(PLACES).content.decode()
    assert "Cốc Cốc, Windows" in page
    assert "Chrome, Android" in page
    assert "198.51.100.9" in page
    assert page.count("trình duyệt này</span>") == 1
    account = desk.get("/quan-tri/account/").content.decode()
    assert PLACES in account


def test_signing_one_out(desk, phone, user):
    row = SignIn.objects.get(agent=PHONE)
    desk.post(PLACES, {"noi": str(row.pk)})
    assert phone.get(HOME).url.startswith("/quan-tri/login/")
    assert desk.get(HOME).status_code == 200
    entry = AuditEntry.objects.get(action="sessions.ended")
    assert entry.detail == {"browsers": ["Chrome, Android"]}
    assert entry.actor_id == str(user.pk)


def test_signing_all_others_out(client, desk, phone, user):
    third = entered(client, user, PHONE)
    desk.post(PLACES, {"noi": "khac"})
    assert phone.get(HOME).status_code == 302
    assert third.get(HOME).status_code == 302
    assert desk.get(HOME).status_code == 200
    assert list(sign_ins_of(user)) == [SignIn.objects.get(agent=DESK)]


def test_signed_out_though_the_session_was_written_again_meanwhile(desk, phone):
    SignIn.objects.filter(agent=PHONE).delete()
    assert "từ một nơi khác" in phone.get(HOME, follow=True).content.decode()


def test_nobody_signs_a_colleague_out(client, desk):
    stranger = entered(client, UserFactory(editor=True), PHONE)
    row = SignIn.objects.get(agent=DESK)
    stranger.post(PLACES, {"noi": str(row.pk)})
    assert desk.get(HOME).status_code == 200
    with pytest.raises(NotAllowed):
        end_sign_ins([row], by=SignIn.objects.get(agent=PHONE).user)


@pytest.mark.parametrize("chosen", ["", "x", "00000000-0000-0000-0000-000000000000", "1' OR 1=1"])
def test_what_names_no_browser_ends_none(desk, phone, chosen):
    assert desk.post(PLACES, {"noi": chosen}).status_code == 302
    assert phone.get(HOME).status_code == 200


def test_the_address_goes_with_the_session(desk, phone, user):
    desk.post("/quan-tri/logout/")
    assert not SignIn.objects.filter(agent=DESK).exists()
    Session.objects.update(expire_date=timezone.now() - dt.timedelta(minutes=1))
    assert not sign_ins_of(user).exists()
    assert forget_ended() == 1
    assert not SignIn.objects.exists()
    assert not Session.objects.exists()


def test_when_it_was_last_used(desk):
    SignIn.objects.update(seen_at=timezone.now() - dt.timedelta(hours=1))
    desk.get(HOME, headers={"x-requested-with": "XMLHttpRequest"})
    assert SignIn.objects.get().seen_at < timezone.now() - dt.timedelta(minutes=50)
    desk.get(HOME)
    assert SignIn.objects.get().seen_at > timezone.now() - dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (PHONE, "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17) Version/17.4 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36 Edg/126.0", "Edge, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko Firefox/127.0", "Firefox, Linux"),
        ("<script>", "Trình duyệt không rõ"),
        ("", "Trình duyệt không rõ"),
    ],
)
def test_the_browser_by_its_name(agent, name):
    assert name_of(agent) == name

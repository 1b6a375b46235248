"""Somebody signs in with either of two phones, adds one and takes one away."""

import pytest
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from tiengmo.audit.models import AuditEntry
from tiengmo.people.recovery import make_codes, use_code
from tiengmo.people.tests.factories import PASSWORD, UserFactory, sign_in

pytestmark = pytest.mark.django_db
HOME = "/quan-tri/"
SHOW = "/quan-tri/xac-thuc/"
ENROL = "/quan-tri/xac-thuc/dang-ky/"
CODE = "/quan-tri/xac-thuc/ma-du-phong/"
DEVICES = "/quan-tri/xac-thuc/thiet-bi/"


def code_of(device):
    return f"{TOTP(device.bin_key, device.step, device.t0, device.digits).token():06d}"


def removal(device):
    return reverse("people_remove_factor", args=[device.pk])


@pytest.fixture
def user():
    return UserFactory(operator=True)


@pytest.fixture
def first(user):
    return TOTPDevice.objects.create(user=user, name="Máy của tôi", confirmed=True)


@pytest.fixture
def second(user, first):
    return TOTPDevice.objects.create(user=user, name="Máy ở cơ quan", confirmed=True)


def with_password(client, user):
    browser = type(client)()
    browser.post(
        "/quan-tri/login/", {"username": user.username, "password": PASSWORD, "next": HOME}
    )
    return browser


def test_adding_a_second_phone_keeps_the_first(client, user, first):
    sign_in(client, user)
    client.get(ENROL)
    new = TOTPDevice.objects.get(user=user, confirmed=False)
    client.post(ENROL, {"token": code_of(new), "name": "  Máy  ở cơ quan "})
    assert set(TOTPDevice.objects.filter(confirmed=True).values_list("name", flat=True)) == {
        "Máy của tôi",
        "Máy ở cơ quan",
    }
    page = client.get(DEVICES).content.decode()
    assert "Máy của tôi" in page
    assert "Máy ở cơ quan" in page
    assert AuditEntry.objects.get(action="second_factor.enrolled").detail == {
        "device": "Máy ở cơ quan"
    }


@pytest.mark.parametrize("which", ["first", "second"])
def test_either_phone_opens_the_door(client, user, first, second, which):
    browser = with_password(client, user)
    browser.post(SHOW, {"token": code_of({"first": first, "second": second}[which])})
    assert browser.get(HOME).status_code == 200
    # The other one took it for a wrong code, and must not make its owner wait for that.
    assert not TOTPDevice.objects.exclude(throttling_failure_count=0).exists()


def test_wrong_codes_make_both_wait(client, user, first, second):
    browser = with_password(client, user)
    wrong = next(
        f"{n:06d}" for n in range(9) if f"{n:06d}" not in {code_of(first), code_of(second)}
    )
    browser.post(SHOW, {"token": wrong})
    answer = browser.post(SHOW, {"token": code_of(second)})
    assert answer.status_code == 429
    assert browser.get(HOME).status_code == 302


def test_taking_one_of_two_away(client, user, first, second):
    sign_in(client, user)
    client.post(removal(second))
    assert list(TOTPDevice.objects.all()) == [first]
    assert AuditEntry.objects.get(action="second_factor.removed").detail == {
        "device": "Máy ở cơ quan"
    }


def test_sessions_that_showed_the_lost_phone_must_show_another(client, user, first, second):
    thief = with_password(client, user)
    thief.post(SHOW, {"token": code_of(second)})
    assert thief.get(HOME).status_code == 200
    owner = with_password(client, user)
    owner.post(SHOW, {"token": code_of(first)})
    owner.post(removal(second))
    assert thief.get(HOME).url.startswith(SHOW)
    assert owner.get(HOME).status_code == 200


def test_the_last_one_stays_while_the_role_demands_it(client, user, first):
    sign_in(client, user)
    page = client.post(removal(first), follow=True).content.decode()
    assert "máy cuối cùng" in page
    assert TOTPDevice.objects.exists()


def test_with_codes_on_paper_the_last_one_may_go(client, user, first):
    codes = make_codes(user)
    sign_in(client, user)
    client.post(removal(first))
    assert not TOTPDevice.objects.filter(confirmed=True).exists()
    # Who knows only the password gets no further than the codes, and adds no phone.
    browser = with_password(client, user)
    assert browser.get(HOME).url.startswith(SHOW)
    assert browser.get(SHOW).url.startswith(CODE)
    assert browser.get(ENROL).status_code == 302
    browser.post(CODE, {"token": codes[0]})
    assert browser.get(ENROL).status_code == 200


def test_used_up_codes_leave_the_door_shut(client, user):
    codes = make_codes(user)
    for code in codes:
        use_code(user, code)
    assert not StaticToken.objects.exists()
    browser = with_password(client, user)
    assert browser.get(ENROL).status_code == 302
    assert browser.get(HOME).status_code == 302


def test_an_editor_may_take_the_last_one_away(client):
    editor = UserFactory(editor=True)
    phone = TOTPDevice.objects.create(user=editor, confirmed=True)
    browser = with_password(client, editor)
    assert browser.post(removal(phone)).url.startswith(SHOW)
    browser.post(SHOW, {"token": code_of(phone)})
    browser.post(removal(phone))
    assert not TOTPDevice.objects.exists()


def test_nobody_takes_somebody_elses_away(client, user, first):
    other = UserFactory(operator=True)
    sign_in(client, other)
    assert client.post(removal(first)).status_code == 404
    assert TOTPDevice.objects.filter(pk=first.pk).exists()


def test_five_are_enough(client, user, first):
    for number in range(4):
        TOTPDevice.objects.create(user=user, name=f"Máy {number}", confirmed=True)
    sign_in(client, user)
    assert "bỏ bớt" in client.get(ENROL, follow=True).content.decode()

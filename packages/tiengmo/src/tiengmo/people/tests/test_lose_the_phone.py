"""Somebody keeps recovery codes on paper, loses the phone and signs in all the same."""

import re

import pytest
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from tiengmo.audit.models import AuditEntry
from tiengmo.people.actions import reset_second_factor
from tiengmo.people.tests.factories import PASSWORD, UserFactory, make_unit, sign_in

pytestmark = pytest.mark.django_db
HOME = "/quan-tri/"
DEVICES = "/quan-tri/xac-thuc/thiet-bi/"
CODE = "/quan-tri/xac-thuc/ma-du-phong/"


@pytest.fixture
def user(client):
    user = UserFactory(operator=True)
    TOTPDevice.objects.create(user=user, confirmed=True)
    sign_in(client, user)
    return user


@pytest.fixture
def codes(client, user):
    html = client.post(DEVICES).content.decode()
    return re.findall(r"<code>(\w{5}-\w{5})</code>", html)


@pytest.fixture
def elsewhere(client, codes, user):
    """A browser in which only the password was entered."""
    other = type(client)()
    other.post("/quan-tri/login/", {"username": user.username, "password": PASSWORD, "next": HOME})
    return other


def test_ten_codes_are_shown_once(client, codes):
    assert len(set(codes)) == 10
    html = client.get(DEVICES).content.decode()
    assert "Còn 10 mã" in html
    assert not re.search(r"<code>\w{5}-", html)


def test_the_table_holds_no_code(codes):
    stored = set(StaticToken.objects.values_list("token", flat=True))
    assert len(stored) == 10
    assert not stored & {code.replace("-", "") for code in codes}


def test_a_code_opens_the_door_once(elsewhere, codes, client):
    assert elsewhere.get(HOME).status_code == 302
    assert elsewhere.post(CODE, {"token": codes[0].upper().replace("-", " ")}).url == HOME
    assert elsewhere.get(HOME).status_code == 200
    assert AuditEntry.objects.filter(action="recovery_code.used").count() == 1
    third = type(client)()
    third.post("/quan-tri/login/", {"username": "x"})
    assert "Còn 9 mã" in client.get(DEVICES).content.decode()


def test_a_used_code_and_a_wrong_one_open_nothing(elsewhere, codes, user):
    StaticToken.objects.all()[0].delete()
    page = elsewhere.post(CODE, {"token": "aaaaa-bbbbb"})
    assert "Mã không đúng" in page.content.decode()
    assert elsewhere.get(HOME).status_code == 302
    again = elsewhere.post(CODE, {"token": codes[-1]})
    assert again.status_code == 429, "a wrong one makes the next wait"


def test_new_codes_end_the_old_ones(client, elsewhere, codes):
    client.post(DEVICES)
    assert "Mã không đúng" in elsewhere.post(CODE, {"token": codes[0]}).content.decode()


def test_somebody_elses_code_is_no_code(client, codes):
    stranger = UserFactory(operator=True)
    TOTPDevice.objects.create(user=stranger, confirmed=True)
    StaticDevice.objects.create(user=stranger)
    other = type(client)()
    other.post("/quan-tri/login/", {"username": stranger.username, "password": PASSWORD})
    assert "Mã không đúng" in other.post(CODE, {"token": codes[0]}).content.decode()


def test_only_who_has_shown_the_phone_makes_codes(elsewhere):
    assert elsewhere.post(DEVICES).status_code == 302
    assert StaticToken.objects.count() == 10


def test_a_lost_phone_takes_its_codes_along(codes, user):
    unit = make_unit()
    administrator = UserFactory(is_superuser=True, unit=unit)
    reset_second_factor(user, by=administrator, reason="Mất máy")
    assert not StaticToken.objects.exists()

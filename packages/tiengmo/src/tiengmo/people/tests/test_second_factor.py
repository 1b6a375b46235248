import time
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from tiengmo.audit.models import AuditEntry
from tiengmo.people.actions import require_role, reset_second_factor
from tiengmo.people.errors import NeedsSecondFactor
from tiengmo.people.models import Role
from tiengmo.people.tests.factories import PASSWORD, UserFactory, make_unit, sign_in

pytestmark = pytest.mark.django_db

HOME = "/quan-tri/"
SHOW = "/quan-tri/xac-thuc/"
ENROL = "/quan-tri/xac-thuc/dang-ky/"
WITH_FACTOR = ["approver", "operator", "technician", "administrator"]


def code_of(device, steps=0):
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    totp.time = time.time() + steps * device.step
    return f"{totp.token():06d}"


def wrong_code(device):
    near = {code_of(device, steps) for steps in range(-3, 4)}
    return next(f"{n:06d}" for n in range(10) if f"{n:06d}" not in near)


def enter_password(client, user):
    return client.post(
        "/quan-tri/login/", {"username": user.username, "password": PASSWORD, "next": HOME}
    )


@pytest.mark.parametrize("role", WITH_FACTOR)
def test_whoever_puts_sound_on_air_or_administers_must_enrol(client, role):
    user = UserFactory(**{role: True})
    enter_password(client, user)
    for address in (HOME, "/quan-tri/account/", "/quan-tri/nhan-su/", "/quan-tri/khong-co/"):
        response = client.get(address)
        assert response.status_code == 302
        assert response.url.startswith(ENROL), address


def test_an_editor_need_not(client):
    enter_password(client, UserFactory(editor=True))
    assert client.get(HOME).status_code == 200


def test_a_superuser_must(client):
    enter_password(client, UserFactory(is_superuser=True))
    assert client.get(HOME).url.startswith(ENROL)


def test_scripts_and_live_pages_are_answered_in_their_own_way(client):
    enter_password(client, UserFactory(operator=True))
    assert client.get(HOME, headers={"x-requested-with": "XMLHttpRequest"}).status_code == 403
    live = client.get(HOME, headers={"hx-request": "true"})
    assert live.status_code == 403
    assert live["HX-Redirect"].startswith(ENROL)


def test_enrolling_with_the_code_of_the_app(client):
    user = UserFactory(approver=True)
    enter_password(client, user)
    page = client.get(ENROL).content.decode()
    assert "<svg" in page
    assert "tm-qr" in page
    assert "viewBox" in page.partition("tm-qr-frame")[2][:300]  # else the style sheet crops it
    device = TOTPDevice.objects.get(user=user)
    assert not device.confirmed
    before = client.session.session_key
    response = client.post(ENROL, {"token": code_of(device), "next": "/quan-tri/account/"})
    assert response.url == "/quan-tri/account/"
    assert client.session.session_key != before
    assert client.get(HOME).status_code == 200
    assert AuditEntry.objects.filter(action="second_factor.enrolled").exists()


def test_a_wrong_first_code_enrols_nobody(client):
    user = UserFactory(approver=True)
    enter_password(client, user)
    client.get(ENROL)
    device = TOTPDevice.objects.get(user=user)
    page = client.post(ENROL, {"token": wrong_code(device)}).content.decode()
    assert "Mã không đúng" in page
    assert not TOTPDevice.objects.get(user=user).confirmed


@pytest.fixture
def enrolled(client):
    user = UserFactory(operator=True)
    device = TOTPDevice.objects.create(user=user, confirmed=True)
    enter_password(client, user)
    return device


def test_signing_in_asks_for_the_code(client, enrolled):
    assert client.get(HOME).url.startswith(SHOW)
    before = client.session.session_key
    code = code_of(enrolled)
    response = client.post(SHOW, {"token": f"{code[:3]} {code[3:]}", "next": HOME})
    assert response.url == HOME
    assert client.session.session_key != before
    assert client.get(HOME).status_code == 200


def test_a_code_works_once(client, enrolled):
    code = code_of(enrolled)
    client.post(SHOW, {"token": code})
    other = type(client)()
    enter_password(other, enrolled.user)
    assert "đã dùng" in other.post(SHOW, {"token": code}).content.decode()
    assert other.get(HOME).status_code == 302


def test_guessing_codes_gets_slower_and_slower(client, enrolled):
    with time_machine.travel(time.time(), tick=False) as clock:
        for _ in range(5):
            client.post(SHOW, {"token": wrong_code(enrolled)})
            clock.shift(120)
        client.post(SHOW, {"token": wrong_code(enrolled)})
        response = client.post(SHOW, {"token": code_of(enrolled)})
        assert response.status_code == 429
        assert "Hãy đợi 32 giây" in response.content.decode()
        clock.shift(33)
        assert client.post(SHOW, {"token": code_of(enrolled)}).status_code == 302


@pytest.mark.parametrize("token", ["", "12345", "abcdef", "1234567", "١٢٣٤٥", "' OR 1=1"])
def test_what_is_no_code_is_told(client, enrolled, token):
    response = client.post(SHOW, {"token": token})
    assert response.status_code == 200
    assert "6" in response.content.decode()
    assert client.get(HOME).status_code == 302


def test_only_the_password_does_not_swap_the_phone(client, enrolled):
    assert client.get(ENROL).url.startswith(SHOW)
    client.post(ENROL, {"token": "000000"})
    assert TOTPDevice.objects.filter(user=enrolled.user).count() == 1


def test_the_way_back_leads_nowhere_else(client, enrolled):
    response = client.post(SHOW, {"token": code_of(enrolled), "next": "https://example.org/"})
    assert response.url == HOME


def test_an_administrator_resets_a_lost_phone(client, enrolled):
    client.post(SHOW, {"token": code_of(enrolled)})
    administrator = UserFactory(administrator=enrolled.user.unit)
    office = sign_in(type(client)(), administrator)
    address = reverse("people_account_act", args=[enrolled.user.pk, "dat-lai-xac-thuc"])
    office.post(address, {"reason": ""})
    assert TOTPDevice.objects.filter(pk=enrolled.pk).exists()
    office.post(address, {"reason": "Mất điện thoại"})
    assert not TOTPDevice.objects.filter(user=enrolled.user).exists()
    assert client.get(HOME).url.startswith(ENROL)
    entry = AuditEntry.objects.get(action="second_factor.reset")
    assert entry.detail["reason"] == "Mất điện thoại"
    assert entry.actor_id == str(administrator.pk)


def test_an_administrator_elsewhere_cannot(client, enrolled):
    stranger = UserFactory(administrator=make_unit())
    office = sign_in(client, stranger)
    address = reverse("people_account_act", args=[enrolled.user.pk, "dat-lai-xac-thuc"])
    assert office.post(address, {"reason": "thử"}).status_code == 404
    with pytest.raises(Exception, match="ngoài phạm vi"):
        reset_second_factor(enrolled.user, by=stranger, reason="thử")
    assert TOTPDevice.objects.filter(pk=enrolled.pk).exists()


def test_a_demo_account_may_skip_it_and_every_page_says_so(client, settings):
    settings.IS_DEMO = True
    demo = UserFactory(approver=True, is_demo_account=True)
    enter_password(client, demo)
    for address in (HOME, "/quan-tri/account/"):
        page = client.get(address)
        assert page.status_code == 200
        assert "bỏ qua xác thực hai lớp" in page.content.decode(), address


def test_outside_a_demo_no_page_says_so(client):
    approver = UserFactory(approver=True)
    sign_in(client, approver)
    assert "Bản chạy thử" not in client.get(HOME).content.decode()


def test_an_action_asks_for_it_too():
    unit = make_unit()
    approver = UserFactory(approver=unit)
    approver.is_verified = lambda: False
    with pytest.raises(NeedsSecondFactor):
        require_role(approver, Role.APPROVER, unit)
    approver.is_verified = lambda: True
    require_role(approver, Role.APPROVER, unit)


@pytest.mark.parametrize("page", [SHOW, ENROL])
def test_the_way_back_keeps_its_own_questions(client, page):
    user = UserFactory(operator=True)
    if page == ENROL:  # who has a device is led from there to the other page
        TOTPDevice.objects.create(user=user, confirmed=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    wanted = "/quan-tri/loa/?unit=082&state=offline"
    answer = client.get(page, {"next": wanted})
    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer.url).query) == {"next": [wanted]}

"""A technician adds a screen; somebody types its code on a television."""

import json
import secrets
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tiengmo.audit.models import AuditEntry
from tiengmo.channels.screens import actions, rules
from tiengmo.channels.screens.actions import add_screen, enrol_screen, make_code, revoke_screen
from tiengmo.channels.screens.errors import CodeRefused, ScreenError, TooManyTries, UnknownScreen
from tiengmo.channels.screens.models import EnrolmentCode, Screen, WrongCode
from tiengmo.channels.screens.tests.factories import ScreenFactory, let_in
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory, VillageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def commune():
    return UnitFactory(in_district=True)


@pytest.fixture
def technician(commune):
    return UserFactory(technician=commune)


def token():
    return secrets.token_hex(32)


def test_adds_a_screen_and_lets_a_device_in(commune, technician):
    screen = add_screen(name="Sảnh một cửa", unit=commune, by=technician)
    code = make_code(screen, by=technician)
    own = token()
    assert enrol_screen(f" {code[:4].lower()}-{code[4:]} ", own, who="a") == screen
    assert actions.screen_of(own) == screen
    assert len(code) == 8
    kept = json.dumps(
        list(Screen.objects.values()) + list(EnrolmentCode.objects.values()), default=str
    )
    assert code not in kept
    assert own not in kept
    assert [row.action for row in AuditEntry.objects.order_by("sequence")] == [
        "screens.added", "screens.code_made", "screens.enrolled",
    ]  # fmt: skip


def test_a_code_is_good_once_and_for_a_day(commune, technician):
    screen = ScreenFactory(unit=commune, waiting=True)
    code, own = make_code(screen, by=technician), token()
    enrol_screen(code, own, who="a")
    enrol_screen(code, own, who="a")  # its answer was lost: the same device may ask again
    with pytest.raises(CodeRefused):
        enrol_screen(code, token(), who="a")
    late = make_code(screen, by=technician)
    with time_machine.travel(timezone.now() + timedelta(hours=25)), pytest.raises(CodeRefused):
        enrol_screen(late, token(), who="a")


def test_a_newer_code_voids_the_older(commune, technician):
    screen = ScreenFactory(unit=commune, waiting=True)
    older, newer = make_code(screen, by=technician), make_code(screen, by=technician)
    with pytest.raises(CodeRefused):
        enrol_screen(older, token(), who="a")
    assert enrol_screen(newer, token(), who="a") == screen


def test_another_device_takes_the_screen_over(commune, technician):
    screen, old = let_in(unit=commune)
    new = token()
    enrol_screen(make_code(screen, by=technician), new, who="a")
    assert actions.screen_of(new) == screen
    with pytest.raises(UnknownScreen):
        actions.screen_of(old)


def test_wrong_codes_are_counted(commune, technician):
    screen = ScreenFactory(unit=commune, waiting=True)
    code = make_code(screen, by=technician)
    for _ in range(10):
        with pytest.raises(CodeRefused):
            enrol_screen("22222222", token(), who="guesser")
    with pytest.raises(TooManyTries):
        enrol_screen(code, token(), who="guesser")
    assert WrongCode.objects.count() == 10
    assert enrol_screen(code, token(), who="somebody else") == screen


@pytest.mark.parametrize("bad", ["", "x" * 64, "A" * 64, "0" * 63, "\0" * 64])
def test_a_token_must_be_random_hex(commune, technician, bad):
    screen = ScreenFactory(unit=commune, waiting=True)
    with pytest.raises(CodeRefused):
        enrol_screen(make_code(screen, by=technician), bad, who="a")
    with pytest.raises(UnknownScreen):
        actions.screen_of(bad)


def test_a_stolen_screen_is_revoked(commune, technician):
    screen, own = let_in(unit=commune)
    code = make_code(screen, by=technician)
    with pytest.raises(ScreenError):
        revoke_screen(screen, by=technician, reason=" ")
    revoke_screen(screen, by=technician, reason="Mất trộm")
    with pytest.raises(UnknownScreen):
        actions.screen_of(own)
    with pytest.raises(CodeRefused):
        enrol_screen(code, token(), who="a")
    with pytest.raises(ScreenError):
        make_code(screen, by=technician)


@pytest.mark.parametrize("act", [make_code, lambda s, by: revoke_screen(s, by=by, reason="x")])
def test_only_a_technician_of_the_place(commune, act):
    screen = ScreenFactory(unit=commune)
    for stranger in (UserFactory(editor=commune), UserFactory(technician=True)):
        with pytest.raises(NotAllowed):
            act(screen, by=stranger)
        with pytest.raises(NotAllowed):
            add_screen(name="X", unit=commune, by=stranger)


def test_a_village_house_belongs_to_its_unit(commune, technician):
    with pytest.raises(ScreenError):
        add_screen(name="X", unit=commune, village=VillageFactory(), by=technician)
    with pytest.raises(ScreenError):
        add_screen(name="X", unit=commune, footfall=(5, 4), by=technician)


def test_the_page_gives_the_code_once(client, commune, technician):
    sign_in(client, technician)
    village = VillageFactory(unit=commune)
    answer = client.post(
        "/quan-tri/man-hinh/them/",
        {
            "name": "Nhà văn hoá", "unit": commune.pk, "village": village.pk, "opens_at": "06:00",
            "closes_at": "21:30", "footfall_lo": "10", "footfall_hi": "40",
        },
    )  # fmt: skip
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    screen = Screen.objects.get()
    assert (screen.village, screen.unit, screen.footfall_hi) == (village, commune, 40)
    shown = answer.context["code"]
    assert shown in answer.content.decode()
    enrolled = client.post(
        "/man-hinh/dang-ky/",
        json.dumps({"code": shown, "token": token()}),
        content_type="application/json",
    )
    assert enrolled.json() == {"name": "Nhà văn hoá"}
    board = client.get("/quan-tri/man-hinh/").content.decode()
    assert "mất liên lạc" in board  # let in, not heard of yet
    page = client.get(f"/quan-tri/man-hinh/{screen.pk}/").content.decode()
    assert "Thu hồi màn hình" in page
    again = client.post(f"/quan-tri/man-hinh/{screen.pk}/ma/")
    assert again.context["code"] != shown
    client.post(f"/quan-tri/man-hinh/{screen.pk}/thu-hoi/", {"reason": "hỏng"})
    assert "đã thu hồi" in client.get("/quan-tri/man-hinh/?tat-ca=1").content.decode()


def test_a_colleague_elsewhere_does_not_see_it(client, commune):
    screen = ScreenFactory(unit=commune)
    sign_in(client, UserFactory(technician=True))
    assert client.get(f"/quan-tri/man-hinh/{screen.pk}/").status_code == 404
    assert screen.name not in client.get("/quan-tri/man-hinh/").content.decode()


def test_codes_have_no_letters_that_look_alike():
    assert not set("0O1IL") & set(rules.ALPHABET)
    assert {len(rules.new_code()) for _ in range(50)} == {8}


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{", "application/json", 400),
        ("[]", "application/json", 400),
        ('{"code": 5}', "application/json", 403),
        ('{"code": "\\u0000", "token": "\\u0000"}', "application/json", 403),
        ("code=ABC", "application/x-www-form-urlencoded", 400),
        ("[" * 100_000, "application/json", 400),
        ('{"a": "' + "x" * 200_000 + '"}', "application/json", 413),
    ],
)
def test_hostile_requests_are_refused(client, body, kind, status):
    answer = client.post("/man-hinh/dang-ky/", body, content_type=kind)
    assert answer.status_code == status
    assert answer["Cache-Control"] == "no-store"
    assert client.get("/man-hinh/dang-ky/").status_code == 405

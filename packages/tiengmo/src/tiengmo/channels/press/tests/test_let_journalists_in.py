"""A journalist asks, the press office looks at the card; contacts and files for the press."""

import io
import re
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from tiengmo.audit.models import AuditEntry
from tiengmo.channels.press import actions
from tiengmo.channels.press.errors import PressError
from tiengmo.channels.press.models import Journalist, KitFile, Letter, Outlet, Spokesperson
from tiengmo.channels.press.sealing import address_of
from tiengmo.channels.press.tests.factories import JournalistFactory, OutletFactory, clear
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory
from tiengmo.portal import guard

pytestmark = pytest.mark.django_db
ADDRESS = "lan.anh@bao.example"
GIVEN = {
    "ho-ten": "Nguyễn Lan Anh",
    "co-quan": "Báo Thử Nghiệm",
    "so-the": "TBNB-0042",
    "thu": ADDRESS,
}


@pytest.fixture
def unit():
    return UnitFactory(top=True)


@pytest.fixture
def approver(unit):
    return UserFactory(approver=unit)


@pytest.fixture
def at_once(monkeypatch):
    monkeypatch.setattr(guard, "SOONEST", timedelta(0))


def stamped(client, path, fields):
    html = client.get(path).content.decode()
    stamp = re.search(rf'name="{guard.STAMP}" value="([^"]+)"', html)[1]
    return client.post(path, fields | {guard.STAMP: stamp})


def test_a_request_is_answered_by_the_press_office(client, unit, approver, at_once):
    answer = stamped(client, "/bao-chi/dang-ky/", GIVEN)
    assert answer.headers["Location"] == "/bao-chi/dang-ky/da-nhan/"
    journalist = Journalist.objects.get()
    assert ADDRESS not in journalist.sealed_address
    assert address_of(journalist.sealed_address) == ADDRESS
    sign_in(client, approver)
    assert "Nguyễn Lan Anh" in client.get(reverse("press_journalists")).content.decode()
    page = reverse("press_journalist", args=[journalist.pk])
    assert ADDRESS in client.get(page).content.decode()
    until = timezone.localdate() + timedelta(days=200)
    client.post(
        page,
        {"accredit": "1", "outlet": "Báo Thử Nghiệm", "kind": "paper", "until": until.isoformat()},
    )
    journalist.refresh_from_db()
    assert (journalist.state, journalist.accredited_until) == ("accredited", until)
    assert journalist.outlet == Outlet.objects.get(name="Báo Thử Nghiệm")
    assert Letter.objects.get().kind == Letter.Kind.ACCREDITED
    chain = str(list(AuditEntry.objects.values()))
    assert "Lan Anh" not in chain
    assert ADDRESS not in chain


def test_a_known_address_is_told_the_same_and_changes_nothing(client, at_once):
    known = JournalistFactory(accredited=True, address=ADDRESS)
    answer = stamped(client, "/bao-chi/dang-ky/", GIVEN)
    assert answer.headers["Location"] == "/bao-chi/dang-ky/da-nhan/"
    after = Journalist.objects.get()
    assert (after.full_name, after.state) == (known.full_name, known.state)


@pytest.mark.parametrize("left_out", ["ho-ten", "co-quan", "so-the", "thu"])
def test_a_request_without_everything_is_told_so(client, at_once, left_out):
    answer = stamped(client, "/bao-chi/dang-ky/", GIVEN | {left_out: " "})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert not Journalist.objects.exists()


def test_only_approvers_of_the_locality_let_in(unit):
    asked = JournalistFactory()
    wanted = {"outlet": OutletFactory(), "until": timezone.localdate()}
    commune = UnitFactory(parent=unit)
    for user in (UserFactory(editor=unit), UserFactory(approver=commune), UserFactory()):
        with pytest.raises(NotAllowed):
            actions.accredit(asked, **wanted, by=user)


@pytest.mark.parametrize("days", [-1, 800])
def test_an_accreditation_has_a_sensible_end(approver, days):
    until = timezone.localdate() + timedelta(days=days)
    with pytest.raises(PressError):
        actions.accredit(JournalistFactory(), outlet=OutletFactory(), until=until, by=approver)


def test_strangers_and_other_units_see_no_page(client, unit):
    for user in (UserFactory(editor=UnitFactory(parent=unit)), UserFactory(technician=unit)):
        sign_in(client, user)
        for name in ("press_home", "press_journalists", "press_kit", "press_spokespeople"):
            assert client.get(reverse(name)).status_code in (302, 403), name


def test_every_page_of_the_press_office_opens(client, unit, approver):
    journalist = JournalistFactory(accredited=True, full_name="=1+1")
    release = clear(unit, in_hours=2)
    sign_in(client, approver)
    for name, args in (
        ("press_home", []),
        ("press_item", [release.pk]),
        ("press_journalists", []),
        ("press_register", []),
        ("press_journalist", [journalist.pk]),
        ("press_spokespeople", []),
        ("press_kit", []),
    ):
        assert client.get(reverse(name, args=args)).status_code == 200, name
    table = client.get(reverse("press_journalists") + "?state=accredited&dinh-dang=csv")
    text = table.content.decode("utf-8-sig")
    assert "'=1+1" in text
    assert address_of(journalist.sealed_address) in text
    sign_in(client, UserFactory(editor=unit))
    page = client.get(reverse("press_journalists") + "?dinh-dang=csv").content.decode()
    assert address_of(journalist.sealed_address) not in page


def test_the_office_registers_somebody_and_ends_it(client, unit, approver):
    sign_in(client, approver)
    fields = {
        "full_name": "Trần Văn Bình",
        "card_number": "TBNB-7",
        "address": "binh@dai.example",
        "outlet": "Đài Thử",
        "kind": "broadcaster",
        "until": timezone.localdate().isoformat(),
    }
    client.post(reverse("press_register"), fields)
    journalist = Journalist.objects.get()
    assert journalist.is_accredited_on(timezone.localdate())
    again = client.post(reverse("press_register"), fields)
    assert "đã có trong danh sách" in again.content.decode()
    page = reverse("press_journalist", args=[journalist.pk])
    client.post(page, {"end": "1", "reason": "Thu thẻ."})
    journalist.refresh_from_db()
    assert (journalist.state, journalist.reason) == ("ended", "Thu thẻ.")


def test_what_is_past_its_time_is_erased():
    states = Journalist.State
    now, today = timezone.now(), timezone.localdate()
    JournalistFactory(asked_at=now - timedelta(days=31))
    JournalistFactory(state=states.ENDED, decided_at=now - timedelta(days=366))
    JournalistFactory(accredited=True, accredited_until=today - timedelta(days=366))
    kept = {
        JournalistFactory(asked_at=now - timedelta(days=29)).pk,
        JournalistFactory(accredited=True).pk,
        JournalistFactory(state=states.ENDED, decided_at=now - timedelta(days=300)).pk,
    }
    assert actions.forget_old() == 3
    assert set(Journalist.objects.values_list("pk", flat=True)) == kept


def jpeg_with_traces():
    out = io.BytesIO()
    traces = Image.Exif()
    traces[0x010F] = "MAY-ANH-CUA-AI"
    Image.new("RGB", (40, 30), "green").save(out, "JPEG", exif=traces)
    return out.getvalue()


def test_a_picture_is_offered_without_its_traces(client, unit):
    sign_in(client, UserFactory(editor=unit))
    raw = jpeg_with_traces()
    assert b"MAY-ANH-CUA-AI" in raw
    client.post(
        reverse("press_kit"),
        {
            "file": SimpleUploadedFile("Cầu Mường Hum.jpg", raw, "image/jpeg"),
            "title": "Cầu Mường Hum",
            "rights": "own",
            "credit": "Ảnh: Phòng Văn hoá",
        },
    )
    file = KitFile.objects.get()
    listed = client.get("/bao-chi/tu-lieu/").content.decode()
    assert "Ghi nguồn: Ảnh: Phòng Văn hoá" in listed
    address = re.search(r'href="(/bao-chi/tu-lieu/[^"]+\.jpg)"', listed)[1]
    answer = client.get(address)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert b"MAY-ANH-CUA-AI" not in content
    assert Image.open(io.BytesIO(content)).size == (40, 30)
    assert "attachment" in answer.headers["Content-Disposition"]
    client.post(reverse("press_kit"), {"remove": str(file.pk)})
    assert client.get(address).status_code == 410
    assert "Cầu Mường Hum" not in client.get("/bao-chi/tu-lieu/").content.decode()


def test_what_is_no_picture_and_no_document_is_refused(unit):
    editor = UserFactory(editor=unit)
    words = {"title": "Tệp", "description": "", "rights": "own", "credit": "Phòng"}
    for raw, name in ((b"<script>", "a.jpg"), (b"MZ\x00", "a.pdf"), (b"<svg/>", "a.svg")):
        with pytest.raises(PressError):
            actions.add_kit_file(raw, name, by=editor, **words)


def test_whom_the_press_asks_stands_on_the_page(client, unit):
    sign_in(client, UserFactory(editor=unit))
    fields = {"full_name": "Lò Thị Mai", "position": "Người phát ngôn", "position_in_list": "1"}
    client.post(reverse("press_spokespeople"), fields)
    assert not Spokesperson.objects.exists()
    client.post(reverse("press_spokespeople"), fields | {"phone": "0214 3800 000"})
    assert "tel:02143800000" in client.get("/bao-chi/").content.decode()
    client.post(reverse("press_spokespeople"), {"remove": str(Spokesperson.objects.get().pk)})
    assert "Lò Thị Mai" not in client.get("/bao-chi/").content.decode()


def test_an_ended_request_may_be_made_again(client, at_once):
    JournalistFactory(state=Journalist.State.REFUSED, address=ADDRESS, reason="Thẻ hết hạn.")
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        stamped(client, "/bao-chi/dang-ky/", GIVEN)
    again = Journalist.objects.get()
    assert (again.state, again.card_number, again.reason) == ("asked", "TBNB-0042", "")

"""The pages on which two people trust another authority, and one person then warns with it."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tiengmo.alerts.actions import take_in
from tiengmo.alerts.commands import group
from tiengmo.alerts.models import Alert, Feed, Standing
from tiengmo.alerts.workflow import State
from tiengmo.people.tests.factories import sign_in

from .authority import Authority, warning
from .conftest import PASSPHRASE
from .factories import make_ready

pytestmark = pytest.mark.django_db
HOME = "/quan-tri/canh-bao/"
PAPERS = f"{HOME}uy-quyen/"


@pytest.fixture
def theirs():
    return Authority()


@pytest.fixture
def feed(db):
    return Feed.objects.create(name="Đài khí tượng", url="https://kttv.example.vn/cap.atom")


def write(client, here, feed, theirs, **fields):
    fields = {
        "feed": feed.pk,
        "sender": "kttv@example.vn",
        "certificate": SimpleUploadedFile("kttv.pem", theirs.certificate.encode()),
        "hazard": "flash_flood",
        "events": "Cảnh báo lũ quét\nLũ quét",
        "areas": [here.commune.code],
        "season_first": "1/1",
        "season_last": "31/12",
        "until": (timezone.localdate() + timedelta(days=300)).isoformat(),
        "passphrase": PASSPHRASE,
    } | fields
    return client.post(f"{PAPERS}moi/", fields)


def test_two_people_give_it_and_one_warns_with_it(client, here, feed, theirs):
    sign_in(client, here.composer)
    assert "Chưa có giấy uỷ quyền nào" in client.get(PAPERS).content.decode()
    assert "Chứng thư ký của họ" in client.get(f"{PAPERS}moi/").content.decode()
    answer = write(client, here, feed, theirs)
    assert answer.status_code == 302, answer.content.decode()
    mine = client.get(answer["Location"]).content.decode()
    assert "Đang chờ một người khác ký" in mine
    row = Standing.objects.get()

    sign_in(client, here.above)
    page = client.get(f"{PAPERS}{row.pk}/").content.decode()
    assert "từ 01/01 đến hết 31/12" in page
    assert "kttv@example.vn" in page
    client.post(f"{PAPERS}{row.pk}/ky/", {"passphrase": PASSPHRASE})
    page = client.get(f"{PAPERS}{row.pk}/").content.decode()
    assert f"tiengmo alerts certify-standing {row.pk}" in page
    told = CliRunner().invoke(group, ["certify-standing", row.pk, "--yes"])
    assert told.exit_code == 0, told.output
    assert "kttv@example.vn" in told.output
    assert "đang dùng" in CliRunner().invoke(group, ["standings"]).output

    proposal = take_in(feed, theirs.signed(warning(here.commune.code)))
    sign_in(client, here.colleague)
    page = client.get(f"{HOME}tin/{proposal.pk}/").content.decode()
    assert "Chữ ký của họ đã được kiểm chứng" in page
    address = f"{HOME}soan/{here.flood.pk}/?proposal={proposal.pk}"
    assert address.replace("&", "&amp;") in page
    form = client.get(address).content.decode()
    assert 'value="Ngòi Phát"' in form
    answer = client.post(
        address,
        {
            "areas": [here.commune.code],
            "status": "Actual",
            "lasts_minutes": "180",
            "repeat_minutes": "3",
            "blank_place": "Ngòi Phát",
            "proposal": proposal.pk,
        },
    )
    alert = make_ready(Alert.objects.get())
    page = client.get(answer["Location"]).content.decode()
    assert "là chữ ký thứ hai" in page
    client.post(f"{HOME}{alert.pk}/ky-theo-uy-quyen/", {"passphrase": "sai roi sai roi"})
    alert.refresh_from_db()
    assert alert.state == State.DRAFT
    client.post(f"{HOME}{alert.pk}/ky-theo-uy-quyen/", {"passphrase": PASSPHRASE})
    alert.refresh_from_db()
    assert alert.state == State.ISSUED
    assert "giấy uỷ quyền thường trực" in client.get(answer["Location"]).content.decode()


def test_anyone_who_warns_there_takes_it_back(client, here, feed, theirs):
    sign_in(client, here.composer)
    write(client, here, feed, theirs)
    row = Standing.objects.get()
    sign_in(client, here.colleague)
    client.post(f"{PAPERS}{row.pk}/thu-hoi/", {"reason": "Nhầm địa bàn"})
    page = client.get(f"{PAPERS}{row.pk}/").content.decode()
    assert "đã thu hồi" in page
    assert "Nhầm địa bàn" in page
    assert "Ký giấy uỷ quyền" not in page
    told = CliRunner().invoke(group, ["certify-standing", row.pk, "--yes"])
    assert told.exit_code == 1


def test_a_message_that_does_not_count_says_why(client, here, feed, theirs):
    test_two = take_in(feed, Authority().signed(warning(here.commune.code)))
    sign_in(client, here.composer)
    write(client, here, feed, theirs)
    row = Standing.objects.get()
    sign_in(client, here.above)
    client.post(f"{PAPERS}{row.pk}/ky/", {"passphrase": PASSPHRASE})
    page = client.get(f"{HOME}tin/{test_two.pk}/").content.decode()
    assert "tin này không được tính" in page
    assert "hệ thống chưa kiểm chứng" in page


def test_who_may_not_warn_sees_no_form_and_neighbours_see_nothing(client, here, feed, theirs):
    sign_in(client, here.composer)
    write(client, here, feed, theirs)
    row = Standing.objects.get()
    sign_in(client, here.editor)
    assert client.get(f"{PAPERS}moi/").status_code == 302
    sign_in(client, here.next_door)
    assert client.get(f"{PAPERS}{row.pk}/").status_code == 404
    write(client, here, feed, theirs)
    assert Standing.objects.count() == 1


def test_what_is_wrong_stands_beside_its_field(client, here, feed, theirs):
    sign_in(client, here.composer)
    answer = write(
        client,
        here,
        feed,
        theirs,
        season_first="ngày mai",
        certificate=SimpleUploadedFile("x", b"\xff"),
    )
    page = answer.content.decode()
    assert "Ghi ngày và tháng" in page
    assert "cần tệp PEM" in page
    assert not Standing.objects.exists()

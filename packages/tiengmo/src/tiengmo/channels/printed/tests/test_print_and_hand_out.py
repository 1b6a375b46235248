"""A bulletin is printed, handed out and put up in villages, and paper is asked back."""

import io
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from tiengmo.channels.actions import carry, deliver, take_back
from tiengmo.channels.printed import actions
from tiengmo.channels.printed.errors import PrintedError
from tiengmo.channels.printed.handlers import lay_out
from tiengmo.channels.printed.models import HandOut, Sheet
from tiengmo.channels.printed.rules import households_given
from tiengmo.channels.registry import Forms, channel
from tiengmo.foundation import blobs
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.reach.queries import reach_of
from tiengmo.releases.actions import withdraw_release
from tiengmo.releases.models import Delivery, DeliveryStatus, Release
from tiengmo.releases.tests.factories import ReleaseFactory, RenditionFactory

pytestmark = pytest.mark.django_db
LONG = "<p>" + "Bà con chuyển đồ đạc lên cao trước khi nước về, đường trơn phải đi chậm. " * 400


@pytest.fixture
def commune():
    unit = UnitFactory(in_district=True)
    VillageFactory(unit=unit, households=80)
    VillageFactory(unit=unit, households=40)
    return unit


@pytest.fixture
def editor(commune):
    return UserFactory(editor=commune)


def put_out(commune, **texts):
    release = ReleaseFactory(unit=commune, channels=["portal", "print"])
    RenditionFactory(release=release, **{"summary": "Tiêm phòng cho trẻ ngày 25.", **texts})
    carry(release)
    deliver(release, "print")
    release.refresh_from_db()
    return release


def first_of(release):
    return Delivery.objects.filter(release=release, channel="print").order_by("target").first()


def note(delivery, by, **fields):
    wanted = {
        "id": uuid.uuid4(),
        "act": "given",
        "language": "vi",
        "copies": 30,
        "households": 30,
        "on": timezone.localdate(),
    }
    return actions.note_hand_out(delivery, by=by, **(wanted | fields))


def pdf_of(release, kind):
    made = Sheet.objects.get(release=release, kind=kind)
    return PdfReader(io.BytesIO(blobs.path(made.sha256, "pdf").read_bytes())), made


def test_every_sheet_is_laid_out_to_fit(commune):
    pytest.importorskip("weasyprint", exc_type=OSError)
    release = put_out(commune, body_html=LONG + "</p><img src='http://127.0.0.1:1/x.png'>")
    lay_out({"release": str(release.pk)})
    widths = {}
    for kind in set(Sheet.Kind.values) - {Sheet.Kind.BOOKLET}:
        pdf, made = pdf_of(release, kind)
        assert len(pdf.pages) == made.pages
        widths[kind] = round(float(pdf.pages[0].mediabox.width) / 72 * 25.4)
        text = "".join(page.extract_text() for page in pdf.pages)
        assert release.title in " ".join(text.split())
        assert f"/tin/{release.slug}" in "".join(text.split())
        # What the printer's machine lacks must not change what people read.
        resources = pdf.pages[0]["/Resources"]["/Font"]
        fonts = [resources[name].get_object() for name in resources]
        assert all("+" in str(font["/BaseFont"]) for font in fonts)
    assert widths == {"poster-a4": 210, "poster-a3": 297, "leaflet": 148, "notice": 210}
    assert pdf_of(release, "poster-a4")[1].pages == 1
    assert pdf_of(release, "poster-a3")[1].pages == 1
    leaflet, made = pdf_of(release, "leaflet")
    assert made.pages <= 2
    assert "Bài đầy đủ dài hơn một tờ" in " ".join(leaflet.pages[0].extract_text().split())
    assert pdf_of(release, "notice")[1].pages > 2


def test_a_round_counts_once_and_gives_an_interval(commune, editor):
    release = put_out(commune)
    delivery = first_of(release)
    again = uuid.uuid4()
    note(delivery, editor, id=again)
    note(delivery, editor, id=again)
    note(delivery, editor, copies=20, households=20)
    note(delivery, editor, act="put_up", copies=3, households=0, place="Cổng  chợ")
    assert HandOut.objects.count() == 3
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.DELIVERED
    reach = reach_of(release)
    (village,) = [one for one in reach.villages if one.code == delivery.target]
    assert (village.reached.lo, village.reached.hi) == (
        30,
        min(50, delivery.village.households),
    )
    assert channel("print").summary(release) == "Đã phát 50 tờ, dán 3 tờ ở 1 thôn."


def test_villages_where_nothing_was_noted_wait_for_people_and_not_for_machines(commune):
    release = put_out(commune)
    Delivery.objects.filter(release=release).exclude(channel="print").delete()
    reach = reach_of(release)
    assert not reach.is_moving
    assert not reach.awaited
    assert {one.reason for one in reach.villages} == {"not_handed_out"}
    assert all("tờ rơi" in str(one.advice) for one in reach.villages)


def test_rounds_say_no_less_than_the_largest_and_no_more_than_there_are():
    assert households_given([], 40) == (0, 0)
    assert households_given([30, 20], 80) == (30, 50)
    assert households_given([30, 20], 40) == (30, 40)
    assert households_given([90], 40) == (40, 40)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"copies": 0}, "Số tờ"),
        ({"copies": 100_001}, "Số tờ"),
        ({"households": 31}, "Số hộ đã nhận"),
        ({"households": 0}, "Số hộ đã nhận"),
        ({"copies": 500, "households": 400}, "hộ"),
        ({"on": timedelta(days=1)}, "chưa tới"),
        ({"on": timedelta(days=-9)}, "trước ngày"),
        ({"act": "taken_down"}, "Chỉ còn 0 tờ"),
    ],
)
def test_what_cannot_be_is_refused_and_says_why(commune, editor, fields, said):
    delivery = first_of(put_out(commune))
    if "on" in fields:
        fields = {"on": timezone.localdate() + fields["on"]}
    with pytest.raises(PrintedError, match=said):
        note(delivery, editor, **fields)
    assert not HandOut.objects.exists()


def test_only_the_communes_own_editors_write_it_down(commune):
    delivery = first_of(put_out(commune))
    for stranger in (UserFactory(), UserFactory(editor=UnitFactory(parent=commune.parent))):
        with pytest.raises(NotAllowed):
            note(delivery, stranger)


def test_a_withdrawn_bulletin_stays_open_until_its_paper_is_back(commune, editor):
    release = put_out(commune)
    delivery = first_of(release)
    note(delivery, editor)
    note(delivery, editor, act="put_up", copies=4, households=0)
    withdraw_release(release, by=UserFactory(approver=commune), reason="Sai ngày tiêm.")
    release.refresh_from_db()
    take_back(release)
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.DELIVERED
    assert delivery.reason == "sheets_out"
    assert "34 tờ" in delivery.detail
    others = Delivery.objects.filter(release=release, channel="print").exclude(pk=delivery.pk)
    assert {one.status for one in others} == {DeliveryStatus.WITHDRAWN}
    with pytest.raises(PrintedError, match="đã gỡ"):
        note(delivery, editor, copies=1, households=1)
    note(delivery, editor, act="taken_down", copies=30, households=0)
    delivery.refresh_from_db()
    assert delivery.reason == "sheets_out"
    note(delivery, editor, act="taken_down", copies=4, households=0)
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.WITHDRAWN


def test_an_editor_downloads_and_writes_down_in_the_browser(client, commune, editor):
    pytest.importorskip("weasyprint", exc_type=OSError)
    client.force_login(editor)
    release = put_out(commune)
    assert release.title in client.get(reverse("printed_releases")).content.decode()
    address = reverse("printed_release", args=[release.pk])
    assert "Tải PDF" in client.get(address).content.decode()
    pdf = client.get(reverse("printed_sheet", args=[release.pk, "vi", "poster-a4"]))
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")
    delivery = first_of(release)
    sent = {
        "id": str(uuid.uuid4()),
        "village": delivery.target,
        "act": "given",
        "language": "vi",
        "copies": "12",
        "households": "12",
        "on": timezone.localdate().isoformat(),
    }
    assert client.post(address, sent).status_code == 302
    assert client.post(address, sent).status_code == 302
    assert HandOut.objects.get().households == 12
    wrong = client.post(address, sent | {"id": str(uuid.uuid4()), "copies": "5"})
    assert "Số hộ đã nhận từ 1 đến số tờ." in wrong.content.decode()
    withdraw_release(release, by=UserFactory(approver=commune), reason="Sai ngày.")
    gone = client.get(reverse("printed_sheet", args=[release.pk, "vi", "poster-a4"]))
    assert gone.status_code == 302
    assert "Tải PDF" not in client.get(address).content.decode()


def test_a_corrected_bulletin_is_neither_printed_nor_handed_out(client, commune, editor):
    client.force_login(editor)
    release = put_out(commune)
    note(first_of(release), editor, act="put_up", copies=4, households=0)
    address = reverse("printed_release", args=[release.pk])
    newer = put_out(commune, headline="Tiêm phòng: ngày đúng")
    Release.objects.filter(pk=newer.pk).update(replaces=release, title="Tiêm phòng: ngày đúng")
    shown = client.get(address).content.decode()
    assert "Tải PDF" not in shown
    assert "Tiêm phòng: ngày đúng" in shown
    assert reverse("printed_release", args=[newer.pk]) in shown
    refused = client.get(
        reverse("printed_sheet", args=[release.pk, "vi", "poster-a4"]), follow=True
    )
    assert "không in bản này nữa" in refused.content.decode()
    with pytest.raises(PrintedError, match="bản đính chính"):
        note(first_of(release), editor)
    note(first_of(release), editor, act="taken_down", copies=4, households=0)


def test_a_round_that_was_changed_after_it_was_taken_is_not_called_taken(commune, editor):
    delivery, other = Delivery.objects.filter(release=put_out(commune), channel="print")
    again = uuid.uuid4()
    note(delivery, editor, id=again)
    for changed in ({"copies": 31}, {"households": 29}, {"act": "put_up"}, {"language": "hmn"}):
        with pytest.raises(PrintedError, match="30 tờ"):
            note(delivery, editor, id=again, **changed)
    with pytest.raises(PrintedError, match="30 tờ"):
        note(other, editor, id=again)
    assert HandOut.objects.get().copies == 30


def test_a_commune_of_many_villages_opens_as_fast_as_one_of_few(client, commune, editor):
    client.force_login(editor)

    def asked():
        address = reverse("printed_release", args=[put_out(commune).pk])
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        return len(seen)

    asked()  # what is read once stays read
    few = asked()
    VillageFactory.create_batch(20, unit=commune)
    assert asked() == few


def test_the_form_says_what_does_not_fit():
    printed = channel("print")
    assert not printed.check(Forms(headline="Tiêm phòng", summary="Ngày 25."))
    said = printed.check(Forms(headline="T" * 91, summary="x" * 421))
    assert {problem.field for problem in said} == {"headline", "summary"}
    assert "Tiêm phòng" in printed.preview(Forms(headline="Tiêm phòng", summary="Ngày 25."))

"""An editor assembles the month's internal bulletin; another person releases it."""

import io
import unicodedata
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from tiengmo.channels.actions import carry, deliver
from tiengmo.channels.printed.actions import note_hand_out
from tiengmo.channels.printed.models import HandOut
from tiengmo.foundation import blobs
from tiengmo.foundation.printing import printable
from tiengmo.newsroom.monthly import actions
from tiengmo.newsroom.monthly.errors import IssueError
from tiengmo.newsroom.monthly.models import Issue
from tiengmo.newsroom.monthly.queries import to_choose
from tiengmo.newsroom.monthly.rules import in_sections, month_of
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.releases.actions import withdraw_release
from tiengmo.releases.models import Delivery, Release
from tiengmo.releases.tests.factories import ReleaseFactory, RenditionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def commune():
    unit = UnitFactory(in_district=True)
    VillageFactory(unit=unit, households=80)
    return unit


@pytest.fixture
def editor(commune):
    return UserFactory(editor=commune)


@pytest.fixture
def approver(commune):
    return UserFactory(approver=commune)


def bulletin(unit, headline, **fields):
    release = ReleaseFactory(unit=unit, title=headline, released=True, **fields)
    RenditionFactory(release=release, headline=headline, body_html=f"<p>{headline}: nội dung.</p>")
    return release


def issue_of(commune, editor):
    today = timezone.localdate()
    return actions.start_issue(commune, year=today.year, month=today.month, by=editor)


def filled(commune, editor, *headlines):
    issue = issue_of(commune, editor)
    chosen = [
        (bulletin(commune, headline).pk, section, number)
        for number, (headline, section) in enumerate(headlines, 1)
    ]
    return actions.choose_items(issue, chosen, by=editor)


def pdf_text(issue):
    reader = PdfReader(io.BytesIO(blobs.path(issue.sha256, "pdf").read_bytes()))
    pages = [unicodedata.normalize("NFC", " ".join(p.extract_text().split())) for p in reader.pages]
    return pages, reader


def test_a_month_becomes_a_numbered_issue_that_stays_as_it_is(commune, editor, approver):
    pytest.importorskip("weasyprint", exc_type=OSError)
    issue = filled(
        commune, editor, ("Tiêm phòng trâu bò", "Sản xuất"), ("Đại hội chi bộ", "Xây dựng Đảng")
    )
    actions.save_issue(
        issue,
        title="Bản tin sinh hoạt chi bộ",
        licence="Giấy phép số 12/GP-TTBC",
        responsible="Lò Thị Mai",
        foreword="Kính gửi các đồng chí.",
        by=editor,
    )
    issue.refresh_from_db()
    done = actions.release_issue(issue, by=approver, seen=issue.changed_at)
    pages, reader = pdf_text(done)
    everything = " ".join(pages)
    for words in (
        "BẢN TIN SINH HOẠT CHI BỘ",
        f"Số 1 · Tháng {issue.month}",
        "Giấy phép số 12/GP-TTBC",
        "Kính gửi các đồng chí.",
        "Tiêm phòng trâu bò: nội dung.",
        f"1/{len(pages)}",
    ):
        assert words.lower() in everything.lower(), words
    assert "bản thảo" not in everything.lower()
    for page in reader.pages:
        fonts = page["/Resources"]["/Font"]
        assert all("+" in str(fonts[name].get_object()["/BaseFont"]) for name in fonts)
    with pytest.raises(IssueError):
        actions.choose_items(done, [], by=editor)
    again = actions.release_issue(done, by=approver, seen=done.changed_at)
    assert again.sha256 == done.sha256
    assert issue_of(commune, editor).number == 2
    assert issue_of(commune, editor).licence == "Giấy phép số 12/GP-TTBC"


def test_it_is_handed_out_and_asked_back_as_other_sheets(client, commune, editor, approver):
    pytest.importorskip("weasyprint", exc_type=OSError)
    issue = filled(commune, editor, ("Tiêm phòng", ""))
    done = actions.release_issue(issue, by=approver, seen=issue.changed_at)
    carry(done.release)
    deliver(done.release, "print")
    sign_in(client, editor)
    page = client.get(reverse("printed_release", args=[done.release.pk])).content.decode()
    assert "Bản tin nội bộ A4" in page
    sheet = client.get(reverse("printed_sheet", args=[done.release.pk, "vi", "booklet"]))
    assert b"".join(sheet.streaming_content) == blobs.path(done.sha256, "pdf").read_bytes()
    delivery = Delivery.objects.get(release=done.release)
    note_hand_out(
        delivery,
        by=editor,
        id=uuid4(),
        act="given",
        language="vi",
        copies=30,
        households=30,
        on=timezone.localdate(),
    )
    assert HandOut.objects.get().delivery.release == done.release
    actions.withdraw_issue(done, by=approver, reason="Sai số liệu.")
    done.release.refresh_from_db()
    assert done.release.status == Release.Status.WITHDRAWN
    assert client.get(reverse("monthly_pdf", args=[issue.pk])).status_code == 302


def test_the_editor_does_not_release_it_and_a_change_is_seen_first(commune, approver):
    both = UserFactory(editor=commune, approver=commune)
    issue = filled(commune, both, ("Tiêm phòng", ""))
    with pytest.raises(IssueError, match="không tự phát hành"):
        actions.release_issue(issue, by=both, seen=issue.changed_at)
    with pytest.raises(NotAllowed):
        actions.release_issue(issue, by=UserFactory(editor=commune), seen=issue.changed_at)
    with pytest.raises(IssueError, match="vừa được sửa"):
        actions.release_issue(issue, by=approver, seen=timezone.now())


def test_what_was_taken_back_stands_in_no_issue(commune, editor, approver):
    issue = filled(commune, editor, ("Tiêm phòng", ""))
    release = issue.items.get().release
    withdraw_release(release, by=approver, reason="Sai ngày.")
    with pytest.raises(IssueError, match="Tiêm phòng"):
        actions.release_issue(issue, by=approver, seen=issue.changed_at)
    with pytest.raises(IssueError):
        actions.choose_items(issue, [(release.pk, "", 1)], by=editor)


def test_only_what_went_out_in_the_month_here_is_offered(commune, editor):
    issue = issue_of(commune, editor)
    ours = bulletin(commune, "Ở xã")
    above = bulletin(commune.parent, "Ở huyện")
    bulletin(UnitFactory(parent=commune.parent), "Xã khác")
    old = bulletin(commune, "Năm ngoái")
    Release.objects.filter(pk=old.pk).update(
        released_at=timezone.now() - timezone.timedelta(days=400)
    )
    corrected = bulletin(commune, "Có đính chính")
    newer = bulletin(commune, "Bản đính chính", replaces=corrected)
    assert set(to_choose(issue)) == {ours, above, newer}


@pytest.mark.parametrize(
    ("year", "month", "first", "after"),
    [(2026, 11, (2026, 11, 1), (2026, 12, 1)), (2026, 12, (2026, 12, 1), (2027, 1, 1))],
)
def test_a_month_ends_where_the_next_begins(year, month, first, after):
    start, end = month_of(year, month)
    assert ((start.year, start.month, start.day), (end.year, end.month, end.day)) == (first, after)


def test_sections_stand_together():
    class Item:
        def __init__(self, section, position):
            self.section, self.position = section, position

    found = in_sections([Item("A", 1), Item("B", 2), Item("A", 3)])
    assert [(name, [one.position for one in some]) for name, some in found] == [
        ("A", [1, 3]),
        ("B", [2]),
    ]


def test_an_editor_does_all_of_it_in_the_browser(client, commune, editor, approver):
    pytest.importorskip("weasyprint", exc_type=OSError)
    release = bulletin(commune, "Tiêm phòng 🎉")
    sign_in(client, editor)
    today = timezone.localdate()
    begun = client.post(
        reverse("monthly_issues"),
        {"unit": commune.pk, "month": today.month, "year": today.year},
    )
    issue = Issue.objects.get()
    address = reverse("monthly_issue", args=[issue.pk])
    assert begun.headers["Location"] == address
    client.post(address, {"choose": "1", f"thu-tu-{release.pk}": "x"})
    assert not issue.items.exists()
    client.post(address, {"choose": "1", f"thu-tu-{release.pk}": "1", f"muc-{release.pk}": "Y tế"})
    assert issue.items.get().section == "Y tế"
    client.post(address, {"save": "1", "title": "Bản tin nội bộ", "foreword": "Kính gửi."})
    draft = client.get(reverse("monthly_pdf", args=[issue.pk]))
    assert draft.content.startswith(b"%PDF")
    sign_in(client, approver)
    page = client.get(address).content.decode()
    seen = page.split('name="seen" value="')[1].split('"')[0]
    client.post(address, {"release": "1", "seen": seen})
    issue.refresh_from_db()
    assert issue.state == Issue.State.RELEASED
    for user in (UserFactory(), UserFactory(editor=UnitFactory(parent=commune.parent))):
        sign_in(client, user)
        assert client.get(address).status_code in (302, 404)


def test_paper_has_no_pictures_of_telephones():
    said = printable("<p>✅ Nộp hồ sơ 🎉 trước ngày 25 ❗👉🏽 gọi ☎️ 113</p>")
    assert said == "<p>✔ Nộp hồ sơ trước ngày 25 !→ gọi ☎ 113</p>"
    assert printable(unicodedata.normalize("NFD", "Tiếng Mõ")) == "Tiếng Mõ"

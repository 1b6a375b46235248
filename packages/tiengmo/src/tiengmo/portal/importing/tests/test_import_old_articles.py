"""An editor brings in the articles of the old site, breaks off, goes on, and runs it again."""

import csv
import io
import json

import pytest
from click.testing import CliRunner

from tiengmo.audit.actors import SYSTEM
from tiengmo.audit.models import AuditEntry
from tiengmo.outbox.models import OutboxEntry
from tiengmo.people.actions import assign_role
from tiengmo.people.models import Role
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory
from tiengmo.portal.importing import commands, writing
from tiengmo.portal.importing.commands import group
from tiengmo.portal.models import Page
from tiengmo.releases.actions import withdraw_release
from tiengmo.releases.models import Release
from tiengmo.search.queries import find

pytestmark = pytest.mark.django_db


@pytest.fixture
def commune():
    return UnitFactory(in_district=True)


@pytest.fixture
def approver(commune):
    user = UserFactory()
    assign_role(user, Role.APPROVER, commune, by=SYSTEM)
    return user


def article(number, unit, **changes):
    return {
        "id": f"cu-{number}",
        "title": f"Bản tin cũ số {number}",
        "body": f"<p>Nội dung của bài {number} về mùa lúa nương.</p>",
        "unit": unit.code,
        "category": "",
        "date": f"2019-03-{number % 28 + 1:02}T07:30:00",
    } | changes


def json_lines(path, rows):
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows))
    return path


def run(path, approver, *options):
    return CliRunner().invoke(group, ["import", str(path), f"--by={approver.username}", *options])


def test_articles_stand_on_the_portal_and_are_found(tmp_path, client, commune, approver):
    file = json_lines(tmp_path / "cu.jsonl", [article(n, commune) for n in range(1, 4)])
    result = run(file, approver)
    assert (result.exit_code, Page.objects.count()) == (0, 3)
    page = Page.objects.get(headline="Bản tin cũ số 2")
    html = client.get(f"/tin/{page.slug}/").content.decode()
    assert "mùa lúa nương" in html
    assert "07:30, 03/03/2019" in html
    assert str(approver) in html
    assert "Bản tin cũ số 2" in client.get(f"/xa/{commune.code}/").content.decode()
    assert find("lua nuong").total == 3
    entry = AuditEntry.objects.get(action="content.imported")
    assert '"articles":3' in str(entry.detail).replace(" ", "").replace("'", '"')
    assert not OutboxEntry.objects.filter(topic__startswith="email_followers").exists()


def test_twice_in_a_row_changes_nothing(tmp_path, commune, approver):
    file = json_lines(tmp_path / "cu.jsonl", [article(n, commune) for n in range(1, 4)])
    run(file, approver)
    before = list(Page.objects.order_by("pk").values())
    result = run(file, approver)
    assert result.output.count("✓ 0 bài đã nhập, 3 bài đã có") == 1
    assert list(Page.objects.order_by("pk").values()) == before
    assert AuditEntry.objects.filter(action="content.imported").count() == 1


def test_broken_off_and_begun_again(tmp_path, commune, approver, monkeypatch):
    monkeypatch.setattr(commands, "BATCH", 2)
    file = json_lines(tmp_path / "cu.jsonl", [article(n, commune) for n in range(1, 6)])
    write = writing.Writer.write
    turns = []

    def breaks(self, articles, ready):
        turns.append(len(articles))
        if len(turns) == 2:
            raise KeyboardInterrupt
        return write(self, articles, ready)

    monkeypatch.setattr(writing.Writer, "write", breaks)
    run(file, approver)
    assert Page.objects.count() == 2
    result = run(file, approver)
    assert "✓ 3 bài đã nhập, 2 bài đã có" in result.output
    assert Page.objects.count() == 5


def test_every_bad_row_is_named_by_line_and_reason(tmp_path, commune, approver):
    elsewhere = UnitFactory(in_district=True)
    file = json_lines(
        tmp_path / "cu.jsonl",
        [
            article(1, commune),
            "{hỏng",
            article(1, commune),
            article(4, commune, title=" "),
            article(5, commune, body="<p> </p><script>alert(1)</script>"),
            article(6, commune) | {"unit": "khong-co"},
            article(7, elsewhere),
            article(8, commune, category="chưa có"),
            article(9, commune, date="ba mươi Tết"),
            article(10, commune, date="2199-01-01"),
            article(11, commune, id=""),
            article(12, commune),
            "[]",
        ],
    )
    report = tmp_path / "loi.csv"
    result = run(file, approver, f"--errors={report}")
    assert result.exit_code == 1
    rows = dict(list(csv.reader(io.StringIO(report.read_text())))[1:])
    assert list(rows) == [str(n) for n in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13)]
    for line, words in {
        "2": "Không phải JSON", "3": "đã có ở dòng 1", "4": "tiêu đề", "5": "nội dung",
        "6": "khong-co", "7": "Người duyệt", "8": "chuyên mục", "9": "ba mươi Tết",
        "10": "tương lai", "11": "mã bài", "13": "đối tượng",
    }.items():  # fmt: skip
        assert words in rows[line]
    assert Page.objects.count() == 2


def test_a_table_from_a_spreadsheet_in_an_old_encoding(tmp_path, commune, approver):
    text = (
        "mã;tiêu đề;nội dung;đơn vị;chuyên mục;ngày\r\n"
        f'7;Phòng chống rét;"Dòng một\r\n\r\nDòng hai";{commune.name};;03/8/2022 07:30\r\n'
    )
    file = tmp_path / "cu.csv"
    file.write_bytes(text.encode("utf-16"))
    result = run(file, approver)
    assert result.exit_code == 0, result.output
    page = Page.objects.get()
    assert "<p>Dòng một</p><p>Dòng hai</p>" in page.articles["vi"]
    assert "07:30, 03/08/2022" in page.articles["vi"]


def test_a_table_of_several_megabytes(tmp_path, commune, approver):
    rows = [
        f'{n},Bài {n},"<p>{"mùa lúa nương " * 9_000}</p>",{commune.code},,2022-08-03'
        for n in range(15)
    ]
    file = tmp_path / "cu.csv"
    file.write_text("id,title,body,unit,category,date\n" + "\n".join(rows))
    assert file.stat().st_size > 2_000_000
    result = run(file, approver)
    assert (result.exit_code, Page.objects.count()) == (0, 15), result.output


def test_a_table_in_no_known_encoding(tmp_path, approver):
    file = tmp_path / "cu.csv"
    file.write_bytes(b"id,title,body,date\n" + bytes(range(128, 256)) * 40)
    result = run(file, approver)
    assert result.exit_code == 1
    assert "CSV UTF-8" in result.output


def test_a_web_feed(tmp_path, commune, approver):
    file = tmp_path / "rss.xml"
    file.write_text(
        """<?xml version="1.0"?><rss version="2.0"><channel><title>Trang cũ</title>
        <item><guid>https://cu.example.vn/a</guid><title>Tin &amp; bài</title>
        <description><![CDATA[<p>Một <b>đoạn</b></p><img src="https://cu.example.vn/x.jpg">
        <script>alert(1)</script>]]></description>
        <pubDate>Wed, 03 Aug 2022 07:30:00 +0700</pubDate></item></channel></rss>"""
    )
    result = run(file, approver, f"--unit={commune.code}")
    assert result.exit_code == 0, result.output
    page = Page.objects.get()
    assert page.headline == "Tin & bài"
    assert "<p>Một <b>đoạn</b></p>" in page.articles["vi"]
    assert "cu.example.vn" not in page.articles["vi"]
    assert "alert" not in page.articles["vi"]
    assert "1 ảnh" in result.output


def test_a_long_title_is_shortened_and_kept_whole_in_the_article(tmp_path, commune, approver):
    title = "Uỷ ban nhân dân huyện " * 8
    run(json_lines(tmp_path / "cu.jsonl", [article(1, commune, title=title)]), approver)
    page = Page.objects.get()
    assert len(page.headline) <= 120
    assert page.headline.endswith("…")
    assert title.strip() in page.articles["vi"]


def test_what_reads_otherwise_now_is_a_correction(tmp_path, client, commune, approver):
    file = tmp_path / "cu.jsonl"
    run(json_lines(file, [article(1, commune)]), approver)
    first = Page.objects.get()
    run(json_lines(file, [article(1, commune, body="<p>Đã sửa lại.</p>")]), approver)
    second = Page.objects.get(is_current=True)
    assert second.release.replaces == first.release
    assert client.get(f"/tin/{first.slug}/").url == f"/tin/{second.slug}/"
    assert find("lua nuong").total == 0


def test_what_was_withdrawn_does_not_come_back(tmp_path, commune, approver):
    file = json_lines(tmp_path / "cu.jsonl", [article(1, commune)])
    run(file, approver)
    withdraw_release(Release.objects.get(), by=approver, reason="Sai")
    run(file, approver)
    run(json_lines(file, [article(1, commune, body="Khác")]), approver)
    assert not Page.objects.filter(is_current=True).exists()


@pytest.mark.parametrize("content", ["", "[1, 2]", "không có cột nào\n1\n", "<html></html>"])
def test_a_file_that_holds_no_articles_says_so(tmp_path, approver, content):
    file = tmp_path / "cu"
    file.write_text(content)
    result = run(file, approver)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")


def test_only_checking_writes_nothing(tmp_path, commune, approver):
    file = json_lines(tmp_path / "cu.jsonl", [article(1, commune)])
    assert run(file, approver, "--check").exit_code == 0
    assert not Release.objects.exists()

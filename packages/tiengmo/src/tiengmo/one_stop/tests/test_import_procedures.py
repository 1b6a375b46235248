"""A whole catalogue from a file: all or nothing, and twice changes nothing."""

import datetime as dt
import unicodedata

import pytest
from click.testing import CliRunner
from django.utils import timezone

from tiengmo.audit.actors import SYSTEM
from tiengmo.audit.models import AuditEntry
from tiengmo.one_stop.actions import import_catalogue
from tiengmo.one_stop.catalogue.reading import read_catalogue
from tiengmo.one_stop.commands import group
from tiengmo.one_stop.errors import BadCatalogue
from tiengmo.one_stop.models import Paper, Procedure, ProcedureVersion
from tiengmo.search.queries import find

from .factories import BIRTH, COPY, HEADINGS, catalogue, changed


@pytest.fixture
def take(offices, tmp_path):
    def import_(text, **options):
        raw = text if isinstance(text, bytes) else text.encode()
        rows = read_catalogue(raw, folder=tmp_path)
        return import_catalogue(rows, unit=offices.top, by=SYSTEM, **options)

    return import_


def problems(take, text):
    with pytest.raises(BadCatalogue) as refused:
        take(text)
    assert not Procedure.objects.exists()
    return refused.value.problems


def test_a_catalogue_becomes_public_procedures(take, client):
    report = take(catalogue())
    assert (report.created, report.renewed, report.unchanged) == (["1.001193", "2.000815"], [], 0)
    version = Procedure.objects.get(code="1.001193").current
    assert version.valid_from == dt.date(2022, 7, 1)
    assert version.deadline == "1 ngày làm việc"
    assert [(p.originals, p.copies) for p in version.papers.all()] == [(1, 0), (1, 1)]
    assert [(f.name, f.amount_dong, f.note) for f in version.fees.all()] == [
        ("Đăng ký đúng hạn", 0, ""),
        ("Bản sao trích lục", 3000, "mỗi bản"),
    ]
    assert client.get("/thu-tuc/1.001193/").status_code == 200
    assert [hit.url for hit in find("dang ky khai sinh").hits] == ["/thu-tuc/1.001193/"]


def test_the_same_catalogue_again_changes_nothing(take):
    take(catalogue())
    before = list(ProcedureVersion.objects.values())
    entries = AuditEntry.objects.count()
    report = take(catalogue())
    assert (report.created, report.renewed, report.unchanged) == ([], [], 2)
    assert list(ProcedureVersion.objects.values()) == before
    assert AuditEntry.objects.count() == entries


def test_a_row_that_says_something_else_makes_a_new_version(take, client):
    take(catalogue())
    later = changed(BIRTH, deadline="2 ngày làm việc", valid_from="01/01/2024")
    report = take(catalogue(later, COPY))
    assert (report.renewed, report.unchanged) == (["1.001193"], 1)
    procedure = Procedure.objects.get(code="1.001193")
    assert procedure.versions.count() == 2
    assert procedure.current.deadline == "2 ngày làm việc"
    assert "1 ngày làm việc" in client.get("/thu-tuc/1.001193/ban/1/").content.decode()


def test_every_bad_row_is_named_by_its_line(take):
    rows = [
        BIRTH,
        changed(COPY, code="không dấu!"),
        changed(COPY, code="3", field="Hộ lịch"),
        changed(COPY, code="4", deadline="chừng năm ngày"),
        changed(COPY, code="5", name=""),
        changed(COPY, code="6", valid_from="31/02/2022"),
        changed(COPY, code="7", fees="Lệ phí: chừng 5 nghìn"),
        changed(COPY, code="8", online_level="toàn trình"),
        changed(COPY, code="1.001193"),
        changed(COPY, code="9", papers="Tờ khai; mẫu: ../../etc/passwd"),
    ]
    found = problems(take, catalogue(*rows))
    assert [line.split(":")[0] for line in found] == [f"dòng {n}" for n in range(3, 12)]
    assert "đã có ở dòng 2" in found[7]


def test_lines_are_those_of_the_file_also_after_a_cell_of_several_lines(take):
    long = changed(BIRTH, steps="Nộp hồ sơ\nChờ\nNhận kết quả")
    found = problems(take, catalogue(long, changed(COPY, level="Cấp thôn")))
    assert found[0].startswith("dòng 5:")


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: unicodedata.normalize("NFD", text).encode(),
        lambda text: text.replace("\r\n", "\n").encode(),
    ],
)
def test_encodings_of_office_computers(take, encode):
    take(encode(catalogue()))
    assert Procedure.objects.get(code="1.001193").name == "Đăng ký khai sinh"


def as_windows_writes(letter):
    """cp1258 writes a vowel with its hat as one letter, and the tone as a mark behind it."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    parts = unicodedata.normalize("NFD", letter)
    bare = unicodedata.normalize("NFC", "".join(c for c in parts if c not in tones))
    return bare + "".join(c for c in parts if c in tones)


def test_windows_1258_and_semicolons(take):
    text = "".join(map(as_windows_writes, catalogue(delimiter=";")))
    take(text.encode("cp1258"))
    assert Procedure.objects.get(code="1.001193").name == "Đăng ký khai sinh"


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "thiếu cột"),
        (catalogue().split("\r\n")[0].encode(), "không có thủ tục nào"),
        (b"\x00\xff\x13\x80" * 500, "không đọc được chữ"),
        (catalogue(headings=HEADINGS[1:]).encode(), "thiếu cột mã"),
        (catalogue(headings=("Mã", "Mã", *HEADINGS[2:])).encode(), "thiếu cột tên"),
        (catalogue().encode() + b'"x,y\r\n', "ngoặc kép"),
        ("Mã,Tên\n".encode(), "thiếu cột"),
    ],
)
def test_files_that_are_no_catalogue(take, raw, why):
    assert why in problems(take, raw)[0]


def test_odd_but_good_cells_are_taken(take):
    odd = changed(
        BIRTH,
        name="  Đăng ký \u200bkhai sinh “lại”, 'hồ' 🐓 ",
        deadline="",
        deadline_note="",
        fees="",
        papers="",
    )
    found = problems(take, catalogue(odd))
    assert "thời hạn" in found[0].lower()
    take(catalogue(changed(odd, deadline="NGAY")))
    procedure = Procedure.objects.get()
    assert procedure.name == "Đăng ký khai sinh “lại”, 'hồ' 🐓"


def test_forms_lie_beside_the_catalogue(take, tmp_path, client):
    from tiengmo.official_documents.tests.factories import docx

    (tmp_path / "to-khai.docx").write_bytes(docx().read())
    with_form = changed(BIRTH, papers="Tờ khai; 1 bản chính; mẫu: to-khai.docx")
    take(catalogue(with_form))
    paper = Paper.objects.get(version__procedure__code="1.001193")
    answer = client.get(paper.form_address)
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == 'attachment; filename="to-khai.docx"'
    assert take(catalogue(with_form)).unchanged == 1


def test_a_version_of_a_day_to_come_waits_for_it(take):
    coming = timezone.localdate() + dt.timedelta(days=30)
    take(catalogue())
    take(catalogue(changed(BIRTH, deadline="3 ngày", valid_from=f"{coming:%d/%m/%Y}"), COPY))
    procedure = Procedure.objects.get(code="1.001193")
    assert procedure.current.number == 1


def test_a_row_dated_before_what_it_replaces_holds_from_today(take):
    take(catalogue())
    take(catalogue(changed(BIRTH, deadline="3 ngày", valid_from="01/01/2020"), COPY))
    procedure = Procedure.objects.get(code="1.001193")
    assert procedure.current.valid_from == timezone.localdate()


def test_the_command_says_what_it_did(offices, tmp_path):
    file = tmp_path / "thu-tuc.csv"
    file.write_text(catalogue(), encoding="utf-8")
    run = CliRunner()
    checked = run.invoke(group, ["import", str(file), "--dry-run"])
    assert "2 thủ tục đọc được" in checked.output
    assert not Procedure.objects.exists()
    first = run.invoke(group, ["import", str(file)])
    assert "2 mới, 0 có bản mới, 0 giữ nguyên" in first.output
    again = run.invoke(group, ["import", str(file), "--unit", offices.top.code])
    assert "0 mới, 0 có bản mới, 2 giữ nguyên" in again.output
    file.write_text(catalogue(changed(BIRTH, level="thôn")), encoding="utf-8")
    bad = run.invoke(group, ["import", str(file)])
    assert bad.exit_code == 1
    assert "dòng 2" in bad.output
    unknown = run.invoke(group, ["import", str(file), "--unit", "không có"])
    assert "Không có đơn vị" in unknown.output

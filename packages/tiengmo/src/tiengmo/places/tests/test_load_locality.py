"""Loading a locality: every bad row is named with its line and reason, and nothing is half done."""

import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tiengmo.audit import SYSTEM
from tiengmo.audit.models import AuditEntry
from tiengmo.places import queries
from tiengmo.places.actions import load_locality
from tiengmo.places.commands import group
from tiengmo.places.errors import BadLocality
from tiengmo.places.events import villages_changed
from tiengmo.places.models import Unit, Village, VillageMembership

from .locality_files import UNITS, VILLAGES, collection, feature

pytestmark = pytest.mark.django_db

DATA = Path(__file__).parents[2] / "config" / "demo" / "data"


def test_the_demo_locality():
    report = load_locality(
        DATA / "units.csv", DATA / "villages.csv", DATA / "geometry.geojson", by=SYSTEM
    )
    (root,) = queries.tree()
    assert (root.name, len(root.children), root.villages) == ("Huyện Bát Xát", 21, 176)
    assert 17_000 < root.households == report.households < 18_500
    assert report.notes == []
    assert queries.areas_label(["082"]) == "toàn huyện Bát Xát (21 xã, thị trấn)"
    names = [child.name for child in root.children]
    assert [name for name in names if name.startswith("Thị trấn")] == ["Thị trấn Bát Xát"]
    assert Village.objects.filter(is_invented=False).count() == 0
    assert 5 <= Village.objects.filter(is_dead_zone=True).count() <= 20
    first = {village.languages[0] for village in Village.objects.all()}
    assert first >= {"vi", "hmn", "ium", "pcc", "hni"}
    assert Unit.objects.filter(is_planned=True).count() == 9
    assert (DATA / "geometry.geojson").stat().st_size < 300_000


def test_loading_again_changes_nothing_and_then_only_what_differs(load):
    load()
    entries = AuditEntry.objects.count()
    again = load()
    assert (again.units_unchanged, again.villages_unchanged, again.has_changed) == (3, 2, False)
    assert AuditEntry.objects.count() == entries
    heard = []

    def listen(villages, **_):
        heard.extend(v.code for v in villages)

    villages_changed.connect(listen)
    try:
        report = load(
            units=UNITS.replace("Xã A Lù", "Xã A Lù (mới)"),
            villages=VILLAGES.replace(",84,400", ",85,400").replace('"hni,vi"', '"vi,hni"'),
            geometry=collection(feature()),
        )
    finally:
        villages_changed.disconnect(listen)
    assert report.changes == [
        "02692 Xã A Lù (mới): tên “Xã A Lù” → “Xã A Lù (mới)”",
        "02701-01 Thôn Choản Thèn: số hộ “84” → “85”",
        "02701-01 Thôn Choản Thèn: ngôn ngữ “hni,vi” → “vi,hni”",
    ]
    assert heard == ["02701-01"]
    assert VillageMembership.objects.count() == 2
    assert Unit.objects.get(code="02701").east == 103.7


def test_a_village_entered_under_the_wrong_commune_is_corrected(load):
    load()
    report = load(villages=VILLAGES.replace("thôn,02692", "thôn,02701"))
    assert any("đơn vị “Xã A Lù” → “Xã Y Tý”" in change for change in report.changes)
    (membership,) = Village.objects.get(code="02692-01").memberships.all()
    assert membership.unit.code == "02701"


def test_villages_that_a_later_file_leaves_out_stay(load):
    load()
    report = load(villages="\n".join(VILLAGES.splitlines()[:2]) + "\n")
    assert Village.objects.count() == 2
    assert any("1 thôn đã có nhưng không có trong tệp" in note for note in report.notes)


class TestHowFilesAreSaved:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1258"])
    def test_every_encoding_of_the_field(self, load, encoding):
        def saved(text):
            if encoding == "cp1258":  # it has no precomposed ố: Windows writes combining marks
                text = "".join(
                    letter if _fits(letter) else unicodedata.normalize("NFD", letter)
                    for letter in text
                )
                text = text.replace("\u0302", "").replace("Đ", "Ð")
            return text.encode(encoding, "ignore")

        load(units=saved(UNITS), villages=saved(VILLAGES))
        assert Unit.objects.get(code="082").name.startswith("Huy")
        assert Village.objects.count() == 2

    def test_tcvn3(self, load):
        from tiengmo.foundation.decoding import _TCVN3

        table = {letter: bytes([byte]) for byte, letter in _TCVN3.items()}

        def saved(text):
            return b"".join(
                table.get(letter) or letter.encode("latin-1", "ignore") for letter in text
            )

        load(units=saved(UNITS), villages=saved(VILLAGES))
        assert Village.objects.get(code="02701-01").name == "Thôn Choản Thèn"

    @pytest.mark.parametrize("separator", [";", "\t", "|"])
    def test_other_separators(self, load, separator):
        units = UNITS.replace(",", separator)
        villages = VILLAGES.replace('"hni,vi"', "hni vi").replace(",", separator)
        load(units=units, villages=villages)
        assert Village.objects.get(code="02701-01").languages == ["hni", "vi"]

    def test_crlf_blank_rows_trailing_cells_and_spaces(self, load):
        units = UNITS.replace("Xã Y Tý", "  Xã   Y Tý ").replace("\n", ",,\r\n") + "\r\n,,,,\r\n"
        load(units=units, villages=VILLAGES.replace("\n", "\r\n\r\n"))
        assert Unit.objects.get(code="02701").name == "Xã Y Tý"

    def test_decomposed_letters_are_composed(self, load):
        load(
            villages=unicodedata.normalize("NFD", VILLAGES),
            units=unicodedata.normalize("NFD", UNITS),
        )
        assert Village.objects.get(code="02701-01").name == unicodedata.normalize(
            "NFC", "Thôn Choản Thèn"
        )

    def test_quoted_cells_with_separators_and_line_ends(self, load):
        load(villages=VILLAGES.replace("Thôn Choản Thèn", '"Thôn ""Choản"", \n Thèn"'))
        assert Village.objects.get(code="02701-01").name == 'Thôn "Choản", Thèn'

    def test_vietnamese_headings_in_any_order(self, load):
        villages = (
            "Tên thôn;Mã thôn;Mã xã;Số hộ;Số dân;Ngôn ngữ;Vĩ độ;Kinh độ;Ghi chú\n"
            "Thôn Choản Thèn;02701-01;02701;84;400;hni, vi;22,61;103,6;xa\n"
        )
        report = load(villages=villages)
        village = Village.objects.get()
        assert (village.latitude, village.longitude) == (22.61, 103.6)
        assert report.notes == ["v.csv: bỏ qua cột không biết: Ghi chú"]


def _fits(letter):
    try:
        letter.encode("cp1258")
    except UnicodeEncodeError:
        return False
    return True


class TestBadFiles:
    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "tệp rỗng"),
            (b"\xef\xbb\xbf\r\n\r\n", "tệp rỗng"),
            (UNITS.splitlines()[0], "tệp chỉ có tiêu đề"),
            ("name,level\nx,y\n", "thiếu cột code"),
            ("code,code," + UNITS[5:], "cột code có hai lần"),
            (bytes(range(128, 256)) * 40, "không nhận ra bảng mã chữ"),
            (UNITS + '02999,"Xã hỏng,commune,082,2004-07-08,\n', "dấu nháy kép không khép"),
            (UNITS + "02999,Xã,commune,082,2004-07-08,a,b,c\n", "có 8 ô, tiêu đề có 6 cột"),
            (UNITS + "02999,Xã\n", "có 2 ô, tiêu đề có 6 cột"),
            (UNITS + "02999," + "x" * 140_000 + ",commune,082,2004-07-08,\n", "một ô dài quá"),
        ],
    )
    def test_a_file_that_is_no_table(self, problems, content, reason):
        assert any(reason in line for line in problems(units=content))

    def test_a_file_far_too_large_is_not_read(self, problems, tmp_path, monkeypatch):
        monkeypatch.setattr("tiengmo.places.loading.tables.read_text.__defaults__", (1000,))
        assert any("lớn quá" in line for line in problems(units=UNITS + "x" * 1001))


class TestBadRows:
    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            (",Xã,commune,082,2004-07-08,", "thiếu mã"),
            ("a b/../c,Xã,commune,082,2004-07-08,", "không hợp lệ"),
            ("1" * 21 + ",Xã,commune,082,2004-07-08,", "không hợp lệ"),
            ("02999,,commune,082,2004-07-08,", "thiếu tên"),
            ("02999," + "x" * 201 + ",commune,082,2004-07-08,", "tên dài 201 ký tự"),
            ("02999,Xã,,082,2004-07-08,", "thiếu cấp"),
            ("02999,Xã,commune,082,31/02/2004,", "ngày không có thật"),
            ("02999,Xã,commune,082,hôm qua,", "không phải ngày"),
            ("02999,Xã,commune,82,2004-07-08,", "có phải 082?"),
            ("02999,Xã,commune,077,2004-07-08,", "không có đơn vị mang mã 077"),
            ("02999,Xã,commune,082,1999-07-08,", "082 không có hiệu lực ngày 08/07/1999"),
            ("02701,Xã,commune,082,2004-07-08,", "đã có ở dòng 3"),
            ("02701,Xã,commune,082,2010-07-08,", "đang thuộc một đơn vị khác"),
            ("02999,Xã,commune,02999,2004-07-08,", "thuộc vòng tròn: 02999 → 02999"),
        ],
    )
    def test_a_unit(self, problems, row, reason):
        found = problems(units=UNITS + row + "\n")
        assert len(found) == 1, found
        assert found[0].startswith("u.csv, dòng 5: ")
        assert reason in found[0]

    @pytest.mark.parametrize(
        ("columns", "reason"),
        [
            ("2004-07-08,2001-01-01,,", "ngày hết hiệu lực trước"),
            ("2004-07-08,,02701,", "thiếu ngày sáp nhập"),
            ("2004-07-08,,99999,2025-07-01", "không có đơn vị mang mã 99999"),
            ("2004-07-08,,02999,2025-07-01", "không có hiệu lực ngày 01/07/2025"),
            ("2004-07-08,,02701,2001-07-01", "không sau ngày hiệu lực"),
        ],
    )
    def test_an_end_or_a_successor(self, problems, columns, reason):
        head, *rows = UNITS.splitlines()
        head = head.replace("legal_basis", "valid_to,successor_code,succeeded_on")
        rows = [row.rsplit(",", 1)[0] + ",,," for row in rows]
        units = "\n".join([head, *rows, f"02999,Xã,commune,082,{columns}"]) + "\n"
        found = problems(units=units)
        assert len(found) == 1, found
        assert "u.csv, dòng 5: " in found[0]
        assert reason in found[0]

    def test_a_circle_names_everyone_in_it(self, problems):
        units = UNITS + "1,Xã,a,2,2004-07-08,\n2,Xã,a,3,2004-07-08,\n3,Xã,a,1,2004-07-08,\n"
        found = problems(units=units)
        assert [line.split(":")[0] for line in found] == [f"u.csv, dòng {n}" for n in (5, 6, 7)]
        assert "1 → 2 → 3 → 1" in found[0]

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            ("x-1,Thôn,thôn,02701,-5,20,vi,22.6,103.6,", "số âm"),
            ("x-1,Thôn,thôn,02701,999999,20,vi,22.6,103.6,", "lớn vô lý"),
            ("x-1,Thôn,thôn,02701,99999999999999999999,20,vi,22.6,103.6,", "không phải số nguyên"),
            ("x-1,Thôn,thôn,02701,1.234,2000,vi,22.6,103.6,", "viết liền"),
            ("x-1,Thôn,thôn,02701,,20,vi,22.6,103.6,", "thiếu số hộ"),
            ("x-1,Thôn,thôn,02701,50,20,vi,22.6,103.6,", "ít hơn số hộ"),
            ("x-1,Thôn,thôn,02701,5,2000,vi,22.6,103.6,", "quá nhiều so với 5 hộ"),
            ("x-1,Thôn,thôn,02701,50,200,,22.6,103.6,", "thiếu ngôn ngữ"),
            ("x-1,Thôn,thôn,02701,50,200,Hmông,22.6,103.6,", "không phải mã ngôn ngữ"),
            ("x-1,Thôn,thôn,02701,50,200,vi vi,22.6,103.6,", "ghi hai lần"),
            ("x-1,Thôn,thôn,02701,50,200,vi,103.6,22.6,", "đổi chỗ vĩ độ với kinh độ"),
            ("x-1,Thôn,thôn,02701,50,200,vi,2500123,540123,", "VN-2000"),
            ("x-1,Thôn,thôn,02701,50,200,vi,bắc,103.6,", "không phải độ thập phân"),
            ("x-1,Thôn,thôn,02701,50,200,vi,nan,103.6,", "không phải độ thập phân"),
            ("x-1,Thôn,thôn,02701,50,200,vi,22.6,103.6,hơi hơi", "phải là có/không"),
            ("x-1,Thôn,thôn,2701,50,200,vi,22.6,103.6,", "có phải 02701?"),
            ("x-1,Thôn,thôn,,50,200,vi,22.6,103.6,", "thiếu mã đơn vị"),
            ("02701-01,Thôn,thôn,02701,50,200,vi,22.6,103.6,", "đã có ở dòng 2"),
            ("02692,Thôn,thôn,02701,50,200,vi,22.6,103.6,", "đã là mã của một đơn vị"),
        ],
    )
    def test_a_village(self, problems, row, reason):
        found = problems(villages=VILLAGES + row + "\n")
        assert found[0].startswith("v.csv, dòng 4: "), found
        assert any(reason in line for line in found), found

    def test_every_bad_row_is_named_at_once_and_in_order(self, problems):
        found = problems(
            units=UNITS + "02999,,commune,082,2004-07-08,\n",
            villages=VILLAGES
            + "x-1,,thôn,02701,-5,20,vi,22.6,999,\nx-2,T,thôn,02999,5,20,vi,2,3,\n",
            geometry=collection(feature(unit_code="77777")),
        )
        assert [line.split(":")[0] for line in found] == [
            "g.geojson, dòng 4",
            "u.csv, dòng 5",
            "v.csv, dòng 4",
            "v.csv, dòng 4",
            "v.csv, dòng 4",
        ]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=400))
def test_no_bytes_make_it_fall_over(tmp_path_factory, raw):
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "u.csv").write_bytes(raw)
    (folder / "v.csv").write_bytes(b"code,name,unit_code,households\n" + raw)
    (folder / "g.geojson").write_bytes(raw)
    with pytest.raises(BadLocality) as caught:
        load_locality(folder / "u.csv", folder / "v.csv", folder / "g.geojson", by=SYSTEM)
    assert caught.value.problems


class TestTheCommand:
    def run(self, tmp_path, units=UNITS, villages=VILLAGES):
        (tmp_path / "u.csv").write_text(units, encoding="utf-8")
        (tmp_path / "v.csv").write_text(villages, encoding="utf-8")
        return CliRunner().invoke(
            group,
            ["load", "--units", str(tmp_path / "u.csv"), "--villages", str(tmp_path / "v.csv")],
        )

    def test_says_what_it_loaded(self, tmp_path):
        result = self.run(tmp_path)
        assert result.exit_code == 0, result.output
        assert "Đơn vị: 3 mới" in result.output
        assert "Thôn: 2 mới" in result.output
        assert "144 hộ" in result.output

    def test_says_what_is_wrong_and_loads_nothing(self, tmp_path):
        result = self.run(tmp_path, units=UNITS + "x,,,,,\n")
        assert result.exit_code == 1
        assert "✗ u.csv, dòng 5: thiếu tên" in result.output
        assert "chưa nạp gì" in result.output
        assert not Unit.objects.exists()

"""A table from an office is taken in: all of it or nothing, once, and earlier days stay known."""

import datetime as dt
import unicodedata

import pytest

from tiengmo.audit import SYSTEM
from tiengmo.audit.models import AuditEntry
from tiengmo.connectivity.actions import load_table, retract, state_one
from tiengmo.connectivity.errors import BadEntry, BadTable
from tiengmo.connectivity.models import DeadZone, Mast, OfficeSoftware, VillageFigure
from tiengmo.connectivity.queries import cut_off, dead_zones, figures, standing, telephones_in
from tiengmo.connectivity.tables import KINDS, kind_of
from tiengmo.directory.tests.factories import OfficeFactory
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.models import UnitSuccession
from tiengmo.places.tests.factories import VillageFactory

pytestmark = pytest.mark.django_db

MASTS, VILLAGES, ZONES = kind_of("tram"), kind_of("thon"), kind_of("vung-lom")
SOFTWARE, LINES = kind_of("phan-mem"), kind_of("duong-truyen")


@pytest.fixture
def village():
    return VillageFactory(households=50, population=200)


def masts_of(village, **changes):
    row = {
        "since": "01/03/2021", "until": "", "technologies": "2G, 4G", "operator": "Viettel",
        "code": "BX001", "height": "42,5", "unit": village.unit.code, "village": village.code,
    } | changes  # fmt: skip
    return (
        "Nhà mạng;Mã trạm;Công nghệ;Chiều cao (m);Vĩ độ;Kinh độ;Mã xã;Mã thôn;Từ ngày;Đến hết ngày;Nguồn\n"
        "{operator};{code};{technologies};{height};22,6;103,7;{unit};{village};{since};{until};Báo cáo thử\n"
    ).format(**row)


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode(),
        lambda text: text.encode("utf-8-sig"),
        lambda text: unicodedata.normalize("NFD", text).encode(),
        lambda text: text.encode("utf-16"),
        lambda text: windows_1258(text),  # noqa: PLW0108 - it is defined below
    ],
    ids=["utf-8", "bom", "nfd", "utf-16", "windows-1258"],
)
def test_a_file_as_an_office_saves_it(village, encode):
    raw = encode(masts_of(village))

    report = load_table(MASTS, raw, "trạm.csv", by=SYSTEM)

    mast = Mast.objects.get()
    assert (report.kept.new, report.kept.same) == (1, 0)
    assert (mast.operator, mast.technologies, mast.height_m) == ("viettel", ["2G", "4G"], 42.5)
    assert (mast.village, mast.since, mast.until) == (village, dt.date(2021, 3, 1), None)
    assert mast.source == "Báo cáo thử"


def windows_1258(text):
    """As that code page has it: letters with their breve or circumflex, tones as marks."""
    out = bytearray()
    for letter in unicodedata.normalize("NFC", text):
        try:
            out += letter.encode("cp1258")
        except UnicodeEncodeError:
            base, *marks = unicodedata.normalize("NFD", letter)
            tones = [mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323"]
            shape = unicodedata.normalize("NFC", base + "".join(m for m in marks if m not in tones))
            out += (shape + "".join(tones)).encode("cp1258")
    return bytes(out)


def test_the_same_file_twice_changes_nothing(village):
    raw = masts_of(village).encode()
    load_table(MASTS, raw, "tram.csv", by=SYSTEM)
    entries = AuditEntry.objects.count()

    report = load_table(MASTS, raw, "tram.csv", by=SYSTEM)

    assert (report.kept.new, report.kept.corrected, report.kept.same) == (0, 0, 1)
    assert Mast.objects.count() == 1
    assert AuditEntry.objects.count() == entries


def test_a_trial_says_what_would_change_and_changes_nothing(village):
    report = load_table(MASTS, masts_of(village).encode(), "t.csv", by=SYSTEM, is_dry_run=True)

    assert report.kept.new == 1
    assert not Mast.objects.exists()
    assert not AuditEntry.objects.filter(action__startswith="connectivity").exists()


def test_one_bad_line_keeps_all_of_it_out_and_every_bad_line_is_named(village):
    good = masts_of(village)
    bad = [
        "Viettel;BX002;6G;;22,6;103,7;{unit};;01/03/2021;;",
        "Vô Danh;BX003;2G;;22,6;103,7;{unit};;01/03/2021;;",
        "Viettel;BX004;2G;;22,6;103,7;{unit};;31/02/2021;;",
        "Viettel;BX005;2G;;103,7;22,6;{unit};;01/03/2021;;",
        "Viettel;BX006;2G;cao;22,6;103,7;{unit};;01/03/2021;;",
        "Viettel;BX007;2G;;22,6;103,7;khong-co;;01/03/2021;01/02/2021;",
        "Viettel;BX001;2G;;22,6;103,7;{unit};;01/03/2021;;",
        "Viettel;BX008;2G;;22,6;103,7;{unit};;01/03/2999;;",
    ]
    raw = (good + "\n".join(bad).format(unit=village.unit.code)).encode()

    with pytest.raises(BadTable) as refused:
        load_table(MASTS, raw, "tram.csv", by=SYSTEM)

    told = "\n".join(refused.value.problems)
    assert not Mast.objects.exists()
    for line in range(3, 11):
        assert f"tram.csv, dòng {line}:" in told, told
    for words in ("6G", "Vô Danh", "không có thật", "đổi chỗ", "số mét", "không có đơn vị"):
        assert words in told
    assert "ngày hết trước ngày bắt đầu" in told
    assert "trùng với dòng 2" in told


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe", b"\x00" * 400, b"Viettel\n", 'mã trạm;"hở\n'.encode()]
)
def test_what_is_no_table_is_told_and_never_an_error(raw):
    for kind in KINDS:
        with pytest.raises(BadTable):
            load_table(kind, raw, "../../x.csv", by=SYSTEM)


def test_a_figure_stands_from_a_day_on_and_earlier_days_can_be_asked(village):
    text = "mã thôn,có cáp quang,thuê bao Internet cố định,thuê bao di động,từ ngày\n"
    load_table(VILLAGES, f"{text}{village.code},không,5,60,01/01/2024\n".encode(), "a", by=SYSTEM)
    load_table(VILLAGES, f"{text}{village.code},có,,80,01/01/2025\n".encode(), "b", by=SYSTEM)

    def on(*day):
        return figures([village.pk], dt.date(*day)).get(village.pk, {})

    assert on(2023, 12, 31) == {}
    assert on(2024, 6, 1) == {"fibre": 0, "fixed_subscribers": 5, "mobile_subscribers": 60}
    # What the later row leaves out still stands.
    assert on(2025, 1, 1) == {"fibre": 1, "fixed_subscribers": 5, "mobile_subscribers": 80}
    assert telephones_in(village, dt.date(2024, 6, 1)) == 60


def test_a_corrected_figure_is_replaced_and_what_was_believed_stays_known(village):
    row = {"village_code": village.code, "smartphones": "40", "since": "2024-01-01"}
    state_one(VILLAGES, row, by=SYSTEM)
    before = VillageFigure.objects.get().stated_at

    kept = state_one(VILLAGES, row | {"smartphones": "55"}, by=SYSTEM)

    assert (kept.new, kept.corrected) == (0, 1)
    rows = VillageFigure.objects.all()
    assert [one.value for one in standing(rows, dt.date(2024, 5, 1))] == [55]
    assert [one.value for one in standing(rows, dt.date(2024, 5, 1), known_at=before)] == [40]


def test_a_mast_that_was_taken_down_stands_no_more(village):
    load_table(MASTS, masts_of(village, until="31/12/2023").encode(), "t.csv", by=SYSTEM)

    assert standing(Mast.objects.all(), dt.date(2023, 12, 31))
    assert not standing(Mast.objects.all(), dt.date(2024, 1, 1))


def test_a_statement_taken_back_lets_the_earlier_one_stand(village):
    row = {"village_code": village.code, "operator": "viettel", "level": "lõm cả thôn"}
    state_one(ZONES, row | {"since": "2024-01-01"}, by=SYSTEM)
    state_one(ZONES, row | {"level": "không lõm", "since": "2025-01-01"}, by=SYSTEM)
    assert dead_zones([village.pk])[village.pk] == {"viettel": "none"}

    wrong = DeadZone.objects.get(since=dt.date(2025, 1, 1))

    assert retract(ZONES, wrong.pk, by=SYSTEM)
    assert not retract(ZONES, wrong.pk, by=SYSTEM)
    assert dead_zones([village.pk])[village.pk] == {"viettel": "whole"}


def test_a_village_is_cut_off_only_where_no_operator_and_no_fibre_reaches(village):
    marked = VillageFactory(is_dead_zone=True)
    row = {"village_code": village.code, "level": "cả thôn", "since": "2024-01-01"}

    assert cut_off([village, marked]) == {marked.pk}
    state_one(ZONES, row | {"operator": "viettel"}, by=SYSTEM)
    assert cut_off([village]) == {village.pk}
    assert cut_off([village], dt.date(2023, 1, 1)) == set()
    state_one(ZONES, row | {"operator": "VNPT", "level": "một phần"}, by=SYSTEM)
    assert cut_off([village]) == set()
    state_one(ZONES, row | {"operator": "VNPT", "since": "2024-02-01"}, by=SYSTEM)
    assert cut_off([village]) == {village.pk}
    state_one(
        VILLAGES, {"village_code": village.code, "fibre": "có", "since": "2024-03-01"}, by=SYSTEM
    )
    assert cut_off([village]) == set()


def test_offices_are_named_as_the_directory_names_them():
    office = OfficeFactory(name="UBND xã Thử Một")
    row = {
        "unit_code": office.unit.code, "office": "ubnd xa thu mot", "product": "Diệt Mã Độc 3",
        "kind": "diệt virus", "machines": "12", "licences": "10", "licensed_until": "31/12/2026",
        "since": "01/01/2026",
    }  # fmt: skip
    state_one(SOFTWARE, row, by=SYSTEM)
    assert OfficeSoftware.objects.get().office == office
    with pytest.raises(BadEntry) as refused:
        state_one(SOFTWARE, row | {"office": "Cơ quan lạ", "machines": "-3"}, by=SYSTEM)
    assert set(refused.value.fields) == {"office", "machines"}
    line = {
        "unit_code": office.unit.code, "office": office.name, "code": "HD-1", "kind": "ftth",
        "provider": "VNPT", "speed_mbps": "150", "since": "01/01/2026",
    }  # fmt: skip
    assert state_one(LINES, line, by=SYSTEM).new == 1


def test_everything_given_out_can_be_loaded_again(village):
    office = OfficeFactory(unit=village.unit)
    load_table(MASTS, masts_of(village).encode(), "t.csv", by=SYSTEM)
    state_one(
        VILLAGES,
        {"village_code": village.code, "fibre": "có", "smartphones": "9", "since": "2024-01-01"},
        by=SYSTEM,
    )
    state_one(
        ZONES,
        {"village_code": village.code, "operator": "gtel", "level": "0", "since": "2024-01-01"},
        by=SYSTEM,
    )
    state_one(
        SOFTWARE,
        {
            "unit_code": office.unit.code, "office": office.name, "product": "X", "kind": "os",
            "machines": "3", "since": "2024-01-01",
        },
        by=SYSTEM,
    )  # fmt: skip
    state_one(
        LINES,
        {
            "unit_code": office.unit.code, "office": office.name, "code": "1", "kind": "vệ tinh",
            "provider": "Y", "since": "2024-01-01",
        },
        by=SYSTEM,
    )  # fmt: skip
    for kind in KINDS:
        rows = kind.rows(list(kind.model.objects.select_related(*kind.related)))
        names = [column.name for column in kind.columns]
        lines = ["\t".join(str(column.label) for column in kind.columns)]
        lines += ["\t".join(row.get(name, "") for name in names) for row in rows]

        kept = load_table(kind, "\n".join(lines).encode(), "x.csv", by=SYSTEM).kept

        assert (kept.new, kept.corrected) == (0, 0)
        assert kept.same >= 1


def test_a_technician_states_for_their_own_units_only(village):
    here = UserFactory(technician=village.unit)
    elsewhere = VillageFactory()
    row = {"village_code": village.code, "smartphones": "9", "since": "2024-01-01"}

    assert state_one(VILLAGES, row, by=here).new == 1
    with pytest.raises(NotAllowed):
        state_one(VILLAGES, row | {"village_code": elsewhere.code}, by=here)
    with pytest.raises(NotAllowed):
        state_one(VILLAGES, row | {"smartphones": "8"}, by=UserFactory(editor=village.unit))
    raw = f"mã thôn,điện thoại thông minh,từ ngày\n{village.code},1,2025-01-01\n{elsewhere.code},1,2025-01-01\n"
    with pytest.raises(BadTable, match="dòng 3"):
        load_table(VILLAGES, raw.encode(), "x.csv", by=here)
    assert VillageFigure.objects.count() == 1


def test_a_technician_cannot_take_over_a_mast_of_another_commune(village):
    owner, neighbour = UserFactory(technician=village.unit), VillageFactory()
    thief = UserFactory(technician=neighbour.unit)
    load_table(MASTS, masts_of(village).encode(), "x.csv", by=owner)
    row = {
        "operator": "viettel", "code": "BX001", "technologies": "2G", "latitude": "22.6",
        "longitude": "103.7", "unit_code": neighbour.unit.code,
    }  # fmt: skip
    # The same day, and a later one that would stand in its place.
    for since in ("2021-03-01", "2024-01-01"):
        with pytest.raises(NotAllowed):
            state_one(MASTS, row | {"since": since}, by=thief)
        raw = masts_of(neighbour, since=since, technologies="2G").encode()
        with pytest.raises(NotAllowed):
            load_table(MASTS, raw, "x.csv", by=thief)
    assert [one.unit for one in standing(Mast.objects.all())] == [village.unit]
    # Its own may correct it, and say what it carries later.
    load_table(MASTS, masts_of(village, height="50").encode(), "x.csv", by=owner)
    raw = masts_of(village, since="2024-01-01").encode()
    assert load_table(MASTS, raw, "x.csv", by=owner).kept.new == 1


def test_a_mast_goes_on_with_the_commune_that_continues_its_own(village):
    load_table(MASTS, masts_of(village).encode(), "x.csv", by=SYSTEM)
    after = VillageFactory()
    village.unit.valid_to = dt.date(2024, 6, 30)
    village.unit.save()
    UnitSuccession.objects.create(
        predecessor=village.unit, successor=after.unit, on=dt.date(2024, 7, 1)
    )
    raw = masts_of(after, since="2024-07-01").encode()
    keeper = UserFactory(technician=after.unit)
    assert load_table(MASTS, raw, "x.csv", by=keeper).kept.new == 1

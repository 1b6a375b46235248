"""Merging units on a date: households stay, history stays, what runs goes on."""

import datetime as dt
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tiengmo.audit import SYSTEM
from tiengmo.audit.models import AuditEntry
from tiengmo.places import queries
from tiengmo.places.actions import carry_over, load_locality
from tiengmo.places.commands import group
from tiengmo.places.errors import CannotCarryOver
from tiengmo.places.events import unit_succeeded, villages_moved
from tiengmo.places.models import Unit, UnitSuccession, Village, VillageMembership

from .factories import UnitFactory, VillageFactory

pytestmark = pytest.mark.django_db

DATA = Path(__file__).parents[2] / "config" / "demo" / "data"
DAY = dt.date(2025, 7, 1)


def plan(predecessor, successor, on=DAY):
    return UnitSuccession.objects.create(
        predecessor=predecessor, successor=successor, on=on, legal_basis="Nghị quyết thử"
    )


@pytest.fixture
def demo():
    load_locality(DATA / "units.csv", DATA / "villages.csv", DATA / "geometry.geojson", by=SYSTEM)
    return queries.unit_by_code("082")


def test_bat_xat_on_1_july_2025(demo):
    before = queries.households_in(["082"])
    report = carry_over(DAY, by=SYSTEM)
    (root,) = queries.tree()
    assert (root.code, root.name, root.households, root.villages) == (
        "15",
        "Tỉnh Lào Cai",
        before,
        176,
    )
    assert [child.code for child in root.children] == [
        "02683",
        "02686",
        "02695",
        "02701",
        "02707",
        "02725",
        "02728",
        "02746",
    ]
    assert report.households_before == report.households_after == before
    town, commune = (
        queries.unit_by_code("02683", dt.date(2025, 6, 30)),
        queries.unit_by_code("02683"),
    )
    assert (town.name, commune.name) == ("Thị trấn Bát Xát", "Xã Bát Xát")
    # five units became xã Bát Xát; its outline is theirs together
    assert commune.geometry is not None
    assert commune.west == min(
        unit.west for unit in Unit.objects.filter(successions__successor=commune)
    )
    village = Village.objects.get(code="02689-03")
    assert queries.area_path(village) == ["02689-03", "02686", "15"]
    assert [m.unit.name for m in village.memberships.order_by("valid_from")] == [
        "Xã Nậm Chạc",
        "Xã A Mú Sung",
    ]
    assert {v.unit.code for v in queries.villages_in(["082"], dt.date(2022, 8, 3))} == {
        child.code for child in root.children
    }
    assert queries.villages_in(["082"], dt.date(2022, 8, 3)).count() == 176


def test_a_second_run_changes_nothing(demo):
    carry_over(DAY, by=SYSTEM)
    rows = list(Unit.objects.values()), list(VillageMembership.objects.values())
    entries = AuditEntry.objects.count()
    assert carry_over(DAY, by=SYSTEM).was_done_before
    assert (list(Unit.objects.values()), list(VillageMembership.objects.values())) == rows
    assert AuditEntry.objects.count() == entries


def test_loading_the_same_files_again_does_not_undo_it(demo):
    carry_over(DAY, by=SYSTEM)
    report = load_locality(
        DATA / "units.csv", DATA / "villages.csv", DATA / "geometry.geojson", by=SYSTEM
    )
    assert report.changes == []
    assert (report.units_created, report.villages_created) == (0, 0)
    assert queries.tree()[0].code == "15"
    assert any("đã chuyển từ" in note for note in report.notes)


def test_a_dry_run_changes_nothing_and_tells_nobody(demo):
    heard = []

    def listen(**kwargs):
        heard.append(kwargs)

    unit_succeeded.connect(listen)
    try:
        report = carry_over(DAY, by=SYSTEM, is_dry_run=True)
    finally:
        unit_succeeded.disconnect(listen)
    assert len(report.moves) == 22
    assert heard == []
    assert queries.unit_by_code("082") == demo
    assert not Unit.objects.exclude(closed_at=None).exists()


def test_what_runs_is_told_who_continues_it(demo):
    units = {}

    def on_unit(predecessor, successor, **_):
        units[predecessor.name] = successor.name

    def on_villages(villages: list, successor, **_):
        nonlocal moved
        moved += len(villages)
        assert {v.unit_id for v in villages} == {successor.pk}

    moved = 0
    unit_succeeded.connect(on_unit)
    villages_moved.connect(on_villages)
    try:
        carry_over(DAY, by=SYSTEM)
    finally:
        unit_succeeded.disconnect(on_unit)
        villages_moved.disconnect(on_villages)
    assert len(units) == 22
    assert units["Huyện Bát Xát"] == "Tỉnh Lào Cai"
    assert units["Xã Tòng Sành"] == "Xã Cốc San"
    assert moved == 176


def test_nothing_is_changed_when_a_listener_fails(demo):
    def fail(**_):
        raise RuntimeError("disk full")

    unit_succeeded.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            carry_over(DAY, by=SYSTEM)
    finally:
        unit_succeeded.disconnect(fail)
    assert queries.unit_by_code("082") == demo
    assert Village.objects.get(code="02689-03").unit.code == "02689"


def test_an_audience_of_a_merged_commune_stays_its_own_households(demo):
    from django.utils import timezone

    cleared_at = timezone.now()
    carry_over(DAY, by=SYSTEM)
    nam_chac = queries.carried(["02689"], known_at=cleared_at)
    assert nam_chac == [f"02689-{n:02d}" for n in range(1, 9)]
    assert queries.carried(["02686", "02689"], known_at=cleared_at) == ["02686"]
    assert queries.carried(["082"], known_at=cleared_at) == ["15"]


class TestWhatIsRefused:
    def reasons(self, on=DAY, **kwargs):
        with pytest.raises(CannotCarryOver) as caught:
            carry_over(on, by=SYSTEM, **kwargs)
        return " ".join(caught.value.reasons)

    def test_a_day_without_a_plan(self, demo):
        text = self.reasons(dt.date(2024, 1, 1))
        assert "Không có đơn vị nào sáp nhập ngày 01/01/2024" in text
        assert "01/07/2025" in text

    def test_a_day_that_has_not_come(self, demo):
        assert "Chưa đến ngày" in self.reasons(dt.date(2999, 1, 1))

    def test_an_empty_locality(self):
        assert "Không có đơn vị nào" in self.reasons()

    def test_a_commune_left_without_a_parent(self):
        top = UnitFactory(top=True)
        UnitFactory(parent=top, name="Xã Quên")
        plan(top, UnitFactory(is_planned=True, valid_from=DAY))
        assert "Xã Quên thuộc một đơn vị kết thúc" in self.reasons()

    def test_a_divided_commune_without_homes(self):
        old = UnitFactory(name="Xã Chia")
        village = VillageFactory(unit=old)
        left, right = (UnitFactory(is_planned=True, valid_from=DAY) for _ in range(2))
        plan(old, left)
        plan(old, right)
        assert f"Thôn {village.code}: Xã Chia chia cho" in self.reasons()
        assert "không phải đơn vị kế tiếp" in self.reasons(homes={village.code: "99"})
        carry_over(DAY, by=SYSTEM, homes={village.code: right.code})
        village.refresh_from_db()
        assert village.unit == right

    def test_homes_of_villages_that_do_not_move(self, demo):
        assert "02683-99" in self.reasons(homes={"02683-99": "02683"})

    def test_a_successor_below_a_unit_that_is_not_there(self):
        absent = UnitFactory(is_planned=True, valid_from=DAY, name="Tỉnh Vắng")
        old = UnitFactory()
        plan(old, UnitFactory(is_planned=True, valid_from=DAY, parent=absent))
        assert "Tỉnh Vắng" in self.reasons()

    def test_a_code_that_somebody_else_still_holds(self):
        UnitFactory(code="77", name="Xã Giữ Mã")
        old = UnitFactory()
        plan(old, UnitFactory(code="77", is_planned=True, valid_from=DAY))
        assert "Xã Giữ Mã" in self.reasons()

    def test_a_circle(self):
        one, two = UnitFactory(), UnitFactory()
        plan(one, two)
        plan(two, one)
        assert "cũng hết hiệu lực" in self.reasons()


def test_a_commune_may_be_absorbed_by_one_that_stays():
    staying, ending = UnitFactory(in_district=True), UnitFactory(in_district=True)
    village = VillageFactory(unit=ending)
    VillageFactory(unit=staying)
    plan(ending, staying)
    carry_over(DAY, by=SYSTEM)
    assert queries.villages_in([staying.code]).count() == 2
    assert village.memberships.count() == 2


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    communes=st.lists(st.lists(st.integers(0, 500), max_size=4), min_size=1, max_size=5),
    goes_to=st.lists(st.integers(0, 2), min_size=5, max_size=5),
)
def test_households_are_conserved_however_units_merge(communes, goes_to):
    """Any number of communes, merged in any way: each village has one home, none is lost."""
    from django.db import transaction

    with transaction.atomic():
        province = UnitFactory(is_planned=True, valid_from=DAY, parent=None, level="province")
        heirs = [UnitFactory(is_planned=True, valid_from=DAY, parent=province) for _ in range(3)]
        district = UnitFactory(top=True)
        plan(district, province)
        for number, villages in enumerate(communes):
            unit = UnitFactory(parent=district)
            plan(unit, heirs[goes_to[number]])
            for households in villages:
                VillageFactory(unit=unit, households=households)
        total = sum(map(sum, communes))
        report = carry_over(DAY, by=SYSTEM)
        assert report.households_before == report.households_after == total
        assert queries.households_in([province.code]) == total
        assert sum(queries.households_in([heir.code]) for heir in heirs) == total
        assert queries.households_in([district.code], dt.date(2025, 6, 30)) == total
        open_memberships = VillageMembership.objects.filter(valid_to=None)
        assert open_memberships.count() == Village.objects.count()
        transaction.set_rollback(True)


class TestTheCommand:
    def run(self, *arguments):
        return CliRunner().invoke(group, ["carry-over", *arguments])

    def test_dry_run_then_done_then_again(self, demo):
        shown = self.run("--on", "01/07/2025", "--dry-run")
        assert shown.exit_code == 0, shown.output
        assert "Chưa thay đổi gì" in shown.output
        done = self.run("--on", "2025-07-01")
        assert "Đã sáp nhập" in done.output
        assert "Xã Nậm Chạc" in done.output
        again = self.run("--on", "2025-07-01")
        assert (again.exit_code, "không có gì thay đổi" in again.output) == (0, True)

    @pytest.mark.parametrize("day", ["hôm nay", "2025-02-30", "", "31/02/2025"])
    def test_a_date_that_is_none(self, day):
        result = self.run("--on", day)
        assert result.exit_code == 2
        assert "Traceback" not in result.output

    def test_a_day_without_a_plan(self, demo):
        result = self.run("--on", "2024-07-01")
        assert result.exit_code == 1
        assert "Chưa thay đổi gì." in result.output

    def test_a_file_of_homes_with_a_bad_row(self, demo, tmp_path):
        homes = tmp_path / "homes.csv"
        homes.write_text("village_code,unit_code\n02683-01,\n", encoding="utf-8")
        result = self.run("--on", "2025-07-01", "--villages", str(homes))
        assert result.exit_code == 1
        assert "homes.csv, dòng 2" in result.output

"""Choosing areas: which villages they hold, who stands above them, what they are called."""

import datetime as dt

import pytest
from django.utils import timezone

from tiengmo.places import queries
from tiengmo.places.errors import UnknownArea
from tiengmo.places.models import VillageMembership

from .factories import UnitFactory, VillageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def district():
    top = UnitFactory(code="082", name="Huyện Bát Xát", top=True)
    town = UnitFactory(code="02683", name="Thị trấn Bát Xát", parent=top)
    y_ty = UnitFactory(code="02701", name="Xã Y Tý", parent=top)
    a_lu = UnitFactory(code="02692", name="Xã A Lù", parent=top)
    for unit, n in ((town, 2), (y_ty, 3), (a_lu, 5)):
        for i in range(1, n + 1):
            VillageFactory(unit=unit, code=f"{unit.code}-{i:02d}", name=f"Thôn {unit.code}/{i}")
    return top


def codes(villages):
    return sorted(v.code for v in villages)


def test_a_unit_holds_the_villages_of_all_units_below_it(district):
    assert len(codes(queries.villages_in(["082"]))) == 10
    assert codes(queries.villages_in(["02701"])) == ["02701-01", "02701-02", "02701-03"]


def test_a_village_named_twice_counts_once(district):
    assert queries.households_in(["02701", "02701-01", "082"]) == 1000


def test_unknown_codes_hold_nothing_and_are_named(district):
    assert list(queries.villages_in(["99999", "02701-99"])) == []
    assert queries.unknown_areas(["99999", "02701-01", "02701"]) == {"99999"}


def test_the_path_of_a_village_ends_at_the_top(district):
    village = queries.villages_in(["02692-03"]).get()
    assert queries.area_path(village) == ["02692-03", "02692", "082"]
    assert queries.area_paths([village]) == {"02692-03": ["02692-03", "02692", "082"]}


@pytest.mark.parametrize(
    ("areas", "unit"),
    [
        (["02701-01"], "02701"),
        (["02701-01", "02701-02"], "02701"),
        (["02701", "02701-01"], "02701"),
        (["02701", "02692-01"], "082"),
        (["082", "02692-01"], "082"),
    ],
)
def test_the_smallest_unit_that_contains_an_audience(district, areas, unit):
    assert queries.smallest_unit_containing(areas).code == unit


@pytest.mark.parametrize("areas", [[], ["99999"], ["02701", "99999"]])
def test_no_unit_contains_nothing_or_the_unknown(district, areas):
    with pytest.raises(UnknownArea):
        queries.smallest_unit_containing(areas)


def test_no_unit_contains_two_separate_localities(district):
    other = UnitFactory(top=True)
    with pytest.raises(UnknownArea):
        queries.smallest_unit_containing([other.code, "02701"])


@pytest.mark.parametrize(
    ("inner", "outer", "expected"),
    [
        (["02701-01"], ["02701"], True),
        (["02701"], ["02701-01", "02701-02", "02701-03"], True),
        (["02701"], ["02701-01", "02701-02"], False),
        (["082"], ["02701"], False),
        (["02701", "02692-01"], ["082"], True),
        ([], ["082"], False),
        (["99999"], ["082"], False),
        (["02701"], [], False),
    ],
)
def test_an_area_lies_within_another(district, inner, outer, expected):
    assert queries.is_within(inner, outer) is expected


def test_a_commune_without_villages_lies_only_within_its_own_district(district):
    empty = UnitFactory(parent=district)
    other = UnitFactory(top=True)
    assert queries.is_within([empty.code], ["082"])
    assert not queries.is_within([empty.code], [other.code])
    assert not queries.is_within([empty.code], ["02701"])


def test_the_tree_adds_up(district, django_assert_num_queries):
    with django_assert_num_queries(3):
        (root,) = queries.tree()
    assert (root.households, root.villages) == (1000, 10)
    assert [child.code for child in root.children] == ["02683", "02692", "02701"]
    assert sum(1 for node in root.walk() if node.is_village) == 10


def test_all_villages_of_a_commune_are_the_commune(district):
    cover = queries.minimal_cover(["02701-01", "02701-03", "02701-02", "02692-01"])
    assert cover == ["02692-01", "02701"]
    assert queries.minimal_cover(["02701", "02683", "02692"]) == ["082"]
    assert queries.minimal_cover(["082", "02701-01"]) == ["082"]


@pytest.mark.parametrize(
    ("areas", "label"),
    [
        (["082"], "toàn huyện Bát Xát (3 xã, thị trấn)"),
        (["02701"], "xã Y Tý"),
        (["02683", "02701"], "thị trấn Bát Xát, xã Y Tý"),
        (["02701", "02692-02"], "xã Y Tý; thôn 02692/2 (xã A Lù)"),
        ([f"02692-0{i}" for i in range(1, 5)], "4 thôn thuộc xã A Lù"),
        ([], ""),
    ],
)
def test_areas_are_named_in_few_words(district, areas, label):
    assert queries.areas_label(areas) == label


def test_many_communes_become_a_count():
    top = UnitFactory(top=True)
    units = [UnitFactory(parent=top) for _ in range(4)] + [
        UnitFactory(parent=top, name="Thị trấn Thử")
    ]
    assert queries.areas_label([u.code for u in units]) == "5 xã, thị trấn"


class TestAReusedCode:
    """02683 is a town until 30 June 2025 and a commune after."""

    @pytest.fixture
    def merged(self, district):
        town = queries.unit_by_code("02683")
        province = UnitFactory(code="15", name="Tỉnh Lào Cai", parent=None, level="province")
        entered_at = timezone.now()
        commune = UnitFactory(
            code="02683",
            name="Xã Bát Xát",
            parent=province,
            valid_from=dt.date(2025, 7, 1),
            opened_at=entered_at,
        )
        town.valid_to, town.closed_at = dt.date(2025, 6, 30), entered_at
        town.save()
        for village in town.villages.all():
            village.memberships.update(valid_to=dt.date(2025, 6, 30))
            VillageMembership.objects.create(
                village=village, unit=commune, valid_from=dt.date(2025, 7, 1)
            )
        town.villages.update(unit=commune)
        extra = VillageFactory(unit=commune, code="02710-01")
        return town, commune, extra, entered_at

    def test_the_day_decides_who_holds_it(self, merged):
        town, commune, _extra, _at = merged
        assert queries.unit_by_code("02683", dt.date(2025, 6, 30)) == town
        assert queries.unit_by_code("02683", dt.date(2025, 7, 1)) == commune
        assert queries.unit_by_code("02683") == commune

    def test_villages_of_a_past_day_are_those_of_the_unit_then(self, merged):
        assert codes(queries.villages_in(["02683"], dt.date(2022, 8, 3))) == [
            "02683-01",
            "02683-02",
        ]
        assert "02710-01" in codes(queries.villages_in(["02683"]))

    def test_what_was_released_before_the_change_was_entered_still_means_the_town(self, merged):
        _town, _commune, _extra, entered_at = merged
        before = entered_at - dt.timedelta(days=1)
        found = queries.villages_in(["02683"], known_at=before)
        assert codes(found) == ["02683-01", "02683-02"]
        assert queries.unit_by_code("02683", known_at=before).name == "Thị trấn Bát Xát"

    def test_a_planned_unit_is_not_in_force(self, district):
        UnitFactory(code="02999", is_planned=True)
        assert queries.unit_by_code("02999") is None

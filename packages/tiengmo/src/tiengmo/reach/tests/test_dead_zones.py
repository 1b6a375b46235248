"""What is stated of masts and fibre says why a village was missed, from the day it stands."""

import datetime as dt

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tiengmo.audit import SYSTEM
from tiengmo.channels.messages.rules import households_told
from tiengmo.connectivity.actions import state_one
from tiengmo.connectivity.tables import kind_of
from tiengmo.places.tests.factories import VillageFactory
from tiengmo.reach.models import Recount
from tiengmo.reach.queries import audience_preview, reach_of
from tiengmo.releases.models import DeliveryStatus
from tiengmo.releases.tests.factories import DeliveryFactory, ReleaseFactory

FAILED = DeliveryStatus.FAILED_PERMANENTLY


def state(village, since, level="whole", operator="viettel"):
    row = {"village_code": village.code, "operator": operator, "level": level}
    state_one(kind_of("vung-lom"), row | {"since": f"{since:%Y-%m-%d}"}, by=SYSTEM)


def figures(village, since, **figures):
    row = {"village_code": village.code, "since": f"{since:%Y-%m-%d}", **figures}
    state_one(kind_of("thon"), row, by=SYSTEM)


@pytest.fixture
def missed():
    village = VillageFactory()
    release = ReleaseFactory(
        unit=village.unit,
        audience=[village.unit.code],
        released=True,
        released_at=timezone.now() - dt.timedelta(days=10),
    )
    DeliveryFactory(
        release=release, village=village, status=FAILED, reason="box_offline", was_online=False
    )
    return release, village, timezone.localdate() - dt.timedelta(days=10)


def reason(release):
    return reach_of(release).villages[0].reason


@pytest.mark.django_db
class TestReasons:
    def test_a_dead_zone_on_the_day_is_the_reason(self, missed):
        release, village, day = missed
        assert reason(release) == "box_offline"
        state(village, day - dt.timedelta(days=30))
        assert reason(release) == "cut_off"

    def test_a_mast_built_since_changes_no_old_reason(self, missed):
        release, village, day = missed
        state(village, day - dt.timedelta(days=30))
        state(village, day + dt.timedelta(days=3), level="none")
        assert reason(release) == "cut_off"
        assert not audience_preview([village.code], []).cut_off

    def test_one_operator_with_signal_is_enough(self, missed):
        release, village, day = missed
        state(village, day)
        state(village, day, level="partial", operator="mobifone")
        assert reason(release) == "box_offline"

    def test_messages_that_never_arrived_where_there_is_no_signal(self, missed):
        release, village, day = missed
        release.deliveries.update(channel="sms", reason="not_delivered")
        assert reason(release) == "not_delivered"
        state(village, day)
        assert reason(release) == "cut_off"

    def test_what_was_counted_from_that_day_on_is_counted_again(self, missed):
        release, village, day = missed
        Recount.objects.all().delete()
        state(village, day + dt.timedelta(days=1))
        assert not Recount.objects.exists()
        state(village, day - dt.timedelta(days=1))
        assert [one.release_id for one in Recount.objects.all()] == [release.pk]

    def test_a_new_mast_alone_has_nothing_counted_again(self, missed):
        _release, village, day = missed
        Recount.objects.all().delete()
        mast = {
            "operator": "viettel", "code": "T1", "technologies": "4G", "latitude": "22.61",
            "longitude": "103.71", "unit_code": village.unit.code, "since": day.isoformat(),
        }  # fmt: skip
        state_one(kind_of("tram"), mast, by=SYSTEM)
        assert not Recount.objects.exists()
        figures(village, day, fibre="có")
        assert Recount.objects.exists()

    def test_the_preview_says_who_can_read_at_home(self):
        village = VillageFactory(households=100, population=400)
        VillageFactory(unit=village.unit)
        today = timezone.localdate()
        preview = audience_preview([village.unit.code], [])
        assert (preview.online_at_most, preview.villages_stated) == (0, 0)
        figures(village, today, smartphones="70", fixed_subscribers="12")
        preview = audience_preview([village.unit.code], [])
        assert (preview.online_at_most, preview.villages_stated) == (82, 1)
        figures(village, today, smartphones="170")
        assert audience_preview([village.code], []).online_at_most == 100


numbers = st.integers(0, 500)


@given(numbers, numbers, st.integers(1, 300), st.integers(1, 1500), st.none() | numbers)
def test_one_more_number_never_lowers_a_bound_whatever_the_telephones(
    some, more, households, people, telephones
):
    less = households_told(some, households=households, population=people, telephones=telephones)
    both = households_told(
        some + more, households=households, population=people, telephones=telephones
    )
    assert 0 <= less[0] <= less[1] <= households
    assert less[0] <= both[0]
    assert less[1] <= both[1]
    if telephones:
        assert both[1] <= telephones


def test_a_figure_of_telephones_only_lowers_the_upper_bound():
    given_none = households_told(40, households=50, population=200)
    assert households_told(40, households=50, population=200, telephones=90) == given_none
    assert households_told(40, households=50, population=200, telephones=25) == (4, 25)


@given(st.lists(st.integers(0, 10), min_size=1, max_size=40))
def test_numbers_that_are_all_of_large_households_are_no_more_households_than_they_are(sizes):
    """sizes: of each household of a village, the people; each of them has a telephone."""
    largest = sorted(sizes)[-5:]
    told = sum(size > 0 for size in largest)
    lo, hi = households_told(sum(largest), households=len(sizes), population=sum(sizes))
    assert lo <= told <= hi

"""From episodes to items: never two at once, never in quiet hours, nobody's place lost."""

from datetime import UTC, datetime, time, timedelta
from itertools import combinations, pairwise

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tiengmo.broadcasting.actions import plan_playout
from tiengmo.broadcasting.airtime import Airtime
from tiengmo.broadcasting.models import AreaRules, Episode, Part, PlayoutItem
from tiengmo.broadcasting.planning import plan_ahead
from tiengmo.broadcasting.planning.ahead import span_of
from tiengmo.broadcasting.rules.placing import BREATH, Span
from tiengmo.outbox.models import OutboxEntry
from tiengmo.places.tests.factories import UnitFactory, VillageFactory

from .factories import EpisodeFactory, FillRuleFactory, PoolFactory, ShowFactory, SoundFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)  # ten in the morning, a Sunday


@pytest.fixture
def locality():
    """A district of two communes, with a village each."""
    district = UnitFactory(top=True)
    communes = [UnitFactory(parent=district) for _ in range(2)]
    for commune in communes:
        VillageFactory(unit=commune)
    return district, *communes


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def items(**filters):
    return list(PlayoutItem.objects.filter(cancelled_at=None, **filters).order_by("start_at"))


def bulletin(station, *, seconds=60, priority="routine", at=None, areas=None):
    edition = {"language": "vi", "sha256": "b" * 64, "bytes": 9, "duration_ms": seconds * 1000}
    return plan_playout(
        station=station,
        title="Bản tin",
        areas=areas or [station.code],
        editions=[edition],
        priority=priority,
        start_before_at=NOW + timedelta(hours=1),
        earliest_at=at,
    )


def test_an_episode_becomes_items_one_after_the_other(locality):
    district = locality[0]
    show = ShowFactory(station=district, jingle_in=SoundFactory(duration_ms=5000))
    episode = EpisodeFactory(show=show, sounds=[60, 90])
    plan_ahead(district)
    found = items()
    assert [item.part for item in found] == ["jingle_in", "segment", "segment"]
    assert found[0].start_at == episode.start_at
    for before, after in pairwise(found):
        assert after.start_at == span_of(before).end + BREATH
    assert OutboxEntry.objects.filter(topic="station.publish", done_at=None).count() == 1


def test_planning_again_changes_nothing_and_announces_nothing(locality):
    district = locality[0]
    EpisodeFactory(show__station=district, sounds=[60])
    FillRuleFactory(
        pool=PoolFactory(station=district, sounds=[100] * 9), from_at=time(11), to_at=time(12)
    )
    plan_ahead(district)
    before = {item.pk: item.start_at for item in items()}
    OutboxEntry.objects.all().delete()
    assert plan_ahead(district) == set()
    assert {item.pk: item.start_at for item in items()} == before
    assert not OutboxEntry.objects.exists()


def test_a_routine_bulletin_waits_for_the_episode_and_a_priority_one_goes_before(locality):
    district, commune, _ = locality
    EpisodeFactory(show__station=district, start_at=NOW + timedelta(seconds=30), sounds=[300, 300])
    plan_ahead(district)
    waits = bulletin(commune)
    assert waits.start_at >= max(span_of(item).end for item in items(part="segment"))
    with time_machine.travel(NOW + timedelta(seconds=40), tick=False):
        goes = bulletin(commune, priority="priority", at=NOW + timedelta(seconds=60))
    assert goes.start_at == NOW + timedelta(seconds=60)
    first, second = items(part="segment")
    # The first is on the air: it is cut and goes on. The second has moved behind.
    assert first.start_at == NOW + timedelta(seconds=30)
    assert first.start_before_at > span_of(goes).end
    assert second.start_at >= span_of(goes).end
    assert not span_of(waits).meets(span_of(second))


def test_a_higher_station_has_the_air_first_and_a_lower_one_follows_or_gives_way(locality):
    district, commune, other = locality
    EpisodeFactory(show__station=commune, sounds=[600])
    EpisodeFactory(show__station=other, start_at=NOW + timedelta(hours=3), sounds=[600])
    plan_ahead(district)
    assert len(items()) == 2
    EpisodeFactory(show__station=district, sounds=[600])
    plan_ahead(district)
    assert [item.station for item in items()] == [district, commune, other]
    assert items()[1].start_at > span_of(items()[0]).end
    EpisodeFactory(show__station=district, start_at=NOW + timedelta(minutes=71), sounds=[900])
    plan_ahead(district)
    assert [item.station for item in items()] == [district, district, other]


def test_a_commune_in_quiet_hours_is_left_in_peace_and_the_others_hear(locality):
    district, commune, other = locality
    AreaRules.objects.create(unit=commune, quiet_hours=[{"start": "10:30", "end": "12:00"}])
    EpisodeFactory(show__station=district, sounds=[60])
    plan_ahead(district)
    (item,) = items()
    airtime = Airtime()
    assert airtime.villages(item.areas) == airtime.villages([other.code])
    # A bulletin is for everybody: it waits until the last may be spoken to.
    assert bulletin(district, at=NOW + timedelta(hours=1)).start_at >= NOW + timedelta(hours=2)


def test_fill_makes_room_and_is_not_heard_twice_too_soon(locality):
    district, commune, _ = locality
    rule = FillRuleFactory(
        pool=PoolFactory(station=district, sounds=[120, 180, 240]),
        from_at=time(11),
        to_at=time(12),
        no_repeat_minutes=15,
    )
    plan_ahead(district)
    fill = items(part=Part.FILL)
    assert {item.fill_rule for item in fill} == {rule}
    for one, other in combinations(fill, 2):
        if one.editions == other.editions:
            gap = max(one.start_at, other.start_at) - min(span_of(one).end, span_of(other).end)
            assert gap >= timedelta(minutes=15)
    added = bulletin(commune, at=NOW + timedelta(hours=1, minutes=3))
    assert added.start_at == NOW + timedelta(hours=1, minutes=3)
    EpisodeFactory(show__station=commune, start_at=NOW + timedelta(minutes=80), sounds=[300])
    plan_ahead(commune)
    assert len(items(part=Part.SEGMENT)) == 1
    assert_one_at_a_time()


WHEN = st.integers(0, 47 * 12)  # five minutes


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    episodes=st.lists(
        st.tuples(st.integers(0, 2), WHEN, st.lists(st.integers(5, 900), max_size=4)), max_size=8
    ),
    bulletins=st.lists(
        st.tuples(
            st.integers(0, 2), WHEN, st.integers(5, 600), st.sampled_from(["routine", "priority"])
        ),
        max_size=5,
    ),
    quiet=st.sampled_from([[], [("21:00", "05:00")], [("22:30", "04:45"), ("11:30", "13:30")]]),
    own_quiet=st.sampled_from([[], [("00:00", "07:00")]]),
    start=st.sampled_from(
        [
            NOW,
            datetime(2026, 11, 29, 16, 30, tzinfo=UTC),  # 23:30 of a Sunday here, still that day
            datetime(2026, 11, 30, 16, 0, tzinfo=UTC),  # the last hour of a month here
            datetime(2026, 12, 31, 17, 30, tzinfo=UTC),  # 00:30 of the new year here, not in UTC
            datetime(2028, 2, 28, 20, 0, tzinfo=UTC),  # 03:00 of the 29th of February here
        ]
    ),
    fills=st.booleans(),
)
def test_whatever_is_planned_one_item_at_a_time_and_quiet_hours_are_kept(  # noqa: PLR0917
    locality, episodes, bulletins, quiet, own_quiet, start, fills
):
    district, commune, _other = locality
    for model in (PlayoutItem, Episode, AreaRules):
        model.objects.all().delete()
    with time_machine.travel(start, tick=False):
        hours = [{"start": one, "end": two} for one, two in quiet]
        AreaRules.objects.create(unit=district, quiet_hours=hours)
        own = [{"start": one, "end": two} for one, two in own_quiet]
        AreaRules.objects.create(unit=commune, quiet_hours=own)
        if fills and not district.fill_rules.exists():
            pool = PoolFactory(station=district, sounds=[200, 300])
            FillRuleFactory(pool=pool, from_at=time(4), to_at=time(23), no_repeat_minutes=60)
        for station, at, sounds in episodes:
            EpisodeFactory(
                show__station=locality[station],
                start_at=start + timedelta(minutes=5 * at),
                sounds=sounds,
            )
        plan_ahead(district)
        for station, at, seconds, priority in bulletins:
            at_instant = start + timedelta(minutes=5 * at)
            bulletin(locality[station], seconds=seconds, priority=priority, at=at_instant)
        plan_ahead(district)
        assert_one_at_a_time()
        assert_quiet_is_kept(start)


def assert_one_at_a_time():
    airtime = Airtime()
    planned = items()
    for number, one in enumerate(planned):
        for other in planned[number + 1 :]:
            if other.start_at >= span_of(one).end:
                break
            both = airtime.villages(one.areas) & airtime.villages(other.areas)
            assert not both, (one, other)


def assert_quiet_is_kept(start):
    airtime = Airtime()
    around = Span(start - timedelta(days=1), start + timedelta(days=6))
    for item in items():
        villages = airtime.villages(item.areas)
        for quiet in airtime.quiet_somewhere(villages, around.start, around.end):
            assert not quiet.meets(span_of(item)), (item, quiet)

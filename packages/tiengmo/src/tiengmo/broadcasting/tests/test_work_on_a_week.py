"""What an operator does to a week, a neighbour's operator may not, and what comes of it."""

from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.utils import timezone
from icalendar import Calendar

from tiengmo.audit import SYSTEM
from tiengmo.audit.models import AuditEntry
from tiengmo.broadcasting.actions import make_episodes
from tiengmo.broadcasting.actions import week as acts
from tiengmo.broadcasting.errors import BroadcastingError
from tiengmo.broadcasting.exports import calendar_of
from tiengmo.broadcasting.models import AreaRules, Episode, PlayoutItem, Segment, Show, ShowRule
from tiengmo.broadcasting.planning import plan_ahead
from tiengmo.broadcasting.week import monday_of, weeks_of
from tiengmo.outbox.models import OutboxEntry
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.releases.actions import withdraw_release
from tiengmo.releases.tests.factories import ReleaseFactory, RenditionFactory

from .factories import EpisodeFactory, RuleFactory, ShowFactory, SoundFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def station():
    district = UnitFactory(top=True)
    commune = UnitFactory(parent=district)
    VillageFactory(unit=commune)
    return commune


@pytest.fixture
def operator(station):
    return UserFactory(operator=station)


@pytest.fixture
def show(station):
    return ShowFactory(station=station, title="Pháp luật quanh ta")


def local(day, at):
    return datetime.combine(day, at, tzinfo=timezone.get_current_timezone())


def soon(days=2):
    return timezone.localdate() + timedelta(days=days)


@time_machine.travel(local(date(2026, 11, 18), time(4)), tick=False)
def test_a_rule_makes_episodes_and_they_follow_it(show, operator):
    rule = acts.save_rule(RuleFactory.build(show=show, at=time(5, 30)), by=operator)
    episodes = Episode.objects.filter(rule=rule)
    assert {timezone.localtime(one.start_at).time() for one in episodes} == {time(5, 30)}
    number = episodes.count()
    assert number >= 35
    assert not make_episodes([rule])  # nothing is made twice
    kept = episodes.order_by("start_at")[3]
    acts.add_segment(kept, sound=SoundFactory(), title="Bài", by=operator)
    moved = acts.change_episode(
        episodes.order_by("start_at")[5], start_at=local(soon(5), time(11)), by=operator
    )
    cancelled = episodes.order_by("start_at")[7]
    acts.cancel_episode(cancelled, by=operator)
    rule.at = time(6)
    acts.save_rule(rule, by=operator)
    kept.refresh_from_db()
    moved.refresh_from_db()
    assert timezone.localtime(kept.start_at).time() == time(6)
    assert timezone.localtime(moved.start_at).time() == time(11)
    assert Episode.objects.filter(cancelled_at=None, rule=rule).count() == number - 1


def test_holidays_lunar_days_and_named_dates_are_left_out(show, operator):
    rule = RuleFactory(
        show=show,
        starts_on=date(2027, 2, 1),
        skip_dates=["2027-02-20"],
        skip_lunar=["tet", "15"],
        skip_holidays=True,
    )
    from tiengmo.broadcasting.actions.make_episodes import occurrences

    days = {
        timezone.localtime(at).date()
        for at in occurrences(rule, date(2027, 2, 1), date(2027, 2, 28))
    }
    # Tết 2027 is 6 February; eve to third day, the holiday around it, the fifteenth, one date.
    missing = {date(2027, 2, day) for day in range(1, 29)} - days
    assert {date(2027, 2, day) for day in (5, 6, 7, 8, 20)} <= missing
    assert date(2027, 2, 20) in missing
    only = RuleFactory(show=show, starts_on=date(2027, 1, 1), only_lunar=["15"])
    found = occurrences(only, date(2027, 1, 1), date(2027, 3, 31))
    assert [timezone.localtime(at).date() for at in found] == [
        date(2027, 1, 22), date(2027, 2, 20), date(2027, 3, 22),
    ]  # fmt: skip


def test_segments_have_an_order_and_only_what_is_released_may_lie_in_an_episode(show, operator):
    episode = EpisodeFactory(show=show)
    first = acts.add_segment(episode, sound=SoundFactory(), title="Một", by=operator)
    acts.add_segment(episode, sound=SoundFactory(), title="Hai", by=operator)
    third = acts.add_segment(episode, sound=SoundFactory(), title="Ba", by=operator)
    acts.move_segment(third, to=0, by=operator)
    acts.move_segment(first, to=2, by=operator)
    assert [str(one) for one in episode.segments.all()] == ["Ba", "Hai", "Một"]
    acts.remove_segment(first, by=operator)
    assert episode.segments.count() == 2
    waiting = RenditionFactory(release__audience=[show.station.code]).release
    with pytest.raises(BroadcastingError):
        acts.add_segment(episode, release=waiting, by=operator)
    elsewhere = RenditionFactory(release=ReleaseFactory(released=True)).release
    with pytest.raises(BroadcastingError):
        acts.add_segment(episode, release=elsewhere, by=operator)
    with pytest.raises(BroadcastingError):
        acts.add_segment(episode, by=operator)


def test_a_bulletin_taken_back_leaves_the_episode_it_lies_in(show, operator):
    release = ReleaseFactory(released=True, audience=[show.station.code])
    RenditionFactory(release=release)
    episode = EpisodeFactory(show=show, sounds=[60])
    acts.add_segment(episode, release=release, by=operator)
    plan_ahead(show.station)
    assert PlayoutItem.objects.filter(segment__release=release, cancelled_at=None).exists()
    withdraw_release(release, by=SYSTEM, reason="Thử")
    assert not PlayoutItem.objects.filter(segment__release=release, cancelled_at=None).exists()
    plan_ahead(show.station)
    assert PlayoutItem.objects.filter(episode=episode, cancelled_at=None).count() == 1


def test_a_week_is_copied_once_however_often(show, operator):
    monday = monday_of(soon(14))
    rule = acts.save_rule(RuleFactory.build(show=show, at=time(5, 30)), by=operator)
    first = Episode.objects.get(rule=rule, start_at=local(monday, time(5, 30)))
    acts.add_segment(first, sound=SoundFactory(), title="Bài", by=operator)
    single = acts.make_episode(
        show, start_at=local(monday + timedelta(days=6), time(23, 45)), by=operator
    )
    acts.add_segment(single, sound=SoundFactory(), by=operator)
    to = monday + timedelta(days=7)
    copied = acts.copy_week(show.station, monday=monday, to_monday=to, by=operator)
    assert (copied.made, copied.filled) == (1, 1)
    again = acts.copy_week(show.station, monday=monday, to_monday=to, by=operator)
    assert (again.made, again.filled) == (0, 0)
    assert Segment.objects.count() == 4
    there = Episode.objects.get(start_at=local(to + timedelta(days=6), time(23, 45)))
    assert there.show == show


def test_what_is_on_air_or_over_is_not_changed(show, operator):
    episode = EpisodeFactory(show=show, start_at=timezone.now() - timedelta(minutes=1))
    for act in (
        lambda: acts.change_episode(episode, length_minutes=5, by=operator),
        lambda: acts.add_segment(episode, sound=SoundFactory(), by=operator),
        lambda: acts.make_episode(show, start_at=timezone.now(), by=operator),
    ):
        with pytest.raises(BroadcastingError):
            act()
    acts.cancel_episode(episode, by=operator)
    episode.refresh_from_db()
    assert episode.cancelled_at is not None


def test_a_neighbours_operator_and_an_editor_change_nothing(show, station):
    neighbour = UserFactory(operator=UnitFactory(parent=station.parent))
    editor = UserFactory(editor=station)
    episode = EpisodeFactory(show=show, sounds=[60])
    segment = episode.segments.get()
    rule = RuleFactory(show=show)
    for by in (neighbour, editor):
        for act in (
            lambda by: acts.save_show(Show(station=station, title="X"), by=by),
            lambda by: acts.save_rule(ShowRule(show=show, starts_on=soon(), at=time(5)), by=by),
            lambda by: acts.remove_rule(rule, by=by),
            lambda by: acts.close_show(show, by=by),
            lambda by: acts.make_episode(show, start_at=local(soon(), time(5)), by=by),
            lambda by: acts.change_episode(episode, title="X", by=by),
            lambda by: acts.cancel_episode(episode, by=by),
            lambda by: acts.add_segment(episode, sound=SoundFactory(), by=by),
            lambda by: acts.move_segment(segment, to=0, by=by),
            lambda by: acts.remove_segment(segment, by=by),
            lambda by: acts.copy_week(station, monday=soon(), to_monday=soon(), by=by),
            lambda by: acts.make_pool(station, "X", by=by),
            lambda by: acts.set_area_rules(AreaRules(unit=station), by=by),
        ):
            with pytest.raises(NotAllowed):
                act(by)
    before = AuditEntry.objects.count()
    acts.change_episode(episode, title="Số đặc biệt", by=UserFactory(operator=station.parent))
    assert AuditEntry.objects.count() == before + 1
    assert OutboxEntry.objects.filter(topic="broadcasting.plan").exists()


def test_the_grid_says_what_is_wrong_before_it_is_on_air(station, show):
    day = soon(3)
    AreaRules.objects.create(
        unit=station.parent,
        quiet_hours=[{"start": "21:00", "end": "05:00"}],
        session_minutes=20,
        sessions_per_day=3,
    )
    upper = ShowFactory(station=station.parent, title="Thời sự huyện")
    EpisodeFactory(show=upper, start_at=local(day, time(5, 20)), sounds=[600])
    long = EpisodeFactory(show=show, start_at=local(day, time(5, 10)), sounds=[1200])
    quiet = EpisodeFactory(show=show, start_at=local(day, time(23)), sounds=[60])
    for hour in (8, 10):
        EpisodeFactory(show=show, start_at=local(day, time(hour)))
    (week,) = weeks_of([station], monday_of(day), operated={station.pk})
    found = week.days[day.weekday()]
    notes = {slot.episode.pk: [note.text for note in slot.notes] for slot in found.slots}
    assert "dài hơn khung giờ 5:00" in notes[long.pk]
    assert any("trùng giờ với “Thời sự huyện”" in text for text in notes[long.pk])
    assert "nằm trong giờ yên tĩnh, sẽ không phát" in notes[quiet.pk]
    told = [note.text for note in found.notes]
    assert "một buổi dài 25 phút, chỉ được 20 phút" in told
    assert "4 buổi phát, chỉ được 3 buổi" in told
    # The upper station's grid names the same conflict from its side.
    (above,) = weeks_of([station.parent], monday_of(day), operated=set())
    (slot,) = above.days[day.weekday()].slots
    assert any("Pháp luật quanh ta" in note.text for note in slot.notes)


def test_the_calendar_is_read_by_others_as_it_was_meant(show, operator):
    monday = monday_of(soon(7))
    episode = acts.make_episode(
        show, start_at=local(monday, time(0, 30)), title="Đêm, “rằm”; và hơn", by=operator
    )
    acts.add_segment(episode, sound=SoundFactory(), title="Lời chúc", by=operator)
    read = Calendar.from_ical(calendar_of(show.station, monday))
    (event,) = read.walk("VEVENT")
    assert event["summary"] == "Đêm, “rằm”; và hơn"
    assert event.decoded("dtstart") == episode.start_at
    assert event.decoded("dtend") == episode.end_at
    assert "Lời chúc" in event["description"]

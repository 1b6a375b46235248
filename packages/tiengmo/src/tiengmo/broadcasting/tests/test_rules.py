import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from speaker_link.messages import QuietHours

from tiengmo.broadcasting.rules import GAP, Span, first_free_start
from tiengmo.broadcasting.rules.account import What, account
from tiengmo.broadcasting.rules.allowed import (
    Allowed,
    excesses,
    merged,
    quiet_spans,
    sessions,
    together,
)
from tiengmo.broadcasting.rules.placing import (
    BREATH,
    OVERRUN,
    first_allowed,
    free_spans,
    lay_out,
)
from tiengmo.broadcasting.rules.recurrence import (
    check_lunar,
    check_rrule,
    days_of,
    holiday_name,
    instant,
    is_lunar,
)

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
HERE = ZoneInfo("Asia/Ho_Chi_Minh")
SECONDS = st.integers(0, 3600)
SPANS = st.lists(st.tuples(SECONDS, st.integers(1, 600)), max_size=12)


def spans_of(pairs):
    return [Span(EPOCH + timedelta(seconds=s), EPOCH + timedelta(seconds=s + d)) for s, d in pairs]


@given(earliest=SECONDS, duration=st.integers(1, 600), spans=SPANS)
def test_never_early_never_over_another(earliest, duration, spans):
    taken = spans_of(spans)
    length = timedelta(seconds=duration)
    start = first_free_start(EPOCH + timedelta(seconds=earliest), length, taken)
    assert start >= EPOCH + timedelta(seconds=earliest)
    assert all(start >= span.end + GAP or start + length + GAP <= span.start for span in taken)


def test_free_air_starts_at_once():
    assert first_free_start(EPOCH, timedelta(seconds=60), []) == EPOCH


@given(
    start=SECONDS,
    planned=st.integers(60, 1800),
    lengths=st.lists(st.integers(1, 900), max_size=8),
    yielding=SPANS,
    walls=SPANS,
)
def test_an_episodes_parts_keep_their_order_and_everybodys_place(
    start, planned, lengths, yielding, walls
):
    begin = EPOCH + timedelta(seconds=start)
    durations = [timedelta(seconds=length) for length in lengths]
    bulletins, others = spans_of(yielding), spans_of(walls)
    end = begin + timedelta(seconds=planned)
    placing = lay_out(begin, end, durations, yielding=bulletins, walls=others)
    placed = [
        Span(at, at + duration)
        for at, duration in zip(placing.starts, durations, strict=True)
        if at is not None
    ]
    assert all(one.start >= begin for one in placed)
    for before, after in itertools.pairwise(placed):
        assert after.start >= before.end + BREATH
    for one in placed:
        assert not any(one.meets(other) for other in [*bulletins, *others])
        coming = [wall for wall in others if wall.start > begin]
        assert all(one.end <= wall.start for wall in coming)
    if not yielding:
        assert all(one.start <= end + OVERRUN for one in placed)


@given(window=st.tuples(SECONDS, st.integers(1, 3600)), taken=SPANS)
def test_what_is_free_meets_nothing_and_leaves_nothing_out(window, taken):
    whole = spans_of([window])[0]
    others = spans_of(taken)
    free = free_spans(whole, others, gap=timedelta())
    for span in free:
        assert not any(span.meets(other) for other in others)
    for second in range(window[1]):
        at = whole.start + timedelta(seconds=second, milliseconds=500)
        is_taken = any(other.start <= at < other.end for other in others)
        assert is_taken != any(span.start <= at < span.end for span in free)


@given(at=SECONDS, heard=st.lists(SECONDS, max_size=8), apart=st.integers(0, 600))
def test_nothing_is_repeated_too_soon_nor_later_than_it_must(at, heard, apart):
    found = first_allowed(
        EPOCH + timedelta(seconds=at),
        [EPOCH + timedelta(seconds=one) for one in heard],
        timedelta(seconds=apart),
    )
    second = (found - EPOCH).total_seconds()
    assert all(abs(second - one) >= apart for one in heard)
    earlier = range(at, int(second))
    assert not any(all(abs(one - other) >= apart for other in heard) for one in earlier)


TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
HOURS = st.lists(
    st.tuples(TIMES, TIMES)
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: (f"{pair[0]:%H:%M}", f"{pair[1]:%H:%M}")),
    max_size=4,
)


@given(hours=HOURS, minute=st.integers(0, 3 * 24 * 60 - 1))
def test_the_server_and_the_box_agree_on_what_is_quiet(hours, minute):
    # Over midnight, a month's end and a leap day, in local minutes and in UTC.
    first = datetime(2028, 2, 27, 17, 0, tzinfo=UTC)
    at = first + timedelta(minutes=minute)
    box = [QuietHours(starts=s, ends=e, utc_offset="+07:00") for s, e in hours]
    is_quiet = any(one.covers(at) for one in box)
    for known in (hours, merged(hours)):
        spans = quiet_spans(known, first, first + timedelta(days=3), HERE)
        assert any(span.start <= at < span.end for span in spans) == is_quiet


def test_hours_that_meet_are_told_as_one():
    assert merged([("21:00", "05:00"), ("22:00", "05:30")]) == (("21:00", "05:30"),)
    assert merged([("00:00", "12:00"), ("11:00", "00:00")]) == (
        ("00:00", "12:00"),
        ("12:00", "00:00"),
    )


class Rules:
    def __init__(self, hours=(), sessions=None, minutes=None, gap=None):
        self.quiet_hours = [{"start": s, "end": e} for s, e in hours]
        self.sessions_per_day, self.session_minutes, self.gap_minutes = sessions, minutes, gap


def test_a_lower_unit_may_be_stricter_and_never_looser():
    commune = Rules([("12:00", "13:00")], sessions=4, minutes=20)
    province = Rules([("22:00", "05:00")], sessions=3, minutes=30, gap=60)
    allowed = together([commune, province], without_any=[{"start": "20:00", "end": "06:00"}])
    assert allowed == Allowed((("12:00", "13:00"), ("22:00", "05:00")), 3, 20, 60)
    assert together([], without_any=[{"start": "20:00", "end": "06:00"}]).quiet_hours == (
        ("20:00", "06:00"),
    )


def test_sessions_are_counted_on_the_local_day():
    start = datetime(2026, 11, 22, 16, 50, tzinfo=UTC)  # 23:50 of a Sunday here
    spans = [Span(start + timedelta(minutes=m), start + timedelta(minutes=m + 8)) for m in (0, 12)]
    assert len(sessions(spans, timedelta(minutes=5))) == 1
    assert len(sessions(spans, timedelta(minutes=4))) == 2
    (over,) = excesses(spans, Allowed(session_minutes=15, gap_minutes=30), HERE)
    assert (over.what, over.day, over.planned) == ("minutes", date(2026, 11, 22), 20)
    apart = [
        Span(s.start + timedelta(hours=i), s.end + timedelta(hours=i)) for i, s in enumerate(spans)
    ]
    # The second begins after midnight here, on the same UTC day: two days with one session each.
    assert not excesses(apart, Allowed(sessions_per_day=1, gap_minutes=5), HERE)


@given(items=SPANS, quiet=SPANS)
def test_every_second_is_accounted_for_once(items, quiet):
    first, last = EPOCH, EPOCH + timedelta(seconds=4000)
    stretches = account(
        first, last, [(span, What.ITEM, None) for span in spans_of(items)], spans_of(quiet)
    )
    assert stretches[0].start == first
    assert stretches[-1].end == last
    for before, after in itertools.pairwise(stretches):
        assert before.end == after.start
    heard = spans_of(items)
    for stretch in stretches:
        middle = stretch.start + (stretch.end - stretch.start) / 2
        assert (stretch.what is What.ITEM) == any(s.start <= middle < s.end for s in heard)


@pytest.mark.parametrize(
    ("year", "tet"),
    [
        (1985, date(1985, 1, 21)),  # a month before the Chinese one
        (2007, date(2007, 2, 17)),  # a day before
        (2026, date(2026, 2, 17)),
        (2027, date(2027, 2, 6)),
        (2030, date(2030, 2, 2)),  # a day before
    ],
)
def test_tet_is_the_vietnamese_one(year, tet):
    days = [tet + timedelta(days=n) for n in range(-3, 6)]
    assert [is_lunar(day, ["tet"]) for day in days] == [False] * 2 + [True] * 4 + [False] * 3
    assert is_lunar(tet, ["1/1"])
    assert is_lunar(tet + timedelta(days=14), ["15"])
    if year > 1985:
        assert holiday_name(tet).startswith("Tết")
        assert holiday_name(tet, "en") == "Lunar New Year"


def test_a_leap_month_is_not_the_month_that_is_meant():
    # 2025 had a sixth month twice: 15/6 fell on 9 July and, in the leap month, on 8 August.
    assert is_lunar(date(2025, 7, 9), ["15/6"])
    assert not is_lunar(date(2025, 8, 8), ["15/6"])
    assert is_lunar(date(2025, 8, 8), ["15"])


def test_lunar_days_are_read_or_named():
    assert [check_lunar(text) for text in (" Tết ", "15", "05/05")] == ["tet", "15", "5/5"]
    for wrong in ("31", "0", "15/13", "rằm", ""):
        with pytest.raises(ValueError):
            check_lunar(wrong)


def test_rules_that_no_show_can_follow_are_named():
    assert check_rrule("rrule:FREQ=WEEKLY;BYDAY=MO,WE") == "FREQ=WEEKLY;BYDAY=MO,WE"
    for wrong in (
        "FREQ=MINUTELY",
        "FREQ=DAILY;BYHOUR=3",
        "FREQ=DAILY;UNTIL=20300101",
        "BYDAY=MO",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=WEEKLY;BYDAY=XX",
        "",
    ):
        with pytest.raises(ValueError):
            check_rrule(wrong)


@given(
    first=st.dates(date(2024, 1, 1), date(2035, 12, 1)),
    days=st.integers(0, 70),
    at=TIMES,
    weekdays=st.sets(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1),
)
def test_days_and_times_are_the_local_calendars(first, days, at, weekdays):
    """Field devices fail on Sundays and between midnight and seven, where UTC is a day behind."""
    last = first + timedelta(days=days)
    rule = "FREQ=WEEKLY;BYDAY=" + ",".join(sorted(weekdays))
    names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
    wanted = [
        first + timedelta(days=n)
        for n in range(days + 1)
        if names[(first + timedelta(days=n)).weekday()] in weekdays
    ]
    found = days_of(rule, starts_on=first, first=first, last=last)
    assert found == wanted
    for day in found:
        local = instant(day, at, HERE).astimezone(HERE)
        assert (local.date(), local.time()) == (day, at)
        assert instant(day, at, HERE) == datetime.combine(day, at, tzinfo=UTC) - timedelta(hours=7)


def test_a_fortnightly_rule_counts_from_its_start_wherever_one_looks():
    rule, start = "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU", date(2026, 11, 22)
    whole = days_of(rule, starts_on=start, first=start, last=start + timedelta(days=60))
    part = days_of(
        rule, starts_on=start, first=start + timedelta(days=20), last=start + timedelta(days=60)
    )
    assert part == [day for day in whole if day >= start + timedelta(days=20)]

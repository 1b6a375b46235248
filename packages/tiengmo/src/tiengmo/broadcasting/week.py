"""A week of one or of many stations as the grid shows it: slots, and what is wrong with them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tiengmo.broadcasting.airtime import Airtime
from tiengmo.broadcasting.lengths import Length, lengths_of
from tiengmo.broadcasting.models import Episode, FillRule
from tiengmo.broadcasting.rules.allowed import excesses
from tiengmo.broadcasting.rules.placing import Span
from tiengmo.broadcasting.rules.recurrence import holiday_name, lunar_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiengmo.places.models import Unit


@cache
def _episodes_url() -> str:
    return f"{reverse('broadcasting_week')}so-phat/"


# Less is nothing that anybody would hear.
WORTH_SAYING = timedelta(seconds=30)


@dataclass(frozen=True)
class Note:
    """Something to know of a slot or a day. `kind`: bad, look or fine."""

    kind: str
    text: str


@dataclass
class Slot:
    """An episode in the grid, in local time."""

    episode: Episode
    start: datetime
    end: datetime
    length: Length
    is_own: bool
    may_change: bool
    notes: list[Note] = field(default_factory=list)

    @property
    def url(self) -> str:
        # Asked three hundred times a page: reversed once.
        return f"{_episodes_url()}{self.episode.pk}/"

    @property
    def worst(self) -> str:
        kinds = {note.kind for note in self.notes}
        return next((kind for kind in ("bad", "look") if kind in kinds), "fine")


@dataclass
class Day:
    """A local day of one station."""

    on: date
    slots: list[Slot] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    holiday: str = ""
    lunar: str = ""


@dataclass
class StationWeek:
    station: Unit
    days: list[Day]
    fill: list[FillRule] = field(default_factory=list)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def bounds(monday: date, airtime: Airtime, days: int = 7) -> Span:
    """A week's first and last instant."""
    first = datetime.combine(monday, time(), tzinfo=airtime.zone)
    last = datetime.combine(monday + timedelta(days=days), time(), tzinfo=airtime.zone)
    return Span(first.astimezone(UTC), last.astimezone(UTC))


def weeks_of(
    stations: Iterable[Unit],
    monday: date,
    *,
    operated: set[int],
    airtime: Airtime | None = None,
) -> list[StationWeek]:
    """Give the week of each station, with conflicts named by who owns them.

    A station's own episodes stand in its grid, and those of the stations above it, which its
    villages hear as well.
    """
    airtime = airtime or Airtime()
    stations = [unit for unit in stations if unit.pk in airtime.units]
    week = bounds(monday, airtime)
    concerned = {
        pk for unit in stations for pk in (*airtime.line(unit.pk), *airtime.below(unit.pk))
    }
    episodes = list(
        Episode.objects.filter(
            station__in=concerned,
            cancelled_at=None,
            start_at__gte=week.start,
            start_at__lt=week.end,
        ).select_related("show")
    )
    lengths = lengths_of(episodes)
    conflicts = _conflicts(episodes, airtime)
    fill = defaultdict(list)
    for rule in FillRule.objects.filter(station__in=stations).select_related("pool"):
        fill[rule.station_id].append(rule)
    by_station = defaultdict(list)
    for episode in episodes:
        by_station[episode.station_id].append(episode)
    found = []
    for station in stations:
        heard = [one for pk in airtime.line(station.pk) for one in by_station[pk]]
        slots = [
            _slot(one, station, lengths[one.pk], conflicts, fill[station.pk], operated, airtime)
            for one in heard
        ]
        days = _days(station, monday, slots, airtime)
        found.append(StationWeek(station, days, fill[station.pk]))
    return found


def _conflicts(episodes: list[Episode], airtime: Airtime) -> dict[object, list[Episode]]:
    """Name for each episode those that villages of its station hear at the same time."""
    found: dict[object, list[Episode]] = defaultdict(list)
    ordered = sorted(episodes, key=lambda episode: episode.start_at)
    lines = {episode.station_id: set(airtime.line(episode.station_id)) for episode in ordered}
    for number, one in enumerate(ordered):
        for other in ordered[number + 1 :]:
            if other.start_at >= one.end_at:
                break
            if (
                one.station_id in lines[other.station_id]
                or other.station_id in lines[one.station_id]
            ):
                found[one.pk].append(other)
                found[other.pk].append(one)
    return found


def _slot(  # noqa: PLR0917 (what the week knows)
    episode: Episode,
    station: Unit,
    length: Length,
    conflicts: dict[object, list[Episode]],
    fill: list[FillRule],
    operated: set[int],
    airtime: Airtime,
) -> Slot:
    is_own = episode.station_id == station.pk
    slot = Slot(
        episode=episode,
        start=episode.start_at.astimezone(airtime.zone),
        end=episode.end_at.astimezone(airtime.zone),
        length=length,
        is_own=is_own,
        may_change=is_own and station.pk in operated,
    )
    if is_own:
        slot.notes = [
            *length_notes(slot.end - slot.start, length, _fills(slot, fill)),
            *(_conflict(slot, other, airtime) for other in conflicts.get(episode.pk, [])),
            *quiet_notes(episode, airtime),
        ]
    return slot


def _fills(slot: Slot, fill: list[FillRule]) -> str:
    from_at = (slot.start + slot.length.total).time()
    rules = [rule for rule in fill if rule.from_at <= from_at < rule.to_at]
    return rules[0].pool.title if rules else ""


def length_notes(planned: timedelta, length: Length, fill: str = "") -> list[Note]:
    """Say before air what an episode lacks or has too much of."""
    notes = []
    if not length.parts and not length.waiting:
        return [Note("look", _("chưa có nội dung"))]
    if length.waiting:
        text = ngettext(
            "%(number)d phần chưa phát được", "%(number)d phần chưa phát được", length.waiting
        )
        notes.append(Note("look", text % {"number": length.waiting}))
    over = length.total - planned
    if over > WORTH_SAYING:
        notes.append(Note("bad", _("dài hơn khung giờ %(time)s") % {"time": clock(over)}))
    elif -over > WORTH_SAYING:
        what = _("lấp bằng “%(pool)s”") % {"pool": fill} if fill else _("im lặng")
        text = _("còn trống %(time)s: %(what)s") % {"time": clock(-over), "what": what}
        notes.append(Note("fine", text))
    return notes


def _conflict(slot: Slot, other: Episode, airtime: Airtime) -> Note:
    owner = airtime.units[other.station_id]
    mine, theirs = airtime.depth(slot.episode.station_id), airtime.depth(other.station_id)
    first = (theirs, other.start_at) < (mine, slot.episode.start_at)
    text = _("trùng giờ với “%(title)s” của %(owner)s, %(who)s") % {
        "title": other,
        "owner": owner,
        "who": _("được phát trước") if first else _("phải nhường"),
    }
    return Note("bad" if first else "look", text)


def quiet_notes(episode: Episode, airtime: Airtime) -> list[Note]:
    """Say whose quiet hours an episode runs into."""
    span = Span(episode.start_at, episode.end_at)
    station = airtime.units[episode.station_id]
    villages = airtime.villages([station.code])
    heard = airtime.not_quiet(villages, span)
    if heard == villages:
        return []
    if not heard:
        return [Note("bad", _("nằm trong giờ yên tĩnh, sẽ không phát"))]
    number = len(villages) - len(heard)
    text = ngettext(
        "%(number)d thôn đang giờ yên tĩnh, không phát ở đó",
        "%(number)d thôn đang giờ yên tĩnh, không phát ở đó",
        number,
    )
    return [Note("look", text % {"number": number})]


def _days(station: Unit, monday: date, slots: list[Slot], airtime: Airtime) -> list[Day]:
    days = []
    allowed = airtime.allowed(station.pk)
    over = excesses(
        [Span(slot.episode.start_at, slot.episode.end_at) for slot in slots], allowed, airtime.zone
    )
    for number in range(7):
        on = monday + timedelta(days=number)
        day = Day(on, holiday=holiday_name(on, get_language() or "vi"), lunar=lunar_text(on))
        day.slots = sorted(
            (slot for slot in slots if slot.start.date() == on), key=lambda slot: slot.start
        )
        day.notes = [
            Note("bad", _excess(one.what, one.planned, one.limit)) for one in over if one.day == on
        ]
        days.append(day)
    return days


def _excess(what: str, planned: int, limit: int) -> str:
    numbers = {"planned": planned, "limit": limit}
    if what == "minutes":
        return _("một buổi dài %(planned)d phút, chỉ được %(limit)d phút") % numbers
    return _("%(planned)d buổi phát, chỉ được %(limit)d buổi") % numbers


def lunar_text(on: date) -> str:
    """The lunar day as calendars here print it: 15/10, with a word where it is a leap month."""
    lunar = lunar_of(on)
    if lunar is None:
        return ""
    number, month, is_leap = lunar
    return f"{number}/{month}" + (_(" nhuận") if is_leap else "")


def clock(length: timedelta) -> str:
    """12:05 for twelve minutes and five seconds; 1:02:30 with hours."""
    seconds = round(length.total_seconds())
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


@dataclass(frozen=True)
class Row:
    """An hour of the grid, a cell a day; or the hours in between, in words (`between`)."""

    hour: int
    cells: list[tuple[date, list[Slot]]]
    until: int = 0
    between: str = ""


def rows_of(week: StationWeek, airtime: Airtime) -> list[Row]:
    """Lay a station's week out by the hour; hours without anything are told in one row."""
    used = sorted({slot.start.hour for day in week.days for slot in day.slots})
    rows: list[Row] = []
    for before, hour in pairwise([-1, *used, 24]):
        if hour > before + 1:
            rows.append(Row(before + 1, [], hour, _between(week, before + 1, hour, airtime)))
        if hour < 24:  # noqa: PLR2004 (a day's hours)
            cells = [
                (day.on, [slot for slot in day.slots if slot.start.hour == hour])
                for day in week.days
            ]
            rows.append(Row(hour, cells, hour + 1))
    return rows


def _between(week: StationWeek, first: int, last: int, airtime: Airtime) -> str:
    """Say what is heard in hours without any episode: quiet, a pool, or nothing."""
    parts = []
    for start, end in airtime.allowed(week.station.pk).quiet_hours:
        begin, finish = int(start[:2]) + int(start[3:]) / 60, int(end[:2]) + int(end[3:]) / 60
        stretches = [(begin, finish)] if finish > begin else [(begin, 24.0), (0.0, finish)]
        if any(one < last and first < other for one, other in stretches):
            parts.append(_("giờ yên tĩnh %(start)s–%(end)s") % {"start": start, "end": end})
    parts += [
        _("%(start)s–%(end)s lấp bằng “%(pool)s”")
        % {
            "start": f"{rule.from_at:%H:%M}",
            "end": f"{rule.to_at:%H:%M}",
            "pool": rule.pool.title,
        }
        for rule in week.fill
        if rule.from_at < time(last - 1, 59) and rule.to_at > time(first)
    ]
    return "; ".join([*parts, _("còn lại im lặng")]) if parts else _("im lặng")

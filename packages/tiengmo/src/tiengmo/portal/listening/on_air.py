"""What the loudspeakers of a place say now and next, and a day's programme, for listeners."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tiengmo.alerts.queries import current_alerts, touching
from tiengmo.broadcasting.airtime import Airtime
from tiengmo.broadcasting.models import Episode, FillRule, Part, PlayoutItem
from tiengmo.broadcasting.rules.recurrence import holiday_name
from tiengmo.portal.languages import LANGUAGE_NAMES
from tiengmo.studio.listening.rules import is_most
from tiengmo.studio.queries import open_takeovers, relays_on_air
from tiengmo.studio.workflow import TakeoverState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiengmo.alerts.models import Alert
    from tiengmo.places.models import Unit

# What stands in no programme but is heard: bulletins and the like.
MOST_ITEMS = 500


@dataclass(frozen=True)
class Entry:
    """One thing on the air, in local time. `slug`, `mp3`: its page and its sound, where public."""

    start: datetime
    end: datetime
    title: str
    station: str
    language: str = ""
    is_live: bool = False
    is_urgent: bool = False
    # Few of the place's villages hear it, so it is not in the place's live sound.
    is_partial: bool = False
    slug: str = ""
    mp3: str = ""


@dataclass
class Day:
    on: date
    entries: list[Entry] = field(default_factory=list)
    holiday: str = ""


@dataclass(frozen=True)
class Now:
    """What is heard at an instant and what follows until tomorrow night."""

    on_air: list[Entry]
    coming: list[Entry]
    alerts: list[Alert] = field(default_factory=list)
    # The next programme of another day than this one.
    is_next_later: bool = False

    @property
    def has_partial(self) -> bool:
        return any(entry.is_partial for entry in self.on_air)


class Programme:
    """The air of one unit: its own station's and that of the stations above it."""

    def __init__(self, unit: Unit) -> None:
        self.airtime = Airtime()
        self.unit = unit
        self.stations = self.airtime.line(unit.pk)
        self.villages = self.airtime.villages([unit.code])

    def days(self, first: date, number: int) -> list[Day]:
        """Programmes and bulletins of some local days, in order."""
        days = [Day(first + timedelta(days=n)) for n in range(number)]
        begin, end = self._midnight(first), self._midnight(first + timedelta(days=number))
        entries = sorted(
            [*self._episodes(begin, end), *self._items(begin, end)],
            key=lambda entry: (entry.start, entry.title),
        )
        for day in days:
            day.holiday = holiday_name(day.on)
            day.entries = [entry for entry in entries if entry.start.date() == day.on]
        return days

    def at(self, now: datetime, *, coming: int = 5) -> Now:
        """What is heard now, somebody's live voice first, and what follows until tomorrow night."""
        today = now.astimezone(self.airtime.zone).date()
        entries = [entry for day in self.days(today, 2) for entry in day.entries]
        live = self._live(now)
        running = [entry for entry in entries if entry.start <= now < entry.end]
        following = [entry for entry in entries if entry.start > now][:coming]
        return Now(
            on_air=[*live, *running] or self._fill_at(now),
            coming=following,
            alerts=touching(current_alerts(now), self.unit),
            is_next_later=bool(following) and following[0].start.date() != today,
        )

    def quiet_hours(self) -> list[str]:
        """The hours in which only emergencies sound here, for people."""
        spans = self.airtime.allowed(self.unit.pk).quiet_hours
        return [f"{start}–{end}" for start, end in spans]

    def fill(self) -> list[str]:
        """What is played between programmes, for people."""
        rules = FillRule.objects.filter(station__in=self.stations).select_related("pool")
        return [f"{rule.from_at:%H:%M}–{rule.to_at:%H:%M}: {rule.pool.title}" for rule in rules]

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), tzinfo=self.airtime.zone).astimezone(UTC)

    def _local(self, instant: datetime) -> datetime:
        return instant.astimezone(self.airtime.zone)

    def _episodes(self, begin: datetime, end: datetime) -> list[Entry]:
        episodes = Episode.objects.filter(
            station__in=self.stations, cancelled_at=None, start_at__gte=begin, start_at__lt=end
        ).select_related("show")
        return [
            Entry(
                self._local(episode.start_at),
                self._local(episode.end_at),
                self._title(episode),
                self.airtime.units[episode.station_id].name,
                language=LANGUAGE_NAMES.get(episode.show.language, ""),
            )
            for episode in episodes
        ]

    @staticmethod
    def _title(episode: Episode) -> str:
        show = episode.show.title
        return f"{show}: {episode.title}" if episode.title and episode.title != show else show

    def _items(self, begin: datetime, end: datetime) -> list[Entry]:
        items = (
            PlayoutItem.objects.filter(
                station__in=self.stations,
                part=Part.OWN,
                cancelled_at=None,
                start_at__gte=begin,
                start_at__lt=end,
            )
            .select_related("release__portal_page")
            .order_by("start_at")[:MOST_ITEMS]
        )
        return [
            Entry(
                self._local(item.start_at),
                self._local(item.start_at + timedelta(milliseconds=item.duration_ms)),
                item.title,
                self.airtime.units[item.station_id].name,
                is_urgent=item.priority != "routine",
                is_partial=self._is_partial(item.areas or [self._code(item)]),
                slug=self._public(item, "slug"),
                mp3=self._public(item, "mp3_sha256"),
            )
            for item in items
            if self.villages & self.airtime.villages(item.areas or [self._code(item)])
        ]

    def _code(self, item: PlayoutItem) -> str:
        return self.airtime.units[item.station_id].code

    @staticmethod
    def _public(item: PlayoutItem, name: str) -> str:
        """A field of the page that the item's release has, while that page stands."""
        page = getattr(item.release, "portal_page", None)
        return str(getattr(page, name)) if page is not None and page.is_current else ""

    def _is_partial(self, areas: Iterable[str]) -> bool:
        heard = self.villages & self.airtime.villages(areas)
        return not is_most(len(heard), len(self.villages))

    def _fill_at(self, now: datetime) -> list[Entry]:
        """What sounds between two programmes."""
        items = PlayoutItem.objects.filter(
            station__in=self.stations,
            part=Part.FILL,
            cancelled_at=None,
            start_at__gt=now - timedelta(hours=4),
            start_at__lte=now,
        )
        entries = [
            Entry(
                self._local(item.start_at),
                self._local(item.start_at + timedelta(milliseconds=item.duration_ms)),
                item.title,
                self.airtime.units[item.station_id].name,
                is_partial=self._is_partial(item.areas or [self._code(item)]),
            )
            for item in items
            if self.villages & self.airtime.villages(item.areas or [self._code(item)])
        ]
        return [entry for entry in entries if now < entry.end]

    def _live(self, now: datetime) -> list[Entry]:
        held = open_takeovers().filter(state=TakeoverState.ON_AIR, until_at__gt=now)
        spoken = [
            Entry(
                self._local(one.on_air_at or one.started_at),
                self._local(one.until_at),
                one.title or _("Phát trực tiếp"),
                one.station.name,
                is_live=True,
                is_urgent=one.priority != "routine",
                is_partial=self._is_partial(one.areas or [one.station.code]),
            )
            for one in held
            if self.villages & self.airtime.villages(one.areas or [one.station.code])
        ]
        relayed = [
            Entry(
                self._local(one.session_from or now),
                self._local(one.session_until or now),
                _("Tiếp âm: %(title)s") % {"title": one.title},
                one.station.name,
                is_partial=self._is_partial(one.areas or [one.station.code]),
            )
            for one in relays_on_air(now)
            if self.villages & self.airtime.villages(one.areas or [one.station.code])
        ]
        return [*spoken, *relayed]

"""A station's programme and log as files that other programs read."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from tiengmo.broadcasting.airtime import Airtime, zone
from tiengmo.broadcasting.errors import BroadcastingError
from tiengmo.broadcasting.models import Episode
from tiengmo.broadcasting.week import bounds
from tiengmo.foundation.csv_tables import spreadsheet_cell
from tiengmo.foundation.printing import CannotPrint, typeset
from tiengmo.speakers.labels import CUT_REASONS, OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, timedelta
    from typing import Any

    from tiengmo.places.models import Unit

    from .played import Heard

CALENDAR_WEEKS = 4


def calendar_of(station: Unit, monday: date, *, weeks: int = CALENDAR_WEEKS) -> bytes:
    """Give a station's episodes as iCalendar (RFC 5545), an event each.

    Events and not the rules: they carry the exceptions by holiday and lunar day, which RFC 5545
    cannot say, and what was moved by hand.
    """
    span = bounds(monday, Airtime(), days=7 * weeks)
    calendar = Calendar()
    calendar.add("prodid", "-//Tieng Mo//Lich phat//VI")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("Lịch phát %(station)s") % {"station": station})
    episodes = Episode.objects.filter(
        station=station, start_at__gte=span.start, start_at__lt=span.end
    )
    for episode in episodes.select_related("show").prefetch_related(
        "segments__release", "segments__sound"
    ):
        event = Event()
        event.add("uid", f"{episode.pk}@tiengmo")
        event.add("dtstamp", timezone.now())
        event.add("dtstart", episode.start_at)
        event.add("dtend", episode.end_at)
        event.add("summary", str(episode))
        event.add("location", str(station))
        event.add("status", "CANCELLED" if episode.cancelled_at else "CONFIRMED")
        if contents := "\n".join(str(segment) for segment in episode.segments.all()):
            event.add("description", contents)
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def log_as_csv(heard: Iterable[Heard]) -> str:
    """Give every report as a row; a byte order mark first, or Excel takes it for Latin 1."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        [
            _("giờ theo lịch"), _("giờ phát thật"), _("chương trình"), _("đài"), _("cụm loa"),
            _("số máy"), _("thôn"), _("kết quả"), _("lý do"), _("số giây đã phát"), _("tỷ lệ"),
            _("lệch giờ (ms)"), _("ngôn ngữ"), _("mã mục phát"),
        ]
    )  # fmt: skip
    here = zone()

    def local(at: Any) -> str:
        return f"{at.astimezone(here):%Y-%m-%d %H:%M:%S}" if at is not None else ""

    for one in heard:
        writer.writerow(
            [
                local(one.scheduled_at), local(one.started_at), spreadsheet_cell(one.title),
                one.station_code, spreadsheet_cell(one.box), one.serial,
                spreadsheet_cell(one.village),
                OUTCOMES.get(one.outcome, one.outcome), CUT_REASONS.get(one.reason, one.reason),
                f"{one.seconds:.1f}", f"{one.share:.3f}",
                "" if one.start_error_ms is None else f"{one.start_error_ms:.1f}",
                one.language, one.item_id,
            ]
        )  # fmt: skip
    return "\ufeff" + out.getvalue()


def as_pdf(template: str, context: dict[str, Any]) -> bytes:
    """Print a page of ours. Raises BroadcastingError where the machine lacks Pango."""
    sheet = str(finders.find("broadcasting/print.css"))
    try:
        pdf: bytes = typeset(render_to_string(template, context), sheet).write_pdf()
    except CannotPrint as error:
        raise BroadcastingError(str(error)) from error
    return pdf


def days_apart(first: date, last: date, most: timedelta) -> date:
    """Keep a stretch of days to what one file may hold."""
    return min(last, first + most)

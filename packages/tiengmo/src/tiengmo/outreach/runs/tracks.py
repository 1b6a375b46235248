"""A GPX track, read with suspicion: it may be broken, huge, out of time or an attack."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from xml.etree.ElementTree import ParseError

import gpxpy
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils import timezone
from django.utils.translation import gettext as _
from gpxpy.gpx import GPXException

if TYPE_CHECKING:
    from collections.abc import Iterable

# A point every second for five hours is about 2.5 MB; more is no drive with a loudspeaker.
LIMIT_BYTES = 4_000_000
MOST_POINTS = 50_000
# A receiver's clock comes from the satellites; a phone's own may be a little off.
TOLERANCE = timedelta(minutes=15)
# Points out of order: a few are a receiver's hiccup.
MOST_OUT_OF_ORDER = 0.02
# Outside of these a clock says nothing, and some instants are none at all.
FIRST_YEAR, LAST_YEAR = 1990, 2100


class BadTrack(Exception):
    """A track that cannot be taken; the text says why, to whoever sent it."""


class Fix(NamedTuple):
    """Where it was at an instant (seconds since 1970)."""

    at: float
    latitude: float
    longitude: float


Segments = list[list[Fix]]


def read_gpx(text: str) -> Segments:
    """The track's segments, each in the order of time. Raises BadTrack."""
    if len(text.encode(errors="replace")) > LIMIT_BYTES:
        told = _("Tệp vết đường đi lớn quá %(limit)d MB. Hãy ghi thưa hơn, hoặc tách từng chuyến.")
        raise BadTrack(told % {"limit": LIMIT_BYTES // 1_000_000})
    broken = _("Tệp này không phải vết đường đi GPX, hoặc đã hỏng.")
    try:
        # Judged before the library reads it: no entities, no document type, nothing from elsewhere.
        root = fromstring(text.encode(), forbid_dtd=True)
    except DefusedXmlException as error:
        raise BadTrack(_("Tệp GPX có phần khai báo DTD, máy chủ không nhận.")) from error
    except (ParseError, ValueError, LookupError, RecursionError) as error:
        raise BadTrack(broken) from error
    if root.tag.rpartition("}")[2] != "gpx":
        raise BadTrack(broken)
    try:
        # gpxpy wants one text; the declaration's encoding was that of the file on the phone.
        found = gpxpy.parse(text.lstrip("\ufeff \r\n\t"))
    except (GPXException, ValueError, TypeError, AttributeError, KeyError, OverflowError) as error:
        raise BadTrack(broken) from error
    points = [
        [
            (point.time, point.latitude, point.longitude)
            for point in segment.points
            if point.latitude or point.longitude  # no fix yet: 0, 0
        ]
        for track in found.tracks
        for segment in track.segments
    ]
    if sum(map(len, points)) > MOST_POINTS:
        raise BadTrack(_("Vết có quá %(most)d điểm. Hãy ghi thưa hơn.") % {"most": MOST_POINTS})
    if not any(points):
        raise BadTrack(_("Tệp GPX không có vết đường đi (chỉ có điểm hoặc tuyến vẽ sẵn)."))
    if not any(at for segment in points for at, _lat, _lon in segment):
        raise BadTrack(_("Vết không có giờ ở từng điểm nên không biết xe qua lúc nào."))
    return [kept for segment in points if (kept := _in_order(segment))]


def _in_order(segment: Iterable[tuple[datetime | None, float, float]]) -> list[Fix]:
    kept: list[Fix] = []
    late = seen = 0
    for at, latitude, longitude in segment:
        if at is None:
            continue
        if not (_is_within(latitude, 90) and _is_within(longitude, 180)):
            raise BadTrack(_("Vết có toạ độ ngoài trái đất: tệp đã hỏng."))
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise BadTrack(_("Giờ trong vết không có thật: tệp đã hỏng."))
        seen += 1
        # GPX times are UTC; some programs leave the Z away.
        fix = Fix((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp(), latitude, longitude)
        if kept and fix.at <= kept[-1].at:
            late += fix.at < kept[-1].at
            continue
        kept.append(fix)
    if late > seen * MOST_OUT_OF_ORDER:
        raise BadTrack(_("Giờ trong vết chạy lùi: tệp đã hỏng hoặc do nhiều máy ghi chung."))
    return kept


def _is_within(degrees: float, limit: float) -> bool:
    return math.isfinite(degrees) and abs(degrees) <= limit


def check_clock(track: Segments, started_at: datetime, ended_at: datetime, now: datetime) -> None:
    """Raise BadTrack where the track's clock cannot be that of this run."""
    times = [fix.at for segment in track for fix in segment]
    first, last = (datetime.fromtimestamp(one, UTC) for one in (min(times), max(times)))
    told = {
        "first": f"{timezone.localtime(first):%H:%M %d/%m/%Y}",
        "last": f"{timezone.localtime(last):%H:%M %d/%m/%Y}",
        "now": f"{timezone.localtime(now):%H:%M %d/%m/%Y}",
    }
    if last > now + TOLERANCE:
        text = _("Vết ghi tới %(last)s, sau giờ máy chủ (%(now)s): đồng hồ máy định vị sai.")
        raise BadTrack(text % told)
    if last < started_at or first > ended_at:
        text = _(
            "Vết ghi từ %(first)s đến %(last)s, không trùng giờ chuyến đã khai:"
            " chọn nhầm tệp, hoặc đồng hồ máy định vị sai."
        )
        raise BadTrack(text % told)

"""Counting households, pure: how receipts become an interval, and why a village was missed.

A receipt says "at least lo and at most hi households of this village were within range of a proven
act". Nothing is known of overlap, neither between two loudspeakers of a village nor between two
channels, so a union lies between the largest lo (all the others reached the same households) and
the sum of hi (no two reached the same), and never above the households that live there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

from tiengmo.releases.models import DeliveryStatus
from tiengmo.releases.rules import REASONS as DELIVERY_REASONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BOX_CHANNEL = "loudspeakers"
OFFLINE, CUT_OFF, NO_BOX, WAITING, NO_CHANNEL, SCREEN_OFFLINE, WITHDRAWN = (
    "box_offline", "cut_off", "no_box", "waiting", "no_channel", "screen_offline", "withdrawn",
)  # fmt: skip
# Reached, but in no play, visit or sheet in the language that the village puts first.
WRONG_LANGUAGE = "wrong_language"
# Work given to somebody stands beside the channels under this code.
ASSIGNED = "assigned"
# Vehicles with loudspeakers stand there too: nobody sends a bulletin to them, their crews take it.
RUNS = "runs"
# How far each way of counting is to be trusted is written where it is explained.
BY_WORKER = "households noted by whoever went there"
BY_TRACK = "vehicle within its stated range while it played, by its track"
BY_CREW = "vehicle passed while it played, noted by its crew"
# Nothing can be done from here until the target comes back.
UNREACHABLE = frozenset({OFFLINE, CUT_OFF, SCREEN_OFFLINE})
NO_SIGNAL = "not_delivered"
# Somebody must go there: nothing moves by itself, and no hour ends it.
BY_HAND, NOT_TOLD = "not_handed_out", "not_told"
BY_PEOPLE = frozenset({BY_HAND, NOT_TOLD})
REASONS = {
    **DELIVERY_REASONS,
    NO_CHANNEL: _("bản tin không đi kênh nào tới từng hộ"),
    WITHDRAWN: _("đã gỡ trước khi tới"),
    WRONG_LANGUAGE: _("đã tới nhưng không bằng tiếng của thôn"),
}
# What could still be done for a village, by the reason it was missed.
ADVICE = {
    BY_HAND: _("phát tờ rơi tận hộ rồi ghi lại ở trang Bản in"),
    NOT_TOLD: _("tổ tuyên vận tới thôn nói chuyện rồi ghi vào Sổ tuyên truyền"),
    OFFLINE: _("kiểm tra điện và mạng của loa, hoặc cử tổ tuyên vận"),
    NO_BOX: _("cử tổ tuyên vận tới thôn"),
    CUT_OFF: _("cử tổ tuyên vận tới thôn"),
    "refused": _("kỹ thuật viên kiểm tra khoá và chứng thư của loa"),
    "not_played": _("kỹ thuật viên kiểm tra loa, rồi phát lại"),
    "cut": _("phát lại bản tin"),
    "sound_missing": _("kiểm tra mạng của loa, rồi phát lại"),
    "untrusted_time": _("nối lại mạng để loa chỉnh giờ, rồi phát lại"),
    "quiet_hours": _("phát lại ngoài giờ yên tĩnh"),
    SCREEN_OFFLINE: _("kiểm tra điện và mạng của màn hình, hoặc thêm kênh loa truyền thanh"),
    "not_shown": _("kiểm tra màn hình có đang mở trang trình chiếu"),
    NO_CHANNEL: _("thêm kênh loa truyền thanh"),
}
# When several boxes of one village failed, the reason somebody can act on comes first.
_BY_WEIGHT = (
    "refused", "sound_missing", "untrusted_time", "cut", "not_played", "quiet_hours", "error",
    OFFLINE, CUT_OFF,
)  # fmt: skip
GONE = frozenset({DeliveryStatus.WITHDRAWN, DeliveryStatus.CANCELLED})
OPEN = frozenset(
    {
        DeliveryStatus.CREATED,
        DeliveryStatus.SENDING,
        DeliveryStatus.PENDING,
        DeliveryStatus.SENT,
        DeliveryStatus.FAILED_TEMPORARILY,
        DeliveryStatus.IN_DOUBT,
    }
)


class Interval(NamedTuple):
    """At least `lo` and at most `hi` households."""

    lo: int
    hi: int

    def __add__(self, other: object) -> Interval:
        """Add intervals of different households (two villages)."""
        if not isinstance(other, Interval):
            return NotImplemented
        return Interval(self.lo + other.lo, self.hi + other.hi)


NOBODY = Interval(0, 0)


def union(intervals: Iterable[Interval], households: int) -> Interval:
    """Households of one village that one or several acts reached together."""
    lo = hi = 0
    for interval in intervals:
        lo = max(lo, min(interval.lo, interval.hi))
        hi += max(0, interval.hi)
    hi = min(hi, households)
    return Interval(min(lo, hi), hi)


def same_box(intervals: Iterable[Interval]) -> Interval:
    """Several receipts of one target speak of the same households: the furthest counts."""
    lo = hi = 0
    for interval in intervals:
        lo, hi = max(lo, interval.lo), max(hi, interval.hi)
    return Interval(lo, hi)


def without(whole: Interval, part: Interval) -> Interval:
    """Households in the whole and not in the part of it: reached, but not in their language."""
    return Interval(max(0, whole.lo - part.hi), max(0, whole.hi - part.lo))


def add_up(intervals: Iterable[Interval]) -> Interval:
    """Households of several villages, which are different households."""
    total = NOBODY
    for interval in intervals:
        total += interval
    return total


class Try(NamedTuple):
    """A delivery to a village, as far as the reason for missing it goes."""

    status: str
    reason: str


def why_missed(tries: Sequence[Try], *, is_dead_zone: bool, has_box_channel: bool) -> str:
    """The one reason to show for a village that nothing has reached (a key of REASONS)."""
    if not has_box_channel and not tries:
        return NO_CHANNEL
    if not tries:
        return CUT_OFF if is_dead_zone else NO_BOX
    if all(one.status in GONE for one in tries):
        return WITHDRAWN
    still = UNREACHABLE | BY_PEOPLE
    if any(one.status in OPEN and one.reason not in still for one in tries):
        return WAITING
    # What failed by machine says more than what nobody noted yet.
    named = {one.reason or "not_played" for one in tries}
    reasons = named - BY_PEOPLE
    if not reasons:
        return NOT_TOLD if NOT_TOLD in named else BY_HAND
    if reasons == {SCREEN_OFFLINE}:
        return SCREEN_OFFLINE
    if reasons <= UNREACHABLE:
        return CUT_OFF if is_dead_zone or reasons == {CUT_OFF} else OFFLINE
    # Where there is no signal, a message that did not arrive is no telephone's fault.
    if is_dead_zone and reasons <= UNREACHABLE | {NO_SIGNAL}:
        return CUT_OFF
    known = next((reason for reason in _BY_WEIGHT if reason in reasons), "")
    return known or min(reasons)


def may_still_arrive(tries: Sequence[Try]) -> bool:
    """Is anything on its way, or waiting for a box that may come back?"""
    return any(one.status in OPEN for one in tries)

"""Pure rules of the studio: how long, how late, how quiet, and which hours."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, tzinfo

# A microphone that is gone this long has ended its takeover; a reload of the page takes less.
RESUME_SECONDS = 30.0
# Nobody has spoken yet: a page that was left open holds no area for longer.
WAITING_SECONDS = 120.0
# No sound for this long is an interruption; a phone's network often stops for one second.
LOST_SECONDS = 2.0
ALARM_SECONDS = 10.0
SILENCE_DBFS = -50.0
LONGEST_MINUTES = 240
USUAL_MINUTES = 60
# A voice over everything: as long as the second person may take, how long somebody may speak, and
# how many playout processes may be killed meanwhile (each begins a stream of its own).
EMERGENCY_WAITS = timedelta(minutes=30)
EMERGENCY_MINUTES = 10
LONGEST_EMERGENCY_MINUTES = 60
EMERGENCY_STREAMS = 12
# A playout process that has not been heard of for this long is not there.
PLAYOUT_SILENT_AFTER = timedelta(seconds=6)
# Boxes play on for as long as the studio's delay, and the end tone; then somebody must finish.
FINISH_GRACE = timedelta(seconds=12)

# What FFmpeg may open for us: streams that we call and that are named, never a file of this machine
# nor a port on which whoever comes would be heard.
SCHEMES = frozenset({"http", "https", "rtmp", "rtmps", "rtsp", "srt", "icecast"})
# Options by which an address would listen, or name files of this machine.
_FORBIDDEN_OPTIONS = frozenset({"listen", "adapter", "cafile", "ca_file", "cert", "cert_file"})
_FORBIDDEN_OPTIONS |= frozenset({"key", "key_file"})
# The decoder library is built without SRT and PulseAudio.
SRT_PROGRAM = "srt-live-transmit"
# Sound cards only: other plugins of ALSA write files.
_DEVICE = re.compile(
    r"alsa:(default|(plug)?hw:(CARD=)?[0-9A-Za-z_]{1,40}(,(DEV=)?[0-9]{1,3}){0,2})"
)


def is_source_address(text: str, *, may_be_here: bool = False) -> bool:
    """May this be opened as a source: `https://…`, `rtsp://…`, or a sound card `alsa:hw:1`?

    `may_be_here`: also a server on this very machine, such as an Icecast of the station's own.
    """
    if _DEVICE.fullmatch(text):
        return True
    if not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        options = parse_qs(parts.query, keep_blank_values=True)
        host = parts.hostname or ""
    except ValueError:
        return False
    return (
        parts.scheme in SCHEMES
        and bool(host)
        and not _FORBIDDEN_OPTIONS & {name.lower() for name in options}
        and all(mode == "caller" for mode in options.get("mode", []))
        and (may_be_here or not _is_here(host))
    )


def _is_here(host: str) -> bool:
    """Is this name or number this machine, its nearest neighbours, or nobody in particular?"""
    try:
        return is_own_address(ip_address(host))
    except ValueError:
        return host.rstrip(".").lower().split(".")[-1] == "localhost"


def is_own_address(address: IPv4Address | IPv6Address) -> bool:
    """Loopback, link-local (where clouds keep their secrets), unspecified or multicast."""
    plain = getattr(address, "ipv4_mapped", None) or address
    return bool(
        plain.is_loopback or plain.is_link_local or plain.is_unspecified or plain.is_multicast
    )


def is_srt_without_program(address: str) -> bool:
    """Does this address need a program that is not installed here?"""
    return address.startswith("srt:") and shutil.which(SRT_PROGRAM) is None


@dataclass(frozen=True)
class Hours:
    """From one local time to another on some days of the week (0 is Monday)."""

    days: frozenset[int]
    starts: time
    ends: time


@dataclass(frozen=True)
class Window:
    """One session of a relay."""

    start: datetime
    end: datetime


def windows(hours: Iterable[Hours], *, first: date, last: date, zone: tzinfo) -> list[Window]:
    """Give every session that begins on these days of the locality's calendar, in order."""
    found = []
    day = first
    rules = list(hours)
    while day <= last:
        for rule in rules:
            if day.weekday() in rule.days and rule.starts != rule.ends:
                ends_on = day + timedelta(days=1) if rule.ends < rule.starts else day
                found.append(
                    Window(
                        datetime.combine(day, rule.starts, zone),
                        datetime.combine(ends_on, rule.ends, zone),
                    )
                )
        day += timedelta(days=1)
    return sorted(found, key=lambda window: window.start)


def window_at(hours: Iterable[Hours], local_now: datetime) -> Window | None:
    """Give the session that runs now, if one does. `local_now` is in the locality's zone."""
    zone = local_now.tzinfo
    if zone is None:
        raise ValueError("an instant needs its time zone")
    today = local_now.date()
    for window in windows(hours, first=today - timedelta(days=1), last=today, zone=zone):
        if window.start <= local_now < window.end:
            return window
    return None


def minutes_of(starts: time, ends: time) -> list[tuple[int, int]]:
    """Give the minutes of the day that a span covers: two spans when it runs past midnight."""
    begin, end = starts.hour * 60 + starts.minute, ends.hour * 60 + ends.minute
    if begin == end:
        return []
    return [(begin, end)] if begin < end else [(begin, 24 * 60), (0, end)]


def outside(window: Window, quiet: Iterable[tuple[time, time]]) -> bool:
    """Does none of these quiet hours touch the session?"""
    return not any(
        first < last_of and first_of < last
        for starts, ends in quiet
        for first, last in minutes_of(starts, ends)
        for first_of, last_of in minutes_of(window.start.time(), window.end.time())
    )

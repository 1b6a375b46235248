"""Gathers what is known after the hour: recordings, the boxes' journals, the server's rows."""

from __future__ import annotations

import base64
import json
import sqlite3
import time
import wave
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING

import av
import numpy as np

from .accounts import Item
from .people import insist
from .programme import PLANNED_SOUNDS, Programme
from .signature import LIVE, Heard, hear, seconds_heard

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from .station import Station

OPEN = {"created", "sending", "pending", "sent", "failed_temporarily", "in_doubt"}


@dataclass(frozen=True)
class Voice:
    """A live takeover: from the first word that somebody could take in to the last."""

    key: str
    number: int
    said_from: float
    said_until: float
    pressed: float


@dataclass
class Evidence:
    """Everything that the accounts are made of."""

    recordings: dict[str, Heard]
    items: list[Item]
    voices: list[Voice] = field(default_factory=list)
    reports: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Reports stored by (item, box): one each is right."""
    outcomes: Counter[str] = field(default_factory=Counter)
    claims: dict[tuple[str, str], float] = field(default_factory=dict)
    """Share of the sound that a report says was played."""
    unsent: int = 0
    """Reports that boxes still keep, not acknowledged."""
    unfinished_deliveries: int = 0
    deliveries: int = 0
    receipts: Counter[str] = field(default_factory=Counter)
    streams: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Reports of live sound by (stream, box)."""


def serials(station: Station) -> dict[str, Path]:
    """The boxes that ran, by their serials."""
    found = {}
    for state in sorted((station.home / "boxes").glob("BX*")):
        if any((state / "heard").glob("heard-*.wav")):
            found[json.loads((state / "config.json").read_text())["serial"]] = state
    return found


def recording_of(state: Path) -> Heard:
    """What a box's newest recording holds, on the server's clock."""
    path = max((state / "heard").glob("heard-*.wav"))
    about = json.loads(path.with_suffix(".json").read_text())
    with wave.open(str(path)) as file:
        rate = file.getframerate()
        # The header is renewed every ten seconds; the file itself goes on behind it.
    raw = np.fromfile(path, np.int16, offset=44)
    return hear((raw / 32768).astype(np.float32), rate, begins=about["server"])


def reference_of(path: Path, number: int) -> NDArray[np.float64]:
    """How long each second of a published file sounds, by FFmpeg's decoder and the same ear."""
    rate = 16_000
    resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
    parts = []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            parts += [f.to_ndarray()[0] for f in resampler.resample(frame)]
        parts += [f.to_ndarray()[0] for f in resampler.resample(None)]
    heard = hear((np.concatenate(parts) / 32768).astype(np.float32), rate)
    return seconds_heard(heard, number, slice(None))


def planned_items(programme: Programme, boxes: list[str], *, after: float) -> list[Item]:
    """What the server's own schedule held."""
    from tiengmo.broadcasting.models import PlayoutItem
    from tiengmo.foundation import blobs
    from tiengmo.places.queries import villages_in
    from tiengmo.speakers.models import Box

    references: dict[str, NDArray[np.float64]] = {}
    found = []
    for row in PlayoutItem.objects.filter(cancelled_at=None).order_by("start_at"):
        (sha256,) = {edition["sha256"] for edition in row.editions}
        number = programme.numbers.get(sha256)
        if number is None or row.start_at.timestamp() < after:
            continue
        if sha256 not in references:
            references[sha256] = reference_of(blobs.path(sha256, ".opus"), number)
        spoken_to = Box.objects.filter(village__in=villages_in(row.areas), serial__in=boxes)
        found.append(
            Item(
                key=str(row.pk),
                kind="scheduled" if number < PLANNED_SOUNDS else "released",
                number=number,
                start=row.start_at.timestamp(),
                reference=references[sha256],
                boxes=frozenset(spoken_to.values_list("serial", flat=True)),
            )
        )
    return found


def alert_items(programme: Programme, boxes: list[str]) -> list[Item]:
    """Every time that an alert or all-clear was to be heard."""
    from tiengmo.foundation import blobs

    found = []
    for issued, following in zip_longest(programme.issued, programme.issued[1:]):
        row = issued.row
        sound = programme.sounds[issued.number]
        reference = reference_of(blobs.path(sound.opus.sha256, ".opus"), issued.number)
        start, repeat = start_of(row.payload), row.repeat_minutes * 60
        # A repetition that the all-clear cuts short is not to be heard whole.
        ends = following.pressed - reference.sum() - 1 if following is not None else start
        repetitions = int(max(0, ends - start) // repeat) + 1 if repeat else 1
        found += [
            Item(
                key=f"{row.wire_id}.{row.version}.{n}",
                kind="all-clear" if row.msg_type == "Cancel" else "alert",
                number=issued.number,
                start=start + n * repeat,
                reference=reference,
                boxes=frozenset(boxes),
                pressed=issued.pressed if not n else None,
            )
            for n in range(repetitions)
        ]
    return found


def start_of(payload: str) -> float:
    """The instant that the second signature set."""
    signatures = json.loads(payload)["signatures"]
    headers = [json.loads(_decoded(one["protected"])) for one in signatures]
    starts = [header["x-tm-start"] for header in headers if "x-tm-start" in header]
    return datetime.fromisoformat(max(starts)).timestamp()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def voices(programme: Programme) -> list[Voice]:
    found = []
    for n, takeover in enumerate(programme.takeovers):
        opened = programme.microphone.opened.get(n)
        if opened:
            found.append(
                Voice(
                    takeover.row.pk,
                    LIVE + takeover.number,
                    min(opened),
                    takeover.ended,
                    takeover.began,
                )
            )
    return found


def all_items(programme: Programme, boxes: list[str], *, after: float = 0) -> list[Item]:
    planned = planned_items(programme, boxes, after=after)
    return [*planned, *alert_items(programme, boxes)]


def settle(station: Station, programme: Programme, *, seconds: float) -> None:
    """Wait until everything that will come has come: the last item's end, the last report."""
    boxes = list(serials(station))
    deadline = time.time() + seconds
    while time.time() < deadline:
        items = insist(lambda: all_items(programme, boxes))
        last = max((item.start + item.seconds for item in items), default=0)
        counted = insist(partial(_reports, {item.key for item in items}))
        wanted = {(item.key, box) for item in items for box in item.boxes}
        if time.time() > last + 3 and wanted <= set(counted) and not _unsent(station):
            # A double would come now.
            time.sleep(3)
            return
        time.sleep(1)


def _reports(keys: set[str]) -> Counter[tuple[str, str]]:
    from tiengmo.speakers.models import PlayReport

    rows = PlayReport.objects.filter(item_id__in=keys).values_list("item_id", "box__serial")
    return Counter(rows)


def _reports_of_streams(takeovers: list[str]) -> Counter[tuple[str, str]]:
    from tiengmo.speakers.models import PlayReport

    counted: Counter[tuple[str, str]] = Counter()
    for takeover in takeovers:
        rows = PlayReport.objects.filter(item_id__startswith=f"{takeover}.")
        counted.update(rows.values_list("item_id", "box__serial"))
    return counted


def _unsent(station: Station) -> int:
    """Reports that boxes have written and nobody has acknowledged, or have still to write."""
    journal = station.home / "boxes" / "shared" / "journal.sqlite3"
    with closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True, timeout=10)) as database:
        written = "SELECT count(*) FROM reports"
        on_air = "SELECT count(*) FROM documents WHERE name LIKE 'stream/%'"
        return sum(int(database.execute(sql).fetchone()[0]) for sql in (written, on_air))


def gather(station: Station, programme: Programme, *, after: float) -> Evidence:
    from tiengmo.releases.models import Delivery, Receipt
    from tiengmo.speakers.models import PlayReport

    boxes = serials(station)
    items = all_items(programme, list(boxes), after=after)
    keys = {item.key for item in items}
    evidence = Evidence(
        recordings={serial: recording_of(state) for serial, state in boxes.items()},
        items=items,
        voices=voices(programme),
        reports=_reports(keys),
        unsent=_unsent(station),
    )
    for row in PlayReport.objects.filter(item_id__in=keys).select_related("box"):
        evidence.outcomes[row.outcome + (f" ({row.reason})" if row.reason else "")] += 1
        if row.samples_total:
            share = row.samples_played / row.samples_total
            evidence.claims[row.item_id, row.box.serial] = share
    evidence.streams = _reports_of_streams([takeover.row.pk for takeover in programme.takeovers])
    since = datetime.fromtimestamp(after, UTC)
    deliveries = Delivery.objects.filter(release__cleared_at__gt=since, target__in=boxes)
    statuses = list(deliveries.values_list("status", flat=True))
    evidence.deliveries = len(statuses)
    evidence.unfinished_deliveries = sum(status in OPEN for status in statuses)
    # Each time an alert is repeated is proved by itself; one and the same sound only once.
    proofs = Receipt.objects.filter(delivery__in=deliveries, kind="played")
    keys_of = dict(proofs.values_list("key", "delivery"))
    items_of = dict(
        PlayReport.objects.filter(pk__in=[_report_of(key) for key in keys_of]).values_list(
            "pk", "item_id"
        )
    )
    evidence.receipts = Counter(
        f"{delivery} {items_of.get(_report_of(key), key)}" for key, delivery in keys_of.items()
    )
    return evidence


def _report_of(key: str) -> str:
    return key.removeprefix("play:")

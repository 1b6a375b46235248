"""The table: for every process that was killed, what the villages lost by it."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from .accounts import ALLOWED_PAUSE_SECONDS, LiveAccount, Span, account_of, live_account
from .station import VICTIMS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .evidence import Evidence
    from .monkey import Kill

# A word is heard so long after it was said; later than the second figure, it was not live.
HEARD_AFTER_SECONDS, LATEST_SECONDS = 2.0, 12.0
# The first words while a source is being opened, and those that FFmpeg still holds of an address
# when the end is said, are nobody's fault: without any kill they are cut as well.
OPENING_SECONDS, CLOSING_SECONDS = 1.0, 5.0
# A box waits so long for the next live segment before it goes back to its schedule.
HOLD_SECONDS = 5.0
# What a kill can still be the cause of, seconds later.
BLAMED_FOR_SECONDS = 30.0
# A report that claims at least this share of a sound claims all of it.
WHOLE = 0.999
LATE_SECONDS = ALLOWED_PAUSE_SECONDS


@dataclass
class Row:
    """One victim; every sum is over all boxes, `boxes` says how many they were."""

    victim: str
    kills: int = 0
    back_median: float = 0.0
    back_longest: float = 0.0
    lost_seconds: float = 0.0
    silent_seconds: float = 0.0
    repeated_seconds: float = 0.0
    late: int = 0
    latest_seconds: float = 0.0
    live_lost_seconds: float = 0.0
    lost_reports: int = 0
    doubled_reports: int = 0


@dataclass
class Result:
    kills: int
    boxes: int
    minutes: float
    items: dict[str, int]
    plays: int
    heard_seconds: float
    rows: list[Row]
    takeovers: int
    streams: int
    live_said_seconds: float
    after_press: dict[str, list[float]]
    """By kind of item: seconds from the press to the first sample, for every box."""
    unsent: int
    deliveries: int
    unfinished_deliveries: int
    doubled_receipts: int
    false_claims: int
    outcomes: dict[str, int]
    faults: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, object]:
        return asdict(self)


def reckon(evidence: Evidence, kills: list[Kill], *, minutes: float) -> Result:
    """Blame every loss on the last kill before it (or on nobody, when there was none near)."""
    rows = {name: _row(name, kills) for name in (*VICTIMS, "nobody")}
    result = Result(
        kills=len(kills),
        boxes=len(evidence.recordings),
        minutes=minutes,
        items=dict(Counter(item.kind for item in evidence.items)),
        plays=sum(len(item.boxes) for item in evidence.items),
        heard_seconds=0.0,
        rows=list(rows.values()),
        takeovers=len(evidence.voices),
        streams=len({stream for stream, _ in evidence.streams}),
        live_said_seconds=0.0,
        after_press=defaultdict(list),
        unsent=evidence.unsent,
        deliveries=evidence.deliveries,
        unfinished_deliveries=evidence.unfinished_deliveries,
        doubled_receipts=sum(count - 1 for count in evidence.receipts.values()),
        false_claims=0,
        outcomes=dict(evidence.outcomes.most_common()),
    )
    blame = _Blame(rows, kills)
    for box in evidence.recordings:
        live = _reckon_live(result, blame, box, evidence)
        _reckon_box(result, blame, box, evidence, live)
    result.after_press = dict(result.after_press)
    result.faults = _faults(result)
    return result


@dataclass(frozen=True)
class _Blame:
    rows: dict[str, Row]
    kills: list[Kill]

    def at(self, instant: float) -> Row:
        before = [k for k in self.kills if instant - BLAMED_FOR_SECONDS < k.at <= instant]
        return self.rows[before[-1].victim if before else "nobody"]


def _reckon_live(result: Result, blame: _Blame, box: str, evidence: Evidence) -> list[Span]:
    """Reckon the takeovers; give when live sound was on air at this box."""
    spans = []
    for voice in evidence.voices:
        said = Span(voice.said_from + OPENING_SECONDS, voice.said_until - CLOSING_SECONDS)
        window = Span(voice.said_from, voice.said_until + LATEST_SECONDS)
        live: LiveAccount = live_account(evidence.recordings[box], voice.number, said, window)
        result.live_said_seconds += live.said_seconds
        for instant, seconds in live.lost:
            blame.at(instant + HEARD_AFTER_SECONDS).live_lost_seconds += seconds
        if live.first_at is not None:
            result.after_press["live"].append(live.first_at - voice.pressed)
        spans.append(
            Span(voice.pressed, (live.last_at or voice.said_until) + HOLD_SECONDS + LATE_SECONDS)
        )
        told = [
            count
            for (stream, teller), count in evidence.streams.items()
            if teller == box and stream.startswith(f"{voice.key}.")
        ]
        row = blame.at(voice.said_until)
        # One report for every stream that came: a playout that was killed begins a new one.
        row.lost_reports += live.first_at is not None and not told
        row.doubled_reports += sum(count - 1 for count in told)
    return spans


def _row(victim: str, kills: list[Kill]) -> Row:
    back = [kill.back_after for kill in kills if kill.victim == victim and kill.back_after]
    return Row(
        victim,
        kills=sum(kill.victim == victim for kill in kills),
        back_median=statistics.median(back) if back else 0.0,
        back_longest=max(back, default=0.0),
    )


def _reckon_box(
    result: Result, blame: _Blame, box: str, evidence: Evidence, live: list[Span]
) -> None:
    account = account_of(box, evidence.recordings[box], evidence.items, live=live)
    for hearing in account.hearings:
        item = hearing.item
        row = blame.at(item.start + item.seconds)
        result.heard_seconds += item.seconds - hearing.lost_seconds
        row.lost_seconds += hearing.lost_seconds
        row.repeated_seconds += hearing.repeated_seconds
        if item.pressed is not None and hearing.first_at is not None:
            result.after_press[item.kind].append(hearing.first_at - item.pressed)
        elif hearing.late_seconds > LATE_SECONDS and item.kind != "released":
            row.late += 1
            row.latest_seconds = max(row.latest_seconds, hearing.late_seconds)
        if item.kind == "released":
            result.after_press["released"].append(hearing.late_seconds)
        reports = evidence.reports[item.key, box]
        row.lost_reports += reports == 0
        row.doubled_reports += max(0, reports - 1)
        claim = evidence.claims.get((item.key, box), 0.0)
        if claim >= WHOLE and hearing.lost_seconds:
            result.false_claims += 1
    for span in account.silences:
        blame.at(span.start).silent_seconds += span.end - span.start


NO_FAULT = {
    "victim", "kills", "back_median", "back_longest", "latest_seconds", "live_lost_seconds",
}  # fmt: skip


def _faults(result: Result) -> list[str]:
    """What misses the target: nothing lost, nothing doubled, no silence."""
    sums: defaultdict[str, float] = defaultdict(float)
    for row in result.rows:
        for name, value in asdict(row).items():
            if name not in NO_FAULT:
                sums[name] += value
    checked = {
        "seconds of sound lost": round(sums["lost_seconds"], 2),
        "seconds of silence": round(sums["silent_seconds"], 2),
        "seconds heard twice": round(sums["repeated_seconds"], 2),
        "reports lost": int(sums["lost_reports"]),
        "reports doubled": int(sums["doubled_reports"]),
        "reports kept by boxes": result.unsent,
        "deliveries in limbo": result.unfinished_deliveries,
        "receipts doubled": result.doubled_receipts,
        "reports that claim more than was heard": result.false_claims,
    }
    return [f"{value} {name}" for name, value in checked.items() if value]


COLUMNS = (
    ("killed", lambda r, _n: r.victim),
    ("kills", lambda r, _n: str(r.kills)),
    ("back after, median / longest s", lambda r, _n: f"{r.back_median:.1f} / {r.back_longest:.1f}"),
    ("sound lost, s a box", lambda r, n: f"{r.lost_seconds / n:.2f}"),
    ("silence, s a box", lambda r, n: f"{r.silent_seconds / n:.2f}"),
    ("heard twice, s a box", lambda r, n: f"{r.repeated_seconds / n:.2f}"),
    ("live words lost, s a box", lambda r, n: f"{r.live_lost_seconds / n:.2f}"),
    ("starts late", lambda r, _n: str(r.late)),
    ("reports lost", lambda r, _n: str(r.lost_reports)),
    ("reports doubled", lambda r, _n: str(r.doubled_reports)),
)


def markdown(result: Result) -> str:
    """The table as it stands in docs/chaos.md."""
    boxes = max(1, result.boxes)
    lines = [
        "| " + " | ".join(name for name, _ in COLUMNS) + " |",
        "|---|" + "---:|" * (len(COLUMNS) - 1),
        *_lines(result.rows, boxes),
        "",
        " ".join(_sentences(result, boxes)),
    ]
    return "\n".join(lines)


def _sentences(result: Result, boxes: int) -> Iterable[str]:
    kinds = ", ".join(f"{count} {kind}" for kind, count in result.items.items())
    yield (
        f"{result.kills} kills in {result.minutes:.1f} minutes; {result.boxes} boxes; {kinds};"
        f" {result.takeovers} live takeovers in {result.streams} streams,"
        f" {result.live_said_seconds / boxes:.0f} s of live words."
    )
    yield f"{result.plays} plays to be heard and reported; {result.heard_seconds:.0f} s heard."
    yield f"Outcomes in the reports: {result.outcomes}."
    yield (
        f"Reports still in the boxes: {result.unsent}. Deliveries: {result.deliveries}, in limbo"
        f" {result.unfinished_deliveries}; receipts doubled: {result.doubled_receipts}; reports"
        f" that claim more than was heard: {result.false_claims}."
    )
    for kind, waited in sorted(result.after_press.items()):
        what = "planned instant" if kind == "released" else "press"
        yield (
            f"From the {what} to the first sound, {kind}: median {statistics.median(waited):.1f} s,"
            f" longest {max(waited):.1f} s."
        )


def _lines(rows: Iterable[Row], boxes: int) -> list[str]:
    return [
        "| " + " | ".join(tell(row, boxes) for _, tell in COLUMNS) + " |"
        for row in rows
        if row.kills or row.lost_seconds or row.silent_seconds or row.lost_reports
        or row.doubled_reports or row.late or row.live_lost_seconds
    ]  # fmt: skip

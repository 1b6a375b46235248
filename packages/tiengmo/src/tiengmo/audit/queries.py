from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.db import connection, models

from . import guards
from .anchors import read_anchors
from .chain import row_hash
from .models import FIRST_PREVIOUS_HASH, AuditEntry, ChainHead

if TYPE_CHECKING:
    from collections.abc import Iterator

Fault = Literal["changed", "removed", "inserted", "misplaced", "truncated", "rewritten"]


@dataclass(frozen=True)
class Verdict:
    """What `verify` found: how many rows were read, and the first that is wrong, if any."""

    rows: int
    last_hash: str
    anchors: int = 0
    fault: Fault | None = None
    sequence: int | None = None
    reason: str = ""
    missing_guards: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        return self.fault is None and not self.missing_guards


def entries_about(subject: models.Model) -> models.QuerySet[AuditEntry]:
    """What was done to `subject`, oldest first."""
    return AuditEntry.objects.filter(
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
    )


def verify() -> Verdict:
    """Read the whole chain once, in order and in constant memory, and say what breaks it first."""
    head_before = ChainHead.objects.first()
    anchors = _Anchors()
    expected, previous = 1, FIRST_PREVIOUS_HASH
    fault: tuple[Fault, int, str] | None = None
    for entry in AuditEntry.objects.order_by("sequence").iterator(chunk_size=2000):
        fault = _fault_in(entry, expected, previous) or anchors.contradict(entry)
        if fault:
            break
        expected, previous = entry.sequence + 1, entry.hash
    rows = expected - 1
    if fault is None:
        fault = _fault_at_the_end(rows, previous, head_before) or anchors.beyond(rows)
    return Verdict(
        rows=rows,
        last_hash=previous,
        anchors=anchors.read,
        fault=fault[0] if fault else None,
        sequence=fault[1] if fault else None,
        reason=fault[2] if fault else "",
        missing_guards=tuple(guards.missing(connection)),
    )


def _fault_in(entry: AuditEntry, expected: int, previous: str) -> tuple[Fault, int, str] | None:
    if entry.sequence < expected:
        return "inserted", entry.sequence, f"dòng {entry.sequence} nằm trước dòng đầu tiên"
    if entry.sequence > expected:
        return "removed", expected, f"thiếu dòng {expected} đến {entry.sequence - 1}"
    computed = row_hash(
        sequence=entry.sequence,
        at=entry.at,
        actor_id=entry.actor_id,
        actor_name=entry.actor_name,
        action=entry.action,
        subject_type=entry.subject_type,
        subject_id=entry.subject_id,
        subject_name=entry.subject_name,
        detail=entry.detail,
        previous_hash=entry.previous_hash,
    )
    if computed != entry.hash:
        return "changed", entry.sequence, "nội dung không khớp với mã băm của chính dòng này"
    if entry.previous_hash != previous:
        return (
            "misplaced",
            entry.sequence,
            "dòng này không nối tiếp dòng trước (có dòng bị chèn, tráo hoặc viết lại)",
        )
    return None


def _fault_at_the_end(
    rows: int, last_hash: str, head_before: ChainHead | None
) -> tuple[Fault, int, str] | None:
    # Rows may be added while the chain is read: the end must lie between the two heads.
    head = ChainHead.objects.first()
    at_least = head_before.sequence if head_before else 0
    at_most = head.sequence if head else 0
    if rows < at_least:
        return "truncated", rows + 1, f"thiếu dòng {rows + 1} đến {at_least} ở cuối chuỗi"
    if rows > at_most:
        return "inserted", at_most + 1, f"chuỗi dừng ở dòng {at_most} nhưng có dòng sau đó"
    if rows == at_most and head and head.hash != last_hash:
        return "rewritten", rows, "dòng cuối không khớp với mốc cuối chuỗi"
    return None


class _Anchors:
    """Walks the anchor file beside the rows. Two writers may append their lines out of order by a
    little, so a short window of lines is held."""

    window = 4096

    def __init__(self) -> None:
        self._lines: Iterator[tuple[int, str]] = read_anchors()
        self._held: dict[int, set[str]] = {}
        self._ended = False
        self.read = 0

    def _fill(self) -> None:
        while not self._ended and len(self._held) < self.window:
            line = next(self._lines, None)
            if line is None:
                self._ended = True
                return
            self._held.setdefault(line[0], set()).add(line[1])
            self.read += 1

    def contradict(self, entry: AuditEntry) -> tuple[Fault, int, str] | None:
        self._fill()
        witnessed = self._held.pop(entry.sequence, None)
        if witnessed and witnessed != {entry.hash}:
            return "rewritten", entry.sequence, "mã băm khác với mã đã ghi trong tệp đối chứng"
        return None

    def beyond(self, rows: int) -> tuple[Fault, int, str] | None:
        """Rows that the file saw committed and the database no longer has."""
        furthest = rows
        while True:
            furthest = max([furthest, *self._held])
            self._held.clear()
            if self._ended:
                break
            self._fill()
        if furthest > rows:
            return (
                "truncated",
                rows + 1,
                f"tệp đối chứng ghi đến dòng {furthest}, chuỗi dừng ở {rows}",
            )
        return None

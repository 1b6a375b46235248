"""What the acts on a version share: its lock, its checks, its papers and fees."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.foundation import blobs
from tiengmo.foundation.office_files import LIMIT_BYTES, UnfitFile, judge, shown_name
from tiengmo.one_stop import rules
from tiengmo.one_stop.errors import ChangedMeanwhile, NotReady
from tiengmo.one_stop.models import (
    DeadlineUnit,
    Fee,
    OnlineLevel,
    Paper,
    Procedure,
    ProcedureVersion,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import IO

    from django.core.files.base import File

MOST_LINES = 60
MOST_COPIES = 50
MOST_DONG = 2_000_000_000
LONGEST_DEADLINE = 3650
LINES = ("name", "agency", "deadline_note", "result")
TEXTS = ("legal_basis", "who_may_apply", "steps", "where_to_go", "when_to_go")
# What a version says; two versions that agree in these are the same.
CONTENT = (
    "name", "field_id", "level_id", "agency", "legal_basis", "who_may_apply", "steps",
    "deadline_amount", "deadline_unit", "deadline_note", "result", "where_to_go", "when_to_go",
    "online_level", "online_url",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Form:
    """An empty form as it is stored."""

    file_name: str
    sha256: str
    suffix: str
    media_type: str
    bytes: int

    @classmethod
    def of(cls, paper: Paper) -> Form | None:
        if not paper.sha256:
            return None
        return cls(paper.file_name, paper.sha256, paper.suffix, paper.media_type, paper.bytes)


@dataclass(frozen=True, slots=True)
class PaperWords:
    name: str
    originals: int = 0
    copies: int = 0
    note: str = ""
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class FeeWords:
    name: str
    amount_dong: int | None = None
    note: str = ""


def keep_form(file: File[bytes] | IO[bytes], name: str) -> Form:
    """Judge and store an empty form. Raises UnfitFile."""
    raw = file.read(LIMIT_BYTES + 1)
    shown = shown_name(name)
    found = judge(raw, shown)
    stem = shown.rpartition(".")[0] or "mau"
    sha256 = blobs.put(raw, found.suffix)
    return Form(f"{stem}{found.suffix}", sha256, found.suffix, found.media_type, len(raw))


def lock(procedure: Procedure) -> Procedure:
    """Read the procedure's row again under a lock: one act on a procedure at a time."""
    row = (
        Procedure.objects.select_for_update(of=("self",))
        .select_related("unit", "field", "level")
        .filter(pk=procedure.pk)
        .first()
    )
    if row is None:
        raise ChangedMeanwhile(_("Thủ tục này vừa bị xoá."))
    return row


def locked_version(version: ProcedureVersion, saves: int | None = None) -> ProcedureVersion:
    """The version's row, with its procedure locked. Raises ChangedMeanwhile."""
    lock(version.procedure)
    row = (
        ProcedureVersion.objects.select_related("procedure__unit", "field", "level")
        .filter(pk=version.pk)
        .first()
    )
    if row is None:
        raise ChangedMeanwhile(_("Bản nháp này vừa bị xoá."))
    if saves is not None and row.saves != saves:
        raise ChangedMeanwhile(
            _("Có người vừa lưu thủ tục này. Hãy mở lại trang để xem bản mới rồi sửa tiếp.")
        )
    return row


def tidy(version: ProcedureVersion) -> None:
    """Clean the texts and check what was entered. Raises ValidationError, by field."""
    for name in LINES:
        setattr(version, name, rules.clean_line(getattr(version, name)))
    for name in TEXTS:
        setattr(version, name, rules.clean_text(getattr(version, name)))
    version.online_url = version.online_url.strip()
    if version.deadline_unit == DeadlineUnit.AT_ONCE:
        version.deadline_amount = None
    version.clean_fields(exclude=["procedure", "number", "state"])
    wrong = dict(_wrong(version))
    if wrong:
        raise ValidationError({name: [text] for name, text in wrong.items()})


def _wrong(version: ProcedureVersion) -> list[tuple[str, str]]:
    today = timezone.localdate()
    wrong: list[tuple[str, str]] = []
    for name in TEXTS:
        most = ProcedureVersion._meta.get_field(name)
        limit = getattr(most, "max_length", None) or 0
        if len(getattr(version, name)) > limit:
            wrong.append((name, _("Dài quá %(n)d chữ.") % {"n": limit}))
    if not (dt.date(1990, 1, 1) <= version.valid_from <= today + dt.timedelta(days=5 * 365)):
        wrong.append(("valid_from", _("Hãy kiểm tra ngày áp dụng.")))
    if version.checked_on and version.checked_on > today:
        wrong.append(("checked_on", _("Ngày kiểm tra còn ở phía trước.")))
    amount = version.deadline_amount
    if version.deadline_unit != DeadlineUnit.AT_ONCE:
        if amount is None and not version.deadline_note:
            wrong.append(("deadline_amount", _("Hãy ghi thời hạn, hoặc ghi chú vì sao không có.")))
        elif amount is not None and not 1 <= amount <= LONGEST_DEADLINE:
            wrong.append(("deadline_amount", _("Hãy kiểm tra thời hạn.")))
    if version.online_level != OnlineLevel.NONE and not version.online_url:
        wrong.append(("online_url", _("Hãy ghi địa chỉ nộp trực tuyến.")))
    if version.online_url and not version.online_url.startswith(("https://", "http://")):
        wrong.append(("online_url", _("Địa chỉ phải bắt đầu bằng https://.")))
    return wrong


def checked_papers(papers: Sequence[PaperWords]) -> list[PaperWords]:
    """Papers with clean texts. Raises NotReady."""
    if len(papers) > MOST_LINES:
        raise NotReady(_("Nhiều nhất %(n)d loại giấy tờ.") % {"n": MOST_LINES})
    found = []
    for one in papers:
        name, note = rules.clean_line(one.name), rules.clean_line(one.note)
        if not name or len(name) > 500 or len(note) > 500:  # noqa: PLR2004 (the columns' size)
            raise NotReady(_("Giấy tờ “%(name)s”: tên trống hoặc dài quá.") % {"name": name[:60]})
        if not (0 <= one.originals <= MOST_COPIES and 0 <= one.copies <= MOST_COPIES):
            raise NotReady(_("Giấy tờ “%(name)s”: hãy kiểm tra số bản.") % {"name": name[:60]})
        found.append(PaperWords(name, one.originals, one.copies, note, one.form))
    return found


def checked_fees(fees: Sequence[FeeWords]) -> list[FeeWords]:
    """Fees with clean texts. Raises NotReady."""
    if len(fees) > MOST_LINES:
        raise NotReady(_("Nhiều nhất %(n)d khoản thu.") % {"n": MOST_LINES})
    found = []
    for one in fees:
        name, note = rules.clean_line(one.name), rules.clean_line(one.note)
        if not name or len(name) > 300 or len(note) > 500:  # noqa: PLR2004 (the columns' size)
            raise NotReady(_("Khoản thu “%(name)s”: tên trống hoặc dài quá.") % {"name": name[:60]})
        if one.amount_dong is None and not note:
            raise NotReady(
                _("Khoản thu “%(name)s”: hãy ghi số tiền hoặc ghi chú.") % {"name": name[:60]}
            )
        if one.amount_dong is not None and not 0 <= one.amount_dong <= MOST_DONG:
            raise NotReady(_("Khoản thu “%(name)s”: hãy kiểm tra số tiền.") % {"name": name[:60]})
        found.append(FeeWords(name, one.amount_dong, note))
    return found


def set_lines(
    version: ProcedureVersion, papers: Sequence[PaperWords], fees: Sequence[FeeWords]
) -> None:
    """Write the papers and fees of a version, in this order, instead of those it had."""
    version.papers.all().delete()
    version.fees.all().delete()
    Paper.objects.bulk_create(paper_rows(version, papers))
    Fee.objects.bulk_create(fee_rows(version, fees))


def paper_rows(version: ProcedureVersion, papers: Sequence[PaperWords]) -> list[Paper]:
    return [
        Paper(
            version=version, position=position, name=one.name, originals=one.originals,
            copies=one.copies, note=one.note,
            **({name: getattr(one.form, name) for name in Form.__slots__} if one.form else {}),
        )
        for position, one in enumerate(papers)
    ]  # fmt: skip


def fee_rows(version: ProcedureVersion, fees: Sequence[FeeWords]) -> list[Fee]:
    return [
        Fee(
            version=version, position=position, name=one.name,
            amount_dong=one.amount_dong, note=one.note,
        )
        for position, one in enumerate(fees)
    ]  # fmt: skip


def papers_of(version: ProcedureVersion) -> list[PaperWords]:
    return [
        PaperWords(one.name, one.originals, one.copies, one.note, Form.of(one))
        for one in version.papers.all()
    ]


def fees_of(version: ProcedureVersion) -> list[FeeWords]:
    return [FeeWords(one.name, one.amount_dong, one.note) for one in version.fees.all()]


__all__ = [
    "CONTENT", "FeeWords", "Form", "PaperWords", "UnfitFile", "checked_fees", "checked_papers",
    "fee_rows", "fees_of", "keep_form", "lock", "locked_version", "paper_rows", "papers_of",
    "set_lines", "tidy",
]  # fmt: skip

"""What every act on a document shares: its lock, its checks, its files, who must be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.foundation import blobs
from tiengmo.foundation.office_files import LIMIT_BYTES, UnfitFile, judge, shown_name
from tiengmo.official_documents import rules
from tiengmo.official_documents.entries import follow
from tiengmo.official_documents.errors import ChangedMeanwhile, NotReady
from tiengmo.official_documents.events import public_page_changed
from tiengmo.official_documents.handlers import APPEAR, READ_FILE
from tiengmo.official_documents.models import DocumentFile, OfficialDocument, TextState
from tiengmo.official_documents.workflow import State
from tiengmo.outbox.actions import announce

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.files.base import File

MOST_FILES = 20
LONGEST_BODY = 200_000
LINES = ("number", "issuer", "abstract", "signer", "signer_title")
CONTENT = (
    "kind", "number", "issued_on", "issuer", "abstract", "body", "field", "signer",
    "signer_title", "effective_on", "expires_on", "embargo_until",
)  # fmt: skip


@dataclass(frozen=True)
class Enclosed:
    """What goes with the words: files to add, ids of files to remove, documents it replaces."""

    files: Sequence[File[bytes]] = ()
    removed: Sequence[int] = ()
    replaces: Sequence[OfficialDocument] | None = None
    judged: list[tuple[str, str, str, str, int, str]] = field(default_factory=list)

    def judge(self) -> None:
        """Look at the files and store them, before any lock is taken. Raises NotReady."""
        problems = []
        for file in self.files:
            name = shown_name(file.name or "")
            try:
                raw = file.read(LIMIT_BYTES + 1)
                found = judge(raw, name)
            except UnfitFile as error:
                problems.append(str(error))
                continue
            stem = name.rpartition(".")[0] or name or "van-ban"
            self.judged.append(
                (
                    f"{stem}{found.suffix}",
                    blobs.put(raw, found.suffix),
                    found.suffix,
                    found.media_type,
                    len(raw),
                    "\n".join(found.notes),
                )
            )
        if problems:
            raise NotReady("\n".join(problems))


def locked(document: OfficialDocument, version: int | None = None) -> OfficialDocument:
    """Read the row again under a lock. Raises ChangedMeanwhile when `version` is not its own."""
    row = (
        OfficialDocument.objects.select_for_update(of=("self",))
        .select_related("kind", "field", "unit")
        .filter(pk=document.pk)
        .first()
    )
    if row is None:
        raise ChangedMeanwhile(_("Văn bản này vừa bị xoá."))
    if version is not None and row.version != version:
        raise ChangedMeanwhile(
            _("Có người vừa lưu văn bản này. Hãy mở lại trang để xem bản mới rồi sửa tiếp.")
        )
    return row


def tidy(document: OfficialDocument) -> None:
    """Clean the texts and check what was entered. Raises ValidationError, by field."""
    for name in LINES:
        setattr(document, name, rules.clean_line(getattr(document, name)))
    document.number = rules.clean_number(document.number)
    document.body = rules.clean_text(document.body)
    document.clean_fields(exclude=["slug"])
    wrong = rules.wrong_dates(document, timezone.localdate())
    if len(document.body) > LONGEST_BODY:
        wrong["body"] = _("Nội dung dài quá %(n)d chữ: hãy đính tệp.") % {"n": LONGEST_BODY}
    if wrong:
        raise ValidationError({name: [text] for name, text in wrong.items()})
    document.validate_constraints(exclude=["slug"])


def free_slug(document: OfficialDocument) -> str:
    """The document's address, with a number behind it where another one has it already."""
    wanted = rules.slug_for(document.kind.code, document.number, document.issued_on)
    others = OfficialDocument.objects.exclude(pk=document.pk)
    taken = set(others.filter(slug__startswith=wanted).values_list("slug", flat=True))
    # A static address of the portal stands below the same folder.
    numbers = (f"{wanted}-{count}" for count in range(2, len(taken) + 3))
    return wanted if wanted not in taken else next(slug for slug in numbers if slug not in taken)


def enclose(document: OfficialDocument, enclosed: Enclosed) -> list[str]:
    """Add and remove files and set what it replaces; say what changed, a line each."""
    lines = []
    standing = document.files.filter(removed_at=None)
    for file in standing.filter(pk__in=list(enclosed.removed)):
        lines.append(_("bỏ tệp %(name)s") % {"name": file.name})
        if document.state == State.DRAFT:
            file.delete()
        else:
            file.removed_at = timezone.now()
            file.save(update_fields=["removed_at"])
    if standing.count() + len(enclosed.judged) > MOST_FILES:
        raise NotReady(_("Một văn bản có nhiều nhất %(n)d tệp.") % {"n": MOST_FILES})
    last = document.files.aggregate(last=Max("position"))["last"] or 0
    for position, found in enumerate(enclosed.judged, start=last + 1):
        name, sha256, suffix, media_type, size, notes = found
        if standing.filter(sha256=sha256).exists():
            continue  # the same file chosen twice
        is_pdf = suffix == ".pdf"
        file = DocumentFile.objects.create(
            document=document, position=position, name=name, sha256=sha256, suffix=suffix,
            media_type=media_type, bytes=size, notes=notes,
            text_state=TextState.WAITING if is_pdf else TextState.NOT_READ,
        )  # fmt: skip
        if is_pdf:
            announce(READ_FILE, {"file": file.pk}, key=f"{READ_FILE}:{file.pk}")
        lines.append(_("thêm tệp %(name)s") % {"name": name})
    if enclosed.replaces is not None:
        lines += _replace(document, enclosed.replaces)
    return lines


def _replace(document: OfficialDocument, wanted: Sequence[OfficialDocument]) -> list[str]:
    before = {one.pk: one for one in document.replaces.select_related("kind")}
    after = {one.pk: one for one in wanted}
    if document.pk in after:
        raise NotReady(_("Một văn bản không thể thay thế chính nó."))
    if document.replaced_by.filter(pk__in=after).exists():
        raise NotReady(_("Hai văn bản không thể thay thế lẫn nhau."))
    document.replaces.set(after.values())
    for other in before.values():
        public_page_changed.send(OfficialDocument, document=other)
    added = [one for pk, one in after.items() if pk not in before]
    dropped = [one for pk, one in before.items() if pk not in after]
    return [
        *(_("thay thế %(name)s") % {"name": one} for one in added),
        *(_("không còn thay thế %(name)s") % {"name": one} for one in dropped),
    ]


def tell(document: OfficialDocument) -> None:
    """Search follows and caches are emptied, here and on the pages of what it replaces."""
    follow(document)
    public_page_changed.send(OfficialDocument, document=document)
    for other in document.replaces.all():
        public_page_changed.send(OfficialDocument, document=other)
    if document.state == State.PUBLISHED and not document.is_public:
        announce(APPEAR, {"document": document.pk}, due_at=document.embargo_until)

"""Public pages of documents. Each parses the address, reads, renders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from django.core.paginator import Paginator
from django.http import Http404
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from tiengmo.foundation import blobs
from tiengmo.official_documents.models import DocumentFile, OfficialDocument
from tiengmo.official_documents.queries import public_documents
from tiengmo.official_documents.rules import validity
from tiengmo.official_documents.workflow import State
from tiengmo.portal import refusals
from tiengmo.portal.caching import public_page
from tiengmo.portal.frame import not_found, render
from tiengmo.voices.web.ranges import serve_file

from . import queries

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse, HttpResponseBase

A_PAGE = 20
# Asked about again after half a minute: a withdrawn document's file is gone soon everywhere.
FILE_CACHE = "public, max-age=30, must-revalidate"
# A file that a browser opens after all may run nothing and fetch nothing.
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
VALIDITY = {
    "in_force": "Còn hiệu lực",
    "not_yet": "Chưa có hiệu lực",
    "expired": "Hết hiệu lực",
    "replaced": "Đã được thay thế",
}


@public_page
def documents(request: HttpRequest) -> HttpResponse:
    """Every document, newest first, narrowed by kind, issuer, year and field."""
    return _listed(request, public_documents(), "documents/list")


@public_page
def programmes(request: HttpRequest) -> HttpResponse:
    """Strategies, plans, programmes: where the locality wants to go."""
    return _listed(request, queries.programmes(), "documents/programmes")


def _listed(request: HttpRequest, rows: QuerySet[OfficialDocument], template: str) -> HttpResponse:
    narrowed = queries.Narrowing.asked(request.GET)
    page = Paginator(narrowed.of(rows), A_PAGE).get_page(request.GET.get("trang"))
    query = request.GET.copy()
    for name in set(query) - {"loai", "co-quan", "nam", "linh-vuc"}:
        del query[name]
    return render(
        template,
        {
            "page": page,
            "narrowed": narrowed,
            "choices": queries.choices(rows, narrowed),
            "query": f"{query.urlencode()}&" if query else "",
        },
    )


@public_page
def document(request: HttpRequest, slug: str) -> HttpResponse:
    """One document: what it is, its text and files, what was corrected. 410 when withdrawn."""
    row = _row(slug)
    if row is None:
        return not_found(request)
    if row.state == State.WITHDRAWN:
        return render("documents/withdrawn", {"document": row}, status=410)
    return page_of(row)


def page_of(row: OfficialDocument, *, is_preview: bool = False) -> HttpResponse:
    """A document's page; for the preview also of one that is not public yet."""
    replaced_by = list(public_documents().filter(replaces=row))
    standing = validity(row, timezone.localdate(), is_replaced=bool(replaced_by))
    context: dict[str, Any] = {
        "document": row,
        "files": row.files.filter(removed_at=None),
        "paragraphs": [part for part in row.body.split("\n\n") if part],
        "changes": row.changes.all(),
        "replaces": public_documents().filter(replaced_by=row),
        "replaced_by": replaced_by,
        "validity": standing,
        "validity_name": VALIDITY[standing],
        "is_preview": is_preview,
    }
    return render("documents/document", context)


def preview(row: OfficialDocument) -> HttpResponse:
    return page_of(row, is_preview=True)


def _row(slug: str) -> OfficialDocument | None:
    """A document that people may read, or may know was withdrawn."""
    rows = OfficialDocument.objects.select_related("kind", "field", "unit")
    row = rows.filter(slug=slug).exclude(state=State.DRAFT).first()
    if row is None or row.is_public:
        return row
    # What was withdrawn before its hour was never public, and its address says nothing.
    was_public = row.state == State.WITHDRAWN and (
        row.embargo_until is None
        or (row.withdrawn_at is not None and row.embargo_until <= row.withdrawn_at)
    )
    return row if was_public else None


def file(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """A document's file as a download; 410 when it or its document was taken back."""
    if request.method not in ("GET", "HEAD"):
        return refusals.wrong_method("GET, HEAD")
    row = _row(slug)
    found = DocumentFile.objects.filter(document=row, pk=pk).first() if row is not None else None
    if row is None or found is None:
        return not_found(request)
    if row.state == State.WITHDRAWN or found.removed_at is not None:
        why = row.withdrawal_reason or _("Tệp đã được thay trong một lần đính chính.")
        gone = refusals.page(_("Tệp này đã được gỡ"), why, status=410)
        gone["Cache-Control"] = FILE_CACHE
        return gone
    return download(request, found.name, found)


class Stored(Protocol):
    """A file that is kept by its content (foundation.blobs)."""

    sha256: str
    suffix: str
    media_type: str


def download(request: HttpRequest, name: str, found: Stored) -> HttpResponseBase:
    """Hand over a stored file under this name, to be kept and not run."""
    path = blobs.path(found.sha256, found.suffix)
    if not path.is_file():
        return not_found(request, Http404())
    response = serve_file(
        request, path, media_type=found.media_type, etag=found.sha256, cache_control=FILE_CACHE
    )
    disposition = content_disposition_header(as_attachment=True, filename=name)
    response["Content-Disposition"] = disposition or "attachment"
    response["Content-Security-Policy"] = FILE_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    return response

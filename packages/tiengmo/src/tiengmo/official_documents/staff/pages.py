"""The list, one document, and the form in which it is entered and corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.auth import permission_denied

from tiengmo.foundation.vietnamese import fold
from tiengmo.official_documents.actions import correct_document, save_draft
from tiengmo.official_documents.models import OfficialDocument
from tiengmo.official_documents.permissions import (
    may_edit,
    may_publish,
    units_to_write_for,
    works_here,
)
from tiengmo.official_documents.queries import documents_for
from tiengmo.official_documents.workflow import State

from .common import attempt, page, seen, trail
from .forms import CorrectionForm, DocumentForm, SearchForm

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponse

    from tiengmo.people.staff import StaffRequest

A_PAGE = 30
ISSUERS = 60


def home(request: StaffRequest) -> HttpResponse:
    if not works_here(request.user):
        denied: HttpResponse = permission_denied(request)
        return denied
    form = SearchForm(request.GET)
    form.is_valid()
    rows = _narrowed(documents_for(request.user), form.cleaned_data)
    found = Paginator(rows.order_by("-issued_on", "-pk"), A_PAGE).get_page(request.GET.get("trang"))
    narrowing = request.GET.copy()
    narrowing.pop("trang", None)
    return page(
        request,
        "home",
        title=_("Văn bản"),
        form=form,
        found=found,
        narrowing=narrowing.urlencode(),
        drafts=documents_for(request.user).filter(state=State.DRAFT).count(),
        may_write=units_to_write_for(request.user).exists(),
    )


def _narrowed(
    rows: QuerySet[OfficialDocument], asked: dict[str, Any]
) -> QuerySet[OfficialDocument]:
    if asked.get("loai"):
        rows = rows.filter(kind=asked["loai"])
    if asked.get("linh_vuc"):
        rows = rows.filter(field=asked["linh_vuc"])
    if asked.get("trang_thai"):
        rows = rows.filter(state=asked["trang_thai"])
    words = fold(asked.get("tim") or "").split()
    if words:
        # Folded here: both databases then find "chi thi" in "Chỉ thị".
        found = [
            pk
            for pk, *texts in rows.order_by().values_list("pk", "number", "abstract", "issuer")
            if all(word in fold(" ".join(texts)) for word in words)
        ]
        rows = rows.filter(pk__in=found)
    return rows


def document(request: StaffRequest, pk: int) -> HttpResponse:
    """One document with its history, and the acts that are open to this person."""
    row = seen(request, pk)
    return page(
        request,
        "document",
        title=str(row),
        trail=trail(),
        document=row,
        files=row.files.filter(removed_at=None),
        replaces=row.replaces.select_related("kind"),
        replaced_by=row.replaced_by.select_related("kind"),
        changes=row.changes.all(),
        paragraphs=row.body.split("\n\n") if row.body else [],
        may_edit=row.state == State.DRAFT and may_edit(request.user, row),
        may_publish=row.state == State.DRAFT and may_publish(request.user, row),
        may_correct=row.state == State.PUBLISHED and may_publish(request.user, row),
    )


def new(request: StaffRequest) -> HttpResponse:
    if not units_to_write_for(request.user).exists():
        denied: HttpResponse = permission_denied(request)
        return denied
    return _form(request, OfficialDocument(), _("Nhập văn bản"))


def edit(request: StaffRequest, pk: int) -> HttpResponse:
    row = seen(request, pk)
    if not may_edit(request.user, row) or row.state != State.DRAFT:
        denied: HttpResponse = permission_denied(request)
        return denied
    return _form(request, row, _("Sửa bản nháp"))


def _form(request: StaffRequest, row: OfficialDocument, title: str) -> HttpResponse:
    is_new = row.pk is None
    form = DocumentForm(
        request.POST or None, request.FILES or None, instance=row, user=request.user
    )
    if request.method == "POST" and form.is_valid():
        saved = attempt(
            request,
            lambda: save_draft(
                form.save(commit=False),
                by=request.user,
                enclosed=form.enclosed(),
                version=None if is_new else form.cleaned_data["version"] or 0,
            ),
            form,
        )
        if saved is not None:
            messages.success(request, _("Đã lưu bản nháp. Người duyệt xem rồi công bố."))
            return redirect("documents_document", saved.pk)
    return page(
        request,
        "form",
        title=title,
        trail=trail() if is_new else trail(OfficialDocument.objects.get(pk=row.pk)),
        form=form,
        issuers=_issuers(),
        submit=_("Lưu bản nháp"),
    )


def correct(request: StaffRequest, pk: int) -> HttpResponse:
    row = seen(request, pk)
    if not may_publish(request.user, row) or row.state != State.PUBLISHED:
        denied: HttpResponse = permission_denied(request)
        return denied
    form = CorrectionForm(
        request.POST or None, request.FILES or None, instance=row, user=request.user
    )
    if request.method == "POST" and form.is_valid():
        saved = attempt(
            request,
            lambda: correct_document(
                form.save(commit=False),
                by=request.user,
                reason=form.cleaned_data["reason"],
                enclosed=form.enclosed(),
                version=form.cleaned_data["version"] or 0,
            ),
            form,
        )
        if saved is not None:
            messages.success(request, _("Đã đính chính; người đọc thấy chỗ đã sửa và lý do."))
            return redirect("documents_document", saved.pk)
    return page(
        request,
        "form",
        title=_("Đính chính"),
        trail=trail(OfficialDocument.objects.get(pk=row.pk)),
        form=form,
        issuers=_issuers(),
        submit=_("Đính chính"),
    )


def _issuers() -> list[str]:
    """Names used before, so that one authority is written one way."""
    names = OfficialDocument.objects.order_by("issuer").values_list("issuer", flat=True)
    return list(names.distinct()[:ISSUERS])

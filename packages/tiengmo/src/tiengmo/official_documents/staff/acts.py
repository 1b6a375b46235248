"""Publish, withdraw, discard; and a look at what the public will see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages

from tiengmo.foundation import blobs
from tiengmo.official_documents.actions import (
    discard_draft,
    publish_document,
    withdraw_document,
)
from tiengmo.official_documents.preview import rendered
from tiengmo.people.staff import number_in

from .common import attempt, seen

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from tiengmo.people.staff import StaffRequest


def _version(request: StaffRequest) -> int:
    """The version of the page that the person was looking at; none that could be is 0."""
    text = request.POST.get("version", "")
    return number_in(text, digits=9) or 0


@require_POST
def publish(request: StaffRequest, pk: int) -> HttpResponse:
    row = seen(request, pk)
    act = lambda: publish_document(row, by=request.user, version=_version(request))  # noqa: E731
    done = attempt(request, act)
    if done is not None and done.is_public:
        messages.success(request, _("Đã công bố: người dân đọc được ngay."))
    elif done is not None:
        messages.success(request, _("Đã duyệt: văn bản sẽ hiện khi đến giờ đã đặt."))
    return redirect("documents_document", pk)


@require_POST
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    row = seen(request, pk)
    reason = request.POST.get("reason", "")
    if attempt(request, lambda: withdraw_document(row, by=request.user, reason=reason)):
        messages.success(request, _("Đã gỡ. Địa chỉ của văn bản nay ghi lý do gỡ."))
    return redirect("documents_document", pk)


@require_POST
def discard(request: StaffRequest, pk: int) -> HttpResponse:
    row = seen(request, pk)

    def act() -> bool:
        discard_draft(row, by=request.user)
        return True

    if attempt(request, act):
        messages.success(request, _("Đã xoá bản nháp."))
        return redirect("documents_home")
    return redirect("documents_document", pk)


@require_safe
@xframe_options_sameorigin
def preview(request: StaffRequest, pk: int) -> HttpResponse:
    """The public page as it will be; for staff, and never kept by a cache."""
    response = rendered(seen(request, pk))
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def file(request: StaffRequest, pk: int, file_pk: int) -> HttpResponseBase:
    """A file of a document that may not be public yet."""
    row = get_object_or_404(seen(request, pk).files, pk=file_pk)
    path = blobs.path(row.sha256, row.suffix)
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=row.name, content_type=row.media_type
    )

"""The list, one procedure, and the form in which a version is written."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.auth import permission_denied

from tiengmo.foundation.vietnamese import fold
from tiengmo.one_stop.actions import save_draft
from tiengmo.one_stop.models import Procedure, ProcedureVersion, VersionState
from tiengmo.one_stop.permissions import may_edit, may_publish, units_to_write_for, works_here
from tiengmo.one_stop.queries import procedures_for, published_versions
from tiengmo.one_stop.rules import in_order

from .common import attempt, page, seen, trail
from .forms import AbolishForm, ProcedureForm, SearchForm, WholeForm

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponse

    from tiengmo.people.staff import StaffRequest

A_PAGE = 40
# Contacts and procedures that nobody looked at for so long are probably out of date.
CHECKED_WITHIN = dt.timedelta(days=183)


def home(request: StaffRequest) -> HttpResponse:
    if not works_here(request.user):
        denied: HttpResponse = permission_denied(request)
        return denied
    form = SearchForm(request.GET)
    form.is_valid()
    rows = _narrowed(procedures_for(request.user), form.cleaned_data)
    rows = rows.order_by("field__position", "name", "pk")
    found = Paginator(rows, A_PAGE).get_page(request.GET.get("trang"))
    narrowing = request.GET.copy()
    narrowing.pop("trang", None)
    drafts = ProcedureVersion.objects.filter(
        procedure__in=[one.pk for one in found], state=VersionState.DRAFT
    )
    return page(
        request,
        "home",
        title=_("Thủ tục hành chính"),
        form=form,
        found=found,
        narrowing=narrowing.urlencode(),
        with_draft=set(drafts.values_list("procedure_id", flat=True)),
        old_before=timezone.localdate() - CHECKED_WITHIN,
        may_write=units_to_write_for(request.user).exists(),
    )


def _narrowed(rows: QuerySet[Procedure], asked: dict[str, Any]) -> QuerySet[Procedure]:
    if asked.get("linh_vuc"):
        rows = rows.filter(field=asked["linh_vuc"])
    if asked.get("cap"):
        rows = rows.filter(level=asked["cap"])
    state = asked.get("trang_thai")
    if state == "draft":
        rows = rows.filter(versions__state=VersionState.DRAFT)
    elif state == "old":
        before = timezone.localdate() - CHECKED_WITHIN
        rows = rows.filter(Q(current__checked_on=None) | Q(current__checked_on__lt=before))
        rows = rows.exclude(current=None).filter(withdrawn_at=None)
    elif state == "gone":
        rows = rows.exclude(withdrawn_at=None, abolished_on=None)
    words = fold(asked.get("tim") or "").split()
    if words:
        # Folded here: both databases then find "khai sinh" and "ho tich" alike.
        found = [
            pk
            for pk, *texts in rows.order_by().values_list("pk", "code", "name", "agency")
            if all(word in fold(" ".join(texts)) for word in words)
        ]
        rows = rows.filter(pk__in=found)
    return rows


def procedure(request: StaffRequest, pk: int) -> HttpResponse:
    """One procedure: what holds, what comes, what held, and the acts open to this person."""
    row = seen(request, pk)
    versions = in_order(published_versions(row))
    today = timezone.localdate()
    draft = row.versions.filter(state=VersionState.DRAFT).first()
    return page(
        request,
        "procedure",
        title=row.name,
        trail=trail(),
        procedure=row,
        version=draft if row.current is None and not versions else row.current,
        versions=versions,
        draft=draft,
        today=today,
        old_before=today - CHECKED_WITHIN,
        may_edit=may_edit(request.user, row),
        may_publish=may_publish(request.user, row),
        abolish_form=AbolishForm(initial={"on": today}),
    )


def new(request: StaffRequest) -> HttpResponse:
    if not units_to_write_for(request.user).exists():
        denied: HttpResponse = permission_denied(request)
        return denied
    row = Procedure()
    form = WholeForm(
        ProcedureVersion(procedure=row, number=1),
        data=request.POST or None,
        files=request.FILES or None,
        procedure=ProcedureForm(request.POST or None, instance=row, user=request.user),
    )
    return _form(request, form, None, _("Thêm thủ tục"))


def edit(request: StaffRequest, pk: int, version_pk: int) -> HttpResponse:
    row = seen(request, pk)
    version = get_object_or_404(
        row.versions.select_related("procedure__unit"), pk=version_pk, state=VersionState.DRAFT
    )
    if not may_edit(request.user, row):
        denied: HttpResponse = permission_denied(request)
        return denied
    form = WholeForm(version, data=request.POST or None, files=request.FILES or None)
    return _form(request, form, row, _("Soạn bản %(n)d") % {"n": version.number})


def _form(
    request: StaffRequest, form: WholeForm, row: Procedure | None, title: str
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        lines = form.lines()
        if lines is not None:
            saved = attempt(request, lambda: _saved(request, form, lines), form.version)
            if saved is not None:
                messages.success(request, _("Đã lưu bản nháp. Người duyệt xem rồi công bố."))
                return redirect("procedures_procedure", saved.procedure_id)
    return page(request, "form", title=title, trail=trail(row), form=form, procedure=row)


def _saved(request: StaffRequest, form: WholeForm, lines: Any) -> ProcedureVersion:
    if form.procedure is not None:
        form.procedure.save(commit=False)
    version = form.version.save(commit=False)
    saves = None if form.procedure is not None else form.version.cleaned_data["saves"] or 0
    papers, fees = lines
    return save_draft(version, by=request.user, papers=papers, fees=fees, saves=saves)

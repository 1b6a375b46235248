"""The internal bulletin of a month: begin, choose, look, release, ask back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.admin import messages

from tiengmo.foundation import blobs
from tiengmo.newsroom.monthly import actions
from tiengmo.newsroom.monthly.errors import IssueError
from tiengmo.newsroom.monthly.layout import laid_out
from tiengmo.newsroom.monthly.models import Issue
from tiengmo.newsroom.monthly.queries import issues_for, no_longer_true, to_choose, units_for
from tiengmo.newsroom.monthly.staff.forms import (
    IssueForm,
    ReasonForm,
    StartForm,
    chosen_in,
    rows_of,
)
from tiengmo.people.models import Role
from tiengmo.people.queries import has_role
from tiengmo.people.staff import attempt, carry_out, page
from tiengmo.releases.errors import ReleaseError

if TYPE_CHECKING:
    from uuid import UUID

    from tiengmo.people.staff import StaffRequest

ICON = "list-ul"
REFUSALS = (IssueError, ReleaseError)


def issues(request: StaffRequest) -> HttpResponse:
    units = units_for(request.user)
    if not units.exists():
        raise PermissionDenied
    form = StartForm(request.POST or None, units=units.order_by("name"), home=request.user.unit_id)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        begun = attempt(
            request,
            lambda: actions.start_issue(
                given["unit"], year=given["year"], month=given["month"], by=request.user
            ),
            REFUSALS,
            form,
        )
        if begun is not None:
            return redirect("monthly_issue", begun.pk)
    return page(
        request,
        "monthly/issues.html",
        title=_("Bản tin nội bộ"),
        icon=ICON,
        form=form,
        issues=issues_for(request.user)[:60],
    )


def issue(request: StaffRequest, pk: UUID) -> HttpResponse:
    """One issue: its masthead and bulletins while it is a draft; after that what became of it."""
    found = get_object_or_404(issues_for(request.user), pk=pk)
    is_draft = found.state == Issue.State.DRAFT
    form = IssueForm(request.POST if "save" in request.POST else None, instance=found)
    ending = ReasonForm(request.POST if "withdraw" in request.POST else None)
    if request.method == "POST" and _changed(request, found, form, ending):
        return redirect("monthly_issue", pk)
    return page(
        request,
        "monthly/issue_page.html",
        title=str(Issue.objects.get(pk=pk)),
        icon=ICON,
        trail=[(_("Bản tin nội bộ"), reverse("monthly_issues"))],
        issue=found,
        is_draft=is_draft,
        form=form if is_draft else None,
        rows=rows_of(found, list(to_choose(found))) if is_draft else [],
        gone=no_longer_true(found),
        may_release=has_role(request.user, Role.APPROVER, found.unit),
        is_own=found.assembled_by_id == str(request.user.pk),
        seen=found.changed_at.isoformat(),
        ending=ending,
    )


def _changed(request: StaffRequest, found: Issue, form: IssueForm, ending: ReasonForm) -> bool:
    """Carry out what was sent; say whether the page is to be shown anew."""
    sent = request.POST
    if form.is_bound and form.is_valid():
        act = lambda: actions.save_issue(found, by=request.user, **form.cleaned_data)  # noqa: E731
        if attempt(request, act, REFUSALS, form) is None:
            return False
        messages.success(request, _("Đã lưu."))
        return True
    if "choose" in sent:
        try:
            chosen = chosen_in(sent)
        except ValueError as error:
            messages.error(request, str(error))
            return True
        carry_out(
            request,
            lambda: actions.choose_items(found, chosen, by=request.user),
            _("Đã lưu các bài của số này."),
            REFUSALS,
        )
        return True
    if "release" in sent:
        seen = parse_datetime(sent.get("seen", "")) or found.released_at
        if seen is not None:
            carry_out(
                request,
                lambda: actions.release_issue(found, by=request.user, seen=seen),
                _("Đã phát hành. Việc phát tới thôn ghi ở trang Bản in."),
                REFUSALS,
            )
        return True
    if ending.is_bound and ending.is_valid():
        carry_out(
            request,
            lambda: actions.withdraw_issue(
                found, by=request.user, reason=ending.cleaned_data["reason"]
            ),
            _("Đã gỡ. Tờ nào đã phát thì thu về và ghi ở trang Bản in."),
            REFUSALS,
        )
        return True
    return False


@require_safe
def pdf(request: StaffRequest, pk: UUID) -> HttpResponse | FileResponse:
    """The pages: of a draft as they would be now, of a released issue as they were fixed."""
    found = get_object_or_404(issues_for(request.user), pk=pk)
    name = f"ban-tin-noi-bo-{found.year}-{found.number:02}.pdf"
    if found.state == Issue.State.WITHDRAWN:
        messages.error(request, _("Số này đã gỡ: không in thêm nữa."))
        return redirect("monthly_issue", pk)
    response: HttpResponse | FileResponse
    if found.sha256:
        response = FileResponse(
            blobs.path(found.sha256, "pdf").open("rb"),
            content_type="application/pdf",
            filename=name,
        )
    else:
        document = attempt(request, lambda: laid_out(found, is_draft=True), REFUSALS)
        if document is None:
            return redirect("monthly_issue", pk)
        response = HttpResponse(document.write_pdf(), content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response

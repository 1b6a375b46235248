"""Standing certificates: written by one, given by another, taken back by anyone who warns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.auth import permission_denied

from tiengmo.alerts.actions import give_standing, propose_standing, revoke_standing
from tiengmo.alerts.models import Feed
from tiengmo.alerts.queries import ISSUING_ROLES, may_issue, standings_for
from tiengmo.alerts.standing import paper as papers
from tiengmo.people.queries import roles_of
from tiengmo.speakers.issuers import certified_key

from .common import attempt, home_trail, page
from .standing_form import StandingForm

if TYPE_CHECKING:
    from django.http import HttpResponse

    from .common import StaffRequest


def standings(request: StaffRequest) -> HttpResponse:
    """Whose warnings count as a second signature here, for what, and until when."""
    return page(
        request,
        "standings",
        title=_("Giấy uỷ quyền thường trực"),
        trail=home_trail(),
        standings=standings_for(request.user),
        may_write=bool(set(ISSUING_ROLES) & roles_of(request.user)) and Feed.objects.exists(),
        has_feeds=Feed.objects.exists(),
    )


@sensitive_post_parameters("passphrase")
def new(request: StaffRequest) -> HttpResponse:
    if not set(ISSUING_ROLES) & roles_of(request.user):
        denied: HttpResponse = permission_denied(request)
        return denied
    form = StandingForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        row = attempt(request, lambda: propose_standing(by=request.user, **form.words()))
        if row is not None:
            messages.success(request, _("Đã ký. Giấy uỷ quyền đang chờ người thứ hai ký."))
            return redirect("alerts_standing", row.pk)
    return page(
        request,
        "standing_new",
        title=_("Lập giấy uỷ quyền"),
        trail=_trail(),
        form=form,
    )


def standing(request: StaffRequest, pk: str) -> HttpResponse:
    """What was signed, word for word, and the acts that are still open."""
    row = get_object_or_404(standings_for(request.user), pk=pk)
    paper = papers.peek(row.paper)
    user = request.user
    may = may_issue(user, row.unit)
    return page(
        request,
        "standing",
        title=str(row),
        trail=_trail(),
        standing=row,
        paper=paper,
        fingerprint=_fingerprint(paper.certificate),
        season=[_day_first(one) for one in (paper.season_first, paper.season_last)],
        may_give=may
        and row.given_at is None
        and row.revoked_at is None
        and row.proposer_id != user.pk
        and certified_key(user, row.unit) is not None,
        needs_key=may and row.given_at is None and certified_key(user, row.unit) is None,
        may_revoke=may and row.revoked_at is None,
    )


@require_POST
@sensitive_post_parameters("passphrase")
def give(request: StaffRequest, pk: str) -> HttpResponse:
    row = get_object_or_404(standings_for(request.user), pk=pk)
    passphrase = request.POST.get("passphrase", "")
    if attempt(request, lambda: give_standing(row, by=request.user, passphrase=passphrase)):
        messages.success(request, _("Đã ký. Giấy uỷ quyền có đủ hai chữ ký."))
    return redirect("alerts_standing", pk)


@require_POST
def revoke(request: StaffRequest, pk: str) -> HttpResponse:
    row = get_object_or_404(standings_for(request.user), pk=pk)
    reason = request.POST.get("reason", "")
    if attempt(request, lambda: revoke_standing(row, by=request.user, reason=reason)):
        messages.success(request, _("Đã thu hồi: từ lúc này giấy uỷ quyền không còn giá trị."))
    return redirect("alerts_standing", pk)


def _trail() -> list[Any]:
    from django.urls import reverse

    return [*home_trail(), (_("Giấy uỷ quyền thường trực"), reverse("alerts_standings"))]


def _fingerprint(certificate: str) -> str:
    digest = x509.load_pem_x509_certificate(certificate.encode()).fingerprint(hashes.SHA256())
    return digest.hex(":").upper()


def _day_first(month_day: str) -> str:
    month, _dash, day = month_day.partition("-")
    return f"{day}/{month}"

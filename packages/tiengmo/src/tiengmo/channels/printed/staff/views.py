"""Staff's pages: what there is to print, and what was done with it in each village."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin import messages

from tiengmo.channels.printed import actions, sheets
from tiengmo.channels.printed.channel import Printed
from tiengmo.channels.printed.errors import PrintedError
from tiengmo.channels.printed.models import HandOut, Sheet
from tiengmo.channels.printed.queries import CHANNEL, deliveries_for, in_villages, releases_for
from tiengmo.channels.printed.staff.forms import HandOutForm
from tiengmo.channels.trail import is_over, newer_versions
from tiengmo.foundation import blobs
from tiengmo.foundation.languages import language_name
from tiengmo.people.models import Role
from tiengmo.people.queries import units_below, units_where
from tiengmo.people.staff import attempt, carry_out, page
from tiengmo.releases.models import Delivery, Release

if TYPE_CHECKING:
    from django.http import HttpResponse

    from tiengmo.people.staff import StaffRequest

A_PAGE = 20
ICON = "copy"


@require_GET
def releases(request: StaffRequest) -> HttpResponse:
    """Bulletins with printed sheets for the villages of this person, newest first."""
    found = Paginator(releases_for(request.user), A_PAGE).get_page(request.GET.get("trang"))
    channel = Printed()
    rows = [(release, channel.summary(release)) for release in found]
    return page(
        request, "printed/releases.html", title=_("Bản in"), icon=ICON, rows=rows, found=found
    )


def release(request: StaffRequest, pk: UUID) -> HttpResponse:
    """One bulletin: its sheets, its villages, and a form for a round in one of them."""
    found = get_object_or_404(releases_for(request.user), pk=pk)
    deliveries = list(deliveries_for(request.user).filter(release=found))
    roles = (Role.EDITOR, Role.PROPAGANDIST)
    held = units_below([unit for role in roles for unit in units_where(request.user, role)])
    ours = [
        one
        for one in deliveries
        if one.village is not None and (request.user.is_superuser or one.village.unit_id in held)
    ]
    languages = [
        (rendition.language, language_name(rendition.language))
        for rendition, _kinds in sheets.sheets_of(found)
    ]
    form = HandOutForm(
        request.POST or None,
        deliveries=ours,
        languages=languages,
        village=request.GET.get("thon", ""),
    )
    if request.method == "POST" and form.is_valid():
        noted = attempt(
            request,
            lambda: actions.note_hand_out(form.delivery, by=request.user, **form.wanted()),
            (PrintedError,),
            form,
        )
        if noted is not None:
            messages.success(request, _("Đã ghi."))
            return redirect("printed_release", pk)
    is_withdrawn = found.status == Release.Status.WITHDRAWN
    newer = newer_versions(found)
    over = is_withdrawn or bool(newer)
    newest = releases_for(request.user).filter(pk__in=[one.pk for one in newer])
    return page(
        request,
        "printed/release.html",
        title=found.title,
        icon=ICON,
        trail=[(_("Bản in"), reverse("printed_releases"))],
        release=found,
        is_withdrawn=is_withdrawn,
        is_over=over,
        newer=newer[-1] if newer else None,
        printed_newer=newest.first(),
        sheets=[] if over else _sheet_rows(found),
        rows=in_villages(deliveries),
        notes=HandOut.objects.filter(delivery__in=deliveries)
        .select_related("delivery__village")
        .order_by("-on", "-noted_at")[:50],
        form=form if ours and languages else None,
    )


@require_POST
def take_down(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Tick off that everything that hung in a village was taken down."""
    delivery = get_object_or_404(
        Delivery.objects.select_related("village__unit"), pk=pk, channel=CHANNEL
    )
    try:
        mark = UUID(request.POST.get("mark", ""))
    except ValueError:
        raise Http404 from None
    carry_out(
        request,
        lambda: actions.take_down_all(delivery, id=mark, by=request.user),
        _("Đã ghi việc gỡ."),
        (PrintedError,),
    )
    return redirect("channels_trail", delivery.release_id)


def _sheet_rows(release: Release) -> list[dict[str, Any]]:
    made = {(one.language, one.kind): one for one in release.printed_sheets.all()}
    return [
        {
            "language": language_name(rendition.language),
            "kind": Sheet.Kind(kind).label,
            "made": made.get((rendition.language, kind)),
            "url": reverse("printed_sheet", args=[release.pk, rendition.language, kind]),
        }
        for rendition, kinds in sheets.sheets_of(release)
        for kind in kinds
    ]


@require_GET
def sheet(request: StaffRequest, pk: UUID, language: str, kind: str) -> HttpResponse | FileResponse:
    """A sheet as a file. Those of a bulletin that was withdrawn or corrected nobody is given."""
    found = get_object_or_404(releases_for(request.user), pk=pk)
    if is_over(found):
        messages.error(request, _("Đã có bản đính chính hoặc tin đã gỡ: không in bản này nữa."))
        return redirect("printed_release", pk)
    if kind not in Sheet.Kind.values:
        raise Http404
    made = attempt(request, lambda: sheets.sheet(found, language, kind), (PrintedError,))
    if made is None:
        return redirect("printed_release", pk)
    response = FileResponse(
        blobs.path(made.sha256, "pdf").open("rb"),
        content_type="application/pdf",
        filename=f"{found.slug[:80]}-{kind}-{language}.pdf",
    )
    response["Cache-Control"] = "private, no-store"
    return response

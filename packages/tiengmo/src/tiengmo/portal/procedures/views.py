"""Public pages of procedures. Each parses the address, reads, renders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.utils import timezone

from tiengmo.one_stop.models import (
    OnlineLevel,
    Paper,
    Procedure,
    ProcedureField,
    ProcedureVersion,
    VersionState,
)
from tiengmo.one_stop.queries import offered_procedures, published_versions
from tiengmo.one_stop.rules import Validity, in_order
from tiengmo.portal import refusals
from tiengmo.portal.caching import public_page
from tiengmo.portal.documents.views import download
from tiengmo.portal.frame import not_found, render

from . import queries

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

A_PAGE = 50
LONGEST_ASKED = 60


@public_page
def procedures(request: HttpRequest) -> HttpResponse:
    """The fields with counts; every procedure of a level when one is chosen."""
    level = request.GET.get("cap", "")[:LONGEST_ASKED]
    levels = queries.levels_with_counts()
    chosen = next((one for one in levels if one.code == level), None)
    rows = queries.of_level(offered_procedures(), chosen.code if chosen else "")
    return render(
        "procedures/home",
        {
            "fields": queries.fields_with_counts(chosen.code if chosen else ""),
            "levels": levels,
            "level": chosen,
            "total": rows.count(),
        },
    )


@public_page
def by_field(request: HttpRequest, field: str) -> HttpResponse:
    """The procedures of one field, by level."""
    found = ProcedureField.objects.filter(code=field).first()
    if found is None:
        return not_found(request)
    level = request.GET.get("cap", "")[:LONGEST_ASKED]
    levels = queries.levels_with_counts(field)
    chosen = next((one for one in levels if one.code == level), None)
    rows = offered_procedures().filter(field=found).select_related("current")
    rows = queries.of_level(rows, chosen.code if chosen else "")
    rows = rows.order_by("level__position", "name")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("trang"))
    return render(
        "procedures/field",
        {
            "field": found,
            "levels": levels,
            "level": chosen,
            "page": page,
            "query": f"cap={chosen.code}&" if chosen else "",
        },
    )


@public_page
def procedure(request: HttpRequest, code: str) -> HttpResponse:
    """How it is done today. 410 with the reason when it was withdrawn."""
    row = _row(code)
    if row is None:
        return not_found(request)
    if row.code != code:
        return HttpResponsePermanentRedirect(row.address)
    if row.withdrawn_at is not None:
        return render("procedures/withdrawn", {"procedure": row}, status=410)
    validities = in_order(published_versions(row))
    today = timezone.localdate()
    holding = next((one for one in validities if one.version.valid_from <= today), None)
    if holding is None:
        # Nothing holds yet, but people may prepare: the version that comes first.
        holding = validities[-1]
    return page_of(row, holding, validities)


@public_page
def version(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """How it was done between two days, or how it will be done."""
    row = _row(code)
    if row is None or row.withdrawn_at is not None:
        return not_found(request) if row is None else procedure(request, code)
    validities = in_order(published_versions(row))
    shown = next((one for one in validities if one.version.number == number), None)
    if shown is None:
        return not_found(request)
    return page_of(row, shown, validities)


def page_of(
    row: Procedure, shown: Validity, validities: list[Validity], *, is_preview: bool = False
) -> HttpResponse:
    """A version's page; for the preview also one that is not published."""
    version = shown.version
    today = timezone.localdate()
    prefetch_related_objects([version], "papers__version__procedure", "fees")
    is_over = shown.last_on is not None and shown.last_on < today
    context = {
        "procedure": row,
        "version": version,
        "last_on": shown.last_on,
        "is_over": is_over,
        "is_to_come": version.valid_from > today,
        "others": [one for one in validities if one.version.pk != version.pk],
        "papers": version.papers.all(),
        "fees": version.fees.all(),
        "is_online": version.online_level != OnlineLevel.NONE,
        "is_preview": is_preview,
    }
    return render("procedures/procedure", context)


def preview(version: ProcedureVersion) -> HttpResponse:
    shown = Validity(version, None)
    return page_of(version.procedure, shown, [shown], is_preview=True)


def _row(code: str) -> Procedure | None:
    """A procedure of which a version was published, also one that is not offered any more."""
    rows = Procedure.objects.select_related("field", "level", "unit")
    rows = rows.filter(versions__state=VersionState.PUBLISHED).distinct()
    return rows.filter(code__iexact=code).first()


def form_file(request: HttpRequest, code: str, pk: int) -> HttpResponseBase:
    """An empty form as a download; 410 when its procedure was withdrawn."""
    if request.method not in ("GET", "HEAD"):
        return refusals.wrong_method("GET, HEAD")
    papers = Paper.objects.select_related("version__procedure").exclude(sha256="")
    paper = papers.filter(
        pk=pk, version__procedure__code=code, version__state=VersionState.PUBLISHED
    ).first()
    if paper is None:
        return not_found(request)
    row = paper.version.procedure
    if row.withdrawn_at is not None:
        return refusals.page("Mẫu này đã được gỡ", row.withdrawal_reason, status=410)
    return download(request, paper.file_name, paper)

"""Pages of what a place can be reached over: the overview, each table with its history, entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin import messages
from wagtail.admin.auth import permission_denied

from tiengmo.connectivity.actions import load_table, retract, state_one
from tiengmo.connectivity.errors import BadEntry, BadTable, ConnectivityError
from tiengmo.connectivity.models.mast import TECHNOLOGIES
from tiengmo.connectivity.queries import standing
from tiengmo.connectivity.rights import kept_by
from tiengmo.connectivity.tables import KINDS, kind_of
from tiengmo.people.errors import NotAllowed
from tiengmo.people.staff import carry_out, number_in
from tiengmo.people.staff import page as staff_page

from .asked import asked_of
from .forms import RowForm, TableForm
from .overview import overview_of
from .table import csv_of

if TYPE_CHECKING:
    from django.http import HttpResponse

    from tiengmo.connectivity.actions import Report
    from tiengmo.connectivity.tables import Kind
    from tiengmo.people.staff import StaffRequest

    from .asked import Asked

ICON = "site"
A_PAGE = 50


def _home() -> tuple[str, str]:
    return _("Hạ tầng kết nối"), reverse("connectivity_home")


def _denied(request: StaffRequest) -> HttpResponse:
    denied: HttpResponse = permission_denied(request)
    return denied


@require_safe
def home(request: StaffRequest) -> HttpResponse:
    """A unit on a day: figures, map, masts by operator, villages."""
    asked = asked_of(request)
    if asked is None:
        return _denied(request)
    return staff_page(
        request,
        "connectivity/home.html",
        title=_("Hạ tầng kết nối"),
        icon=ICON,
        asked=asked,
        overview=overview_of(asked),
        technologies=TECHNOLOGIES,
        kinds=KINDS,
    )


def _kind(code: str) -> Kind:
    found = kind_of(code)
    if found is None:
        raise Http404
    return found


def _of(kind: Kind, asked: Asked) -> Any:
    rows = kind.model.objects.filter(**{f"{kind.unit_path}__in": asked.ids})
    return rows.select_related(*kind.related)


@require_safe
def table(request: StaffRequest, code: str) -> HttpResponse:
    """What stands on the day, or all that was ever stated; as a page or as CSV."""
    asked, kind = asked_of(request), _kind(code)
    if asked is None:
        return _denied(request)
    rows = _of(kind, asked)
    with_history = request.GET.get("lich-su") == "1"
    is_csv = request.GET.get("dinh-dang") == "csv"
    statements: Any
    if with_history:
        statements = rows.order_by("-stated_at", "-pk")
        if is_csv:
            # What was replaced is shown on the page and not given out: it could be loaded again.
            statements = statements.filter(replaced_at=None)
    else:
        statements = sorted(standing(rows, asked.day), key=lambda one: (str(one), one.since))
    if is_csv:
        name = f"{kind.code}-{asked.unit.code}-{asked.day:%Y%m%d}.csv"
        with override(settings.LANGUAGE_CODE):
            given = kind.rows(sorted(statements, key=lambda one: (str(one), one.since)))
            return csv_of(kind, given, name)
    found = Paginator(statements, A_PAGE).get_page(request.GET.get("trang"))
    columns = [column for column in kind.columns if column.name != "source"]
    return staff_page(
        request,
        "connectivity/table.html",
        title=str(kind.label),
        icon=ICON,
        trail=[_home()],
        asked=asked,
        kind=kind,
        columns=columns,
        with_history=with_history,
        rows=[(one, _cells(kind, one, columns)) for one in found],
        found=found,
    )


def _cells(kind: Kind, one: Any, columns: list[Any]) -> list[str]:
    row = kind.rows([one])[0]
    if "village_code" in row and one.village is not None:
        row["village_code"] = f"{one.village.name} ({one.village.unit.name})"
    if "unit_code" in row:
        row["unit_code"] = kind.unit_of(one).name
    return [row.get(column.name, "") for column in columns]


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: StaffRequest, code: str) -> HttpResponse:
    """Write one row down; `muc` takes another row's words along."""
    kind = _kind(code)
    if not kept_by(request.user):
        return _denied(request)
    form = RowForm(kind, request.user, request.POST or None, initial=_initial(request, kind))
    if request.method == "POST" and form.is_valid():
        try:
            kept = state_one(kind, form.row(), by=request.user)
        except BadEntry as error:
            for column, why in error.fields.items():
                form.add_error(column if column in form.fields else None, why)
        except (ConnectivityError, NotAllowed) as error:
            form.add_error(None, str(error))
        else:
            is_changed = kept.new or kept.corrected
            messages.success(
                request, _("Đã ghi.") if is_changed else _("Số liệu này đã có, không đổi gì.")
            )
            return redirect("connectivity_table", code=kind.code)
    return staff_page(
        request,
        "connectivity/enter.html",
        title=_("Ghi số liệu"),
        icon=ICON,
        trail=[_home(), (str(kind.label), reverse("connectivity_table", args=[kind.code]))],
        form=form,
        kind=kind,
    )


def _initial(request: StaffRequest, kind: Kind) -> dict[str, Any]:
    rows = kind.model.objects.filter(**{f"{kind.unit_path}__in": kept_by(request.user)})
    pk = number_in(request.GET.get("muc", ""))
    one = rows.select_related(*kind.related).filter(pk=pk).first()
    if one is None:
        return {}
    row: dict[str, Any] = dict(kind.rows([one])[0])
    for name in ("operator", "kind", "level"):
        if name in row:
            row[name] = getattr(one, name)
    for name in ("since", "until", "licensed_until"):
        if getattr(one, name, None):
            row[name] = getattr(one, name).isoformat()
    if "technologies" in row:
        row["technologies"] = one.technologies
    return row


@require_http_methods(["GET", "HEAD", "POST"])
def load(request: StaffRequest) -> HttpResponse:
    """Take in a CSV file, after a trial that changes nothing."""
    if not kept_by(request.user):
        return _denied(request)
    form = TableForm(
        request.POST or None, request.FILES or None, initial={"kind": request.GET.get("loai", "")}
    )
    problems: list[str] = []
    tried: Report | None = None
    if request.method == "POST" and form.is_valid():
        kind, file = _kind(form.cleaned_data["kind"]), form.cleaned_data["file"]
        is_trial = "thu" in request.POST
        try:
            tried = load_table(kind, file.read(), file.name, by=request.user, is_dry_run=is_trial)
        except BadTable as error:
            problems = error.problems
        except (ConnectivityError, NotAllowed) as error:
            problems = [str(error)]
        else:
            if not is_trial:
                messages.success(request, _told(tried))
                return redirect("connectivity_table", code=kind.code)
    return staff_page(
        request,
        "connectivity/load.html",
        title=_("Nạp bảng CSV"),
        icon=ICON,
        trail=[_home()],
        form=form,
        problems=problems,
        tried=_told(tried) if tried else "",
        notes=tried.notes if tried else [],
        kinds=KINDS,
    )


def _told(report: Report) -> str:
    text = ngettext(
        "%(rows)d dòng: %(new)d số liệu mới, %(corrected)d sửa, %(same)d giữ nguyên.",
        "%(rows)d dòng: %(new)d số liệu mới, %(corrected)d sửa, %(same)d giữ nguyên.",
        report.rows,
    )
    kept = report.kept
    return text % {
        "rows": report.rows, "new": kept.new, "corrected": kept.corrected, "same": kept.same,
    }  # fmt: skip


@require_POST
def take_back(request: StaffRequest, code: str, pk: int) -> HttpResponse:
    """Take one statement back; it stays in the history."""
    kind = _kind(code)
    carry_out(
        request,
        lambda: retract(kind, pk, by=request.user),
        _("Đã bỏ số liệu này; lịch sử vẫn còn."),
        (ConnectivityError,),
    )
    return redirect("connectivity_table", code=kind.code)

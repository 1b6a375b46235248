"""What was printed: the log with its filters, by hand and by table, counted by outlet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from tiengmo.channels.press.actions import save_outlet
from tiengmo.channels.press.errors import PressError
from tiengmo.channels.press.models import Outlet
from tiengmo.channels.press.staff.common import ICON, csv_file, for_the_press_office
from tiengmo.outreach.press import actions
from tiengmo.outreach.press.errors import PressRelationsError
from tiengmo.outreach.press.models import Mention
from tiengmo.outreach.press.queries import by_half_year
from tiengmo.outreach.press.rules import days_of
from tiengmo.outreach.press.staff.forms import FilterForm, ImportForm, MentionForm, OutletForm
from tiengmo.people.staff import attempt, carry_out, page

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponse

    from tiengmo.people.staff import StaffRequest

A_PAGE = 50
REFUSALS = (PressRelationsError, PressError)


def trail() -> list[tuple[str, str]]:
    return [(_("Báo chí"), reverse("press_home"))]


@for_the_press_office
def mentions(request: StaffRequest) -> HttpResponse:
    form = MentionForm(request.POST if "note" in request.POST else None)
    outlet_form = OutletForm(request.POST if "outlet_new" in request.POST else None)
    table = ImportForm(
        request.POST if "import" in request.POST else None,
        request.FILES if "import" in request.POST else None,
    )
    if request.method == "POST" and _done(request, form, outlet_form, table):
        return redirect("press_mentions")
    halves, counts = by_half_year(Mention.objects.all())
    filters = FilterForm(request.GET or None, halves=halves)
    rows = _filtered(filters)
    if request.GET.get("dinh-dang") == "csv":
        return _csv(rows)
    asked = request.GET.copy()
    asked.pop("trang", None)
    return page(
        request,
        "press_relations/mentions.html",
        title=_("Tin bài đã đăng"),
        icon=ICON,
        trail=trail(),
        form=form,
        outlet_form=outlet_form,
        table=table,
        filters=filters,
        halves=halves,
        counts=counts,
        found=Paginator(rows, A_PAGE).get_page(request.GET.get("trang")),
        query=asked.urlencode(),
        has_outlets=Outlet.objects.exists(),
    )


def _done(
    request: StaffRequest, form: MentionForm, outlet_form: OutletForm, table: ImportForm
) -> bool:
    """Carry out which of the three forms was sent; say whether the page is to be shown anew."""
    if form.is_bound and form.is_valid():
        mention = Mention(**form.cleaned_data)
        act = lambda: actions.note_mention(mention, by=request.user)  # noqa: E731
        if attempt(request, act, REFUSALS, form) is not None:
            messages.success(request, _("Đã ghi."))
            return True
    if outlet_form.is_bound and outlet_form.is_valid():
        given = outlet_form.cleaned_data
        add = lambda: save_outlet(name=given["name"], kind=given["kind"], by=request.user)  # noqa: E731
        if attempt(request, add, REFUSALS, outlet_form) is not None:
            messages.success(request, _("Đã thêm cơ quan báo chí."))
            return True
    if table.is_bound and table.is_valid():
        raw = table.cleaned_data["table"].read()
        taken = attempt(
            request, lambda: actions.import_mentions(raw, by=request.user), REFUSALS, table
        )
        if taken is not None:
            said = _("Đã nhận %(new)d tin bài mới; %(known)d đã có từ trước.")
            messages.success(request, said % {"new": taken[0], "known": taken[1]})
            return True
    return False


def _filtered(filters: FilterForm) -> QuerySet[Mention]:
    rows = Mention.objects.select_related("outlet", "agreement")
    if not filters.is_bound or not filters.is_valid():
        return rows
    given = filters.cleaned_data
    if given["outlet"]:
        rows = rows.filter(outlet=given["outlet"])
    if given["half"]:
        year, half = given["half"].split("-")
        rows = rows.filter(on__range=days_of(int(year), int(half)))
    if given["words"]:
        rows = rows.filter(title__icontains=given["words"])
    return rows


def _csv(rows: QuerySet[Mention]) -> HttpResponse:
    heads = [_("Tên tin bài"), _("Cơ quan báo chí"), _("Ngày đăng"), _("Liên kết")]
    return csv_file(
        "tin-bai-da-dang.csv",
        heads,
        ((one.title, one.outlet.name, f"{one.on:%d/%m/%Y}", one.link) for one in rows),
    )


@require_POST
@for_the_press_office
def remove(request: StaffRequest, pk: int) -> HttpResponse:
    mention = get_object_or_404(Mention, pk=pk)
    carry_out(
        request, lambda: actions.remove_mention(mention, by=request.user), _("Đã bỏ khỏi sổ.")
    )
    return redirect("press_mentions")

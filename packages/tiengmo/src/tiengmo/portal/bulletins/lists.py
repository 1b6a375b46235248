"""Lists of bulletins: all, of one category, narrowed by place and time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import Case, DateField, F, IntegerField, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.portal import queries
from tiengmo.portal.caching import public_page
from tiengmo.portal.frame import not_found, render

from . import filters
from .closing import marked

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from tiengmo.portal.models import Page
    from tiengmo.portal.queries import Topic

A_PAGE = 20
MONTHS = range(1, 13)


@public_page
def bulletins(request: HttpRequest) -> HttpResponse:
    """All bulletins, newest first, twenty a page; narrowed as the reader asked."""
    return _list(request, None)


@public_page
def category(request: HttpRequest, code: str) -> HttpResponse:
    """One category; where there are closing dates, what is still open stands first."""
    topic = queries.facts().topics.get(code)
    return _list(request, topic) if topic is not None else not_found(request)


def _list(request: HttpRequest, topic: Topic | None) -> HttpResponse:
    today = timezone.localdate()
    chosen = filters.read(request.GET.dict(), today.year)
    found = narrowed(topic.code if topic else chosen.category, chosen)
    has_dates = topic is not None and topic.has_closing_date
    if has_dates:
        found = open_first(found, today)
    page = Paginator(found.values_list("teaser", "closes_on"), A_PAGE).get_page(
        request.GET.get("trang")
    )
    rows = list(page.object_list)
    facts = queries.facts()
    path = f"/chuyen-muc/{topic.code}/" if topic else "/tin/"
    context: dict[str, Any] = {
        "title": topic.name if topic else _("Bản tin"),
        "path": path,
        "category": topic,
        "categories": facts.used_topics,
        "categories_html": facts.categories_html,
        "communes": facts.communes,
        "years": range(today.year, facts.first_year - 1, -1),
        "months": MONTHS,
        "chosen": chosen,
        "query": chosen.query,
        "is_narrowed": bool(chosen.query),
        "page": page,
    }
    if has_dates:
        context["open_ones"] = _joined(rows, today, is_open=True)
        context["closed_ones"] = _joined(rows, today, is_open=False)
    else:
        context["teasers"] = "".join(marked(teaser, closes_on, today) for teaser, closes_on in rows)
    return render("bulletins", context)


def narrowed(category_code: str, chosen: filters.Narrowed) -> QuerySet[Page]:
    """Pages in force that fit, newest first."""
    found = queries.published()
    if category_code:
        found = found.filter(category=category_code)
    if chosen.unit:
        found = found.filter(areas__code=chosen.unit)
    between = chosen.between()
    if between is not None:
        found = found.filter(released_at__gte=between[0], released_at__lt=between[1])
    return found


def open_first(pages: QuerySet[Page], today: date) -> QuerySet[Page]:
    """What closes soonest first; then what has closed, newest first."""
    is_closed = When(closes_on__lt=today, then=Value(1))
    return pages.order_by(
        Case(is_closed, default=Value(0), output_field=IntegerField()),
        Case(
            When(closes_on__gte=today, then=F("closes_on")),
            default=Value(None),
            output_field=DateField(),
        ).asc(nulls_last=True),
        "-released_at",
    )


def _joined(rows: list[tuple[str, date | None]], today: date, *, is_open: bool) -> str:
    return "".join(
        marked(teaser, closes_on, today)
        for teaser, closes_on in rows
        if (closes_on is None or closes_on >= today) == is_open
    )

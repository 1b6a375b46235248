"""What editors see of readers: how many, never who."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.utils.translation import gettext as _

from tiengmo.people.queries import roles_of
from tiengmo.portal.visitors import queries

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def readers(request: HttpRequest) -> HttpResponse:
    """Readers of each article on each of the last seven days."""
    if not request.user.is_authenticated or not roles_of(request.user):
        raise PermissionDenied
    days, rows = queries.most_read()
    context = {
        "page_title": _("Lượt đọc"),
        "days": days,
        "rows": rows,
        "figures": queries.figures(),
        "fewest": queries.FEWEST_SHOWN,
    }
    return render(request, "visitors/staff/readers.html", context)

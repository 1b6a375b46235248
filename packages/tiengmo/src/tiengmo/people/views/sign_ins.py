"""Where somebody is signed in, and signing out from afar."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tiengmo.people.actions import end_other_sign_ins, end_sign_ins
from tiengmo.people.browsers import name_of
from tiengmo.people.sign_ins import current, sign_ins_of
from tiengmo.people.staff import page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from tiengmo.people.models import User
    from tiengmo.people.staff import StaffRequest


@never_cache
@require_http_methods(["GET", "POST"])
def places(request: HttpRequest) -> HttpResponse:
    """Every browser with browser, address, since when and last seen; one or all others end here."""
    user = cast("User", request.user)
    here = current(request)
    if request.method == "POST":
        chosen = request.POST.get("noi", "")
        if chosen == "khac":
            count = end_other_sign_ins(by=user, here=here)
        else:
            rows = [row for row in sign_ins_of(user) if str(row.pk) == chosen and row != here]
            count = end_sign_ins(rows, by=user)
        text = ngettext("Đã đăng xuất %(n)d nơi.", "Đã đăng xuất %(n)d nơi.", count)
        messages.success(request, text % {"n": count})
        return redirect("people_sign_ins")
    rows = [(row, name_of(row.agent), row == here) for row in sign_ins_of(user)]
    return page(
        cast("StaffRequest", request),
        "people/sign_ins.html",
        title=_("Nơi đang đăng nhập"),
        icon="desktop",
        rows=sorted(rows, key=lambda row: not row[2]),
    )

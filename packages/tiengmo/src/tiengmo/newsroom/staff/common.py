"""What the staff's own pages share: the frame, and how a refusal is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.auth import permission_denied

from tiengmo.newsroom.errors import NewsroomError, NotReady
from tiengmo.newsroom.models import Bulletin
from tiengmo.newsroom.permissions import may_read
from tiengmo.people.errors import NotAllowed
from tiengmo.releases.errors import ReleaseError

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from tiengmo.newsroom.staff.request import StaffRequest

REFUSALS = (NewsroomError, NotAllowed, ReleaseError)


def page(
    request: StaffRequest, template: str, *, title: str, icon: str, trail: Any = (), **context: Any
) -> HttpResponse:
    """Render one of our pages inside Wagtail's frame. trail: (label, url) pairs above this page."""
    crumbs = [
        {"url": reverse("wagtailadmin_home"), "label": _("Trang đầu")},
        *({"url": url, "label": label} for label, url in trail),
        {"url": "", "label": title},
    ]
    return render(
        request,
        template,
        {"header_title": title, "header_icon": icon, "breadcrumbs_items": crumbs, **context},
    )


def readable_bulletin(request: StaffRequest, pk: int) -> Bulletin | None:
    """The bulletin, or None when this person may not read it."""
    bulletin = get_object_or_404(
        Bulletin.objects.select_related("unit", "author", "latest_revision"), pk=pk
    )
    return bulletin if may_read(request.user, bulletin) else None


def number_in(text: str) -> int | None:
    """Return the row number that a form sent, or None when no row could have it."""
    # isdigit alone says yes to "²", and Python refuses to read numbers of thousands of digits.
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None  # noqa: PLR2004


def denied(request: StaffRequest) -> HttpResponse:
    response: HttpResponse = permission_denied(request)
    return response


def attempt(request: StaffRequest, act: Callable[[], Any]) -> Any:
    """Run an action; tell a refusal as a message on the next page and return None."""
    try:
        return act()
    except NotReady as error:
        for problem in error.problems:
            messages.error(request, problem)
    except REFUSALS as error:
        messages.error(request, str(error))
    return None

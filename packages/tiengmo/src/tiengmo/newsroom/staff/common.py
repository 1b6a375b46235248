"""What the staff's own pages share: the frame, and how a refusal is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.auth import permission_denied

from tiengmo.people.errors import NotAllowed
from tiengmo.releases.errors import ReleaseError

from ..errors import NewsroomError, NotReady
from ..models import Bulletin
from ..permissions import may_read

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

REFUSALS = (NewsroomError, NotAllowed, ReleaseError)


def page(
    request: HttpRequest, template: str, *, title: str, icon: str, trail: Any = (), **context: Any
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


def readable_bulletin(request: HttpRequest, pk: int) -> Bulletin | None:
    """The bulletin, or None when this person may not read it."""
    bulletin = get_object_or_404(
        Bulletin.objects.select_related("unit", "author", "latest_revision"), pk=pk
    )
    return bulletin if may_read(request.user, bulletin) else None


def denied(request: HttpRequest) -> HttpResponse:
    response: HttpResponse = permission_denied(request)
    return response


def attempt(request: HttpRequest, act: Callable[[], Any]) -> Any:
    """Run an action; tell a refusal as a message on the next page and return None."""
    try:
        return act()
    except NotReady as error:
        for problem in error.problems:
            messages.error(request, problem)
    except REFUSALS as error:
        messages.error(request, str(error))
    return None

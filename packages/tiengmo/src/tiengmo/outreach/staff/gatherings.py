"""Events and dialogues as staff keep them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin.auth import permission_denied

from tiengmo.outreach.actions import gatherings as acts
from tiengmo.outreach.models import Event
from tiengmo.outreach.queries import events_for
from tiengmo.outreach.rights import edited_by, handled_by, published_by
from tiengmo.outreach.workflow import EventState

from .common import A_PAGE, attempt, page
from .forms import EventForm

if TYPE_CHECKING:
    from django.http import HttpResponse

    from tiengmo.people.models import User
    from tiengmo.people.staff import StaffRequest

ICON = "date"


def events(request: StaffRequest) -> HttpResponse:
    """Those to come, the nearest first; or those that are over, the latest first."""
    is_past = request.GET.get("xem") == "da-qua"
    now = timezone.now()
    rows = events_for(request.user)
    rows = (
        rows.filter(end_at__lt=now).order_by("-start_at", "-pk")
        if is_past
        else rows.filter(end_at__gte=now).order_by("start_at", "pk")
    )
    return page(
        request,
        "events",
        title=_("Sự kiện, đối thoại"),
        icon=ICON,
        is_past=is_past,
        events=Paginator(rows, A_PAGE).get_page(request.GET.get("trang")),
        may_add=bool(edited_by(request.user)),
    )


def event(request: StaffRequest, pk: int) -> HttpResponse:
    """One event: what citizens see or will see, and what can be done with it now."""
    row = get_object_or_404(events_for(request.user), pk=pk)
    user = request.user
    publishes = row.unit_id in published_by(user)
    is_published = row.state == EventState.PUBLISHED
    return page(
        request,
        "event",
        title=row.title,
        icon=ICON,
        trail=_trail(),
        event=row,
        is_own=row.editor_id == str(user.pk),
        may_edit=_may_edit(user, row),
        may_publish=publishes and row.state == EventState.DRAFT and row.editor_id != str(user.pk),
        may_cancel=row.unit_id in handled_by(user) and row.state != EventState.CANCELLED,
        may_minute=publishes and is_published and row.start_at <= timezone.now(),
    )


def _may_edit(user: User, row: Event) -> bool:
    if row.state == EventState.DRAFT:
        return row.unit_id in edited_by(user)
    return row.state == EventState.PUBLISHED and row.unit_id in published_by(user)


def _trail() -> list[tuple[str, str]]:
    return [(_("Sự kiện, đối thoại"), reverse("outreach_events"))]


def write(request: StaffRequest, pk: int | None = None) -> HttpResponse:
    """Add an event, or change one."""
    edited = edited_by(request.user)
    row = get_object_or_404(events_for(request.user), pk=pk) if pk else Event()
    if not (_may_edit(request.user, row) if pk else edited):
        denied: HttpResponse = permission_denied(request)
        return denied
    form = EventForm(request.POST or None, instance=row, units=edited)
    if request.method == "POST" and form.is_valid():
        words = form.save(commit=False)
        saved: list[Event] = []
        if attempt(
            request,
            lambda: saved.append(acts.save_event(words, by=request.user)),
            _("Đã lưu."),
        ):
            return redirect("outreach_event", saved[0].pk)
    title = _("Sửa sự kiện") if pk else _("Thêm sự kiện")
    return page(request, "write_event", title=title, icon=ICON, trail=_trail(), form=form)


@require_POST
def act(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """Publish an event, call it off, or say what came of it."""
    row = get_object_or_404(events_for(request.user), pk=pk)
    user, text = request.user, request.POST.get("text", "")
    doings = {
        "cong-bo": (lambda: acts.publish_event(row, by=user), _("Đã công bố.")),
        "huy": (lambda: acts.cancel_event(row, by=user, reason=text), _("Đã huỷ sự kiện.")),
        "ket-qua": (
            lambda: acts.publish_minutes(row, by=user, text=text),
            _("Đã công bố kết quả."),
        ),
    }
    if verb not in doings:
        raise Http404
    attempt(request, *doings[verb])
    return redirect("outreach_event", pk)

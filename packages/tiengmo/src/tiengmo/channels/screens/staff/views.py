"""Staff's pages: the screens and how they are, a new one's code, pages of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import segno
from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tiengmo.channels.screens import actions, playlists, showing
from tiengmo.channels.screens.errors import ScreenError
from tiengmo.channels.screens.models import Slide
from tiengmo.channels.screens.queries import screens_for
from tiengmo.channels.screens.staff import board as boards
from tiengmo.channels.screens.staff.forms import (
    WEEKDAYS,
    PreviewForm,
    ScreenForm,
    SlideForm,
    units_of,
)
from tiengmo.people.errors import NotAllowed
from tiengmo.people.models import Role
from tiengmo.people.queries import has_role, units_below
from tiengmo.places.queries import areas_label

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from tiengmo.channels.screens.models import Screen

ADDRESS = "/man-hinh/"


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Every screen the person may see: alive or not, since when, and what it shows."""
    user: Any = request.user
    rows = boards.rows_of(screens_for(user))
    is_everything = request.GET.get("tat-ca") == "1"
    context = {
        "rows": [row for row in rows if is_everything or row.state != "revoked"],
        "revoked": sum(row.state == "revoked" for row in rows),
        "is_everything": is_everything,
        "may_add": units_of(user, Role.TECHNICIAN).exists(),
        "address": settings.PUBLIC_URL + ADDRESS,
    }
    if request.headers.get("hx-request") == "true":
        return render(request, "screens/rows.html", context)
    return render(request, "screens/board.html", context)


def add(request: HttpRequest) -> HttpResponse:
    """Put a screen on the list and show the code to type on it."""
    user: Any = request.user
    form = ScreenForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            screen = actions.add_screen(by=user, **form.wanted())
            return _with_code(request, screen)
        except (NotAllowed, ScreenError) as error:
            messages.error(request, str(error))
    return render(request, "screens/add.html", {"form": form})


def _with_code(request: HttpRequest, screen: Screen) -> HttpResponse:
    user: Any = request.user
    code = actions.make_code(screen, by=user)
    address = settings.PUBLIC_URL + ADDRESS
    # omitsize: a viewBox, so that the style sheet scales it whole.
    drawing = segno.make(address, micro=False).svg_inline(border=2, omitsize=True)
    response = render(
        request,
        "screens/code.html",
        {
            "screen": screen,
            "code": f"{code[:4]} {code[4:]}",
            "address": address,
            "qr": mark_safe(drawing),  # noqa: S308 - drawn here, from our own address
        },
    )
    # The page holds a secret: it stays out of caches and out of the back button.
    response["Cache-Control"] = "no-store"
    return response


@require_GET
def screen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One screen: how it is, what it shows now, what it has shown."""
    found = _screen(request, pk)
    user: Any = request.user
    playlist = playlists.playlist_of(found)
    return render(
        request,
        "screens/screen.html",
        {
            "row": boards.rows_of([found])[0],
            "screen": found,
            "items": playlist["items"],
            "ticker": playlist["ticker"],
            "shown": boards.shown_on(found),
            "may_change": has_role(user, Role.TECHNICIAN, found.unit),
        },
    )


def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Rename a screen, move it, state its hours and footfall anew."""
    user: Any = request.user
    found = _screen(request, pk)
    form = ScreenForm(request.POST or None, user=user, screen=found)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_screen(found, by=user, **form.wanted())
        except (NotAllowed, ScreenError) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Đã lưu. Màn hình đang có mạng đổi trong vài giây."))
            return redirect("screens_screen", pk)
    return render(request, "screens/change.html", {"form": form, "screen": found})


@require_GET
def preview(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What one screen shows at an instant: now, or at an hour to come."""
    found = _screen(request, pk)
    form = PreviewForm(request.GET if "at" in request.GET else None)
    now = timezone.now()
    is_asked = form.is_bound and form.is_valid()
    at = form.cleaned_data["at"] if is_asked else now
    if not form.is_bound:
        form.initial = {"at": timezone.localtime(now), "shape": "ngang"}
    playlist = playlists.playlist_of(found, at)
    is_open = showing.is_open(playlist, at)
    return render(
        request,
        "screens/preview.html",
        {
            "screen": found,
            "form": form,
            "at": timezone.localtime(at),
            "is_open": is_open,
            "place": playlist["screen"]["place"],
            "is_upright": is_asked and form.cleaned_data["shape"] == "dung",
            "faces": boards.faces_of(showing.showing(playlist, "items", at)) if is_open else [],
            "lines": showing.showing(playlist, "ticker", at) if is_open else [],
        },
    )


@require_POST
def new_code(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _screen(request, pk)
    try:
        return _with_code(request, found)
    except (NotAllowed, ScreenError) as error:
        messages.error(request, str(error))
    return redirect("screens_screen", pk)


@require_POST
def revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    user: Any = request.user
    try:
        actions.revoke_screen(_screen(request, pk), by=user, reason=request.POST.get("reason", ""))
    except (NotAllowed, ScreenError) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Đã thu hồi. Máy tự xoá tin ngay lần đầu có mạng."))
    return redirect("screens_screen", pk)


@require_GET
def slides(request: HttpRequest) -> HttpResponse:
    """Pages and ticker lines that stand or will stand, and where."""
    user: Any = request.user
    rows = Slide.objects.select_related("unit").filter(until_on__gte=timezone.localdate())
    if not user.is_superuser:
        rows = rows.filter(unit__in=units_below([one.unit for one in user.assignments.all()]))
    return render(
        request,
        "screens/slides.html",
        {
            "slides": [
                {
                    "slide": slide,
                    "areas": areas_label(slide.areas),
                    "days": [str(dict(WEEKDAYS)[day]) for day in slide.weekdays],
                    "may_end": slide.ended_at is None and has_role(user, Role.APPROVER, slide.unit),
                }
                for slide in rows[:200]
            ],
            "may_put_up": units_of(user, Role.APPROVER).exists(),
        },
    )


def put_up(request: HttpRequest) -> HttpResponse:
    """Put up a page or a ticker line."""
    user: Any = request.user
    today = timezone.localdate()
    form = SlideForm(
        request.POST or None,
        request.FILES or None,
        user=user,
        initial={"kind": Slide.Kind.CARD, "from_on": today, "until_on": today},
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.put_up_slide(by=user, **form.wanted())
        except (NotAllowed, ScreenError) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Đã đưa lên. Màn hình đang có mạng đổi trong vài giây."))
            return redirect("screens_slides")
    return render(request, "screens/put_up.html", {"form": form})


@require_POST
def end_slide(request: HttpRequest, pk: UUID) -> HttpResponse:
    user: Any = request.user
    slide = get_object_or_404(Slide, pk=pk)
    try:
        actions.end_slide(slide, by=user)
    except NotAllowed as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Đã gỡ khỏi các màn hình."))
    return redirect("screens_slides")


def _screen(request: HttpRequest, pk: UUID) -> Screen:
    user: Any = request.user
    return get_object_or_404(screens_for(user), pk=pk)

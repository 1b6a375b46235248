"""Whom the press asks, and what it may use: both stand on the public press page."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages

from tiengmo.channels.press import actions
from tiengmo.channels.press.errors import PressError
from tiengmo.channels.press.models import KitFile, Spokesperson
from tiengmo.channels.press.staff.common import ICON, for_the_press_office
from tiengmo.channels.press.staff.forms import KitForm, SpokespersonForm
from tiengmo.people.staff import attempt, carry_out, number_in, page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from tiengmo.people.staff import StaffRequest


@for_the_press_office
def spokespeople(request: StaffRequest) -> HttpResponse:
    if request.method == "POST" and "remove" in request.POST:
        gone = get_object_or_404(Spokesperson, pk=number_in(request.POST["remove"]))
        carry_out(
            request,
            lambda: actions.remove_spokesperson(gone, by=request.user),
            _("Đã bỏ khỏi trang báo chí."),
        )
        return redirect("press_spokespeople")
    form = SpokespersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = form.save(commit=False)
        saved = attempt(
            request,
            lambda: actions.save_spokesperson(person, by=request.user),
            (PressError,),
            form,
        )
        if saved is not None:
            messages.success(request, _("Đã đưa lên trang báo chí."))
            return redirect("press_spokespeople")
    return page(
        request,
        "press/spokespeople.html",
        title=_("Người phát ngôn"),
        icon=ICON,
        trail=[(_("Báo chí"), reverse("press_home"))],
        form=form,
        people=Spokesperson.objects.all(),
    )


@for_the_press_office
def kit(request: StaffRequest) -> HttpResponse:
    if request.method == "POST" and "remove" in request.POST:
        gone = get_object_or_404(KitFile, pk=_uuid(request.POST["remove"]))
        carry_out(
            request,
            lambda: actions.remove_kit_file(gone, by=request.user),
            _("Đã gỡ khỏi trang báo chí."),
        )
        return redirect("press_kit")
    form = KitForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        added = attempt(
            request,
            lambda: actions.add_kit_file(
                upload.read(), upload.name, by=request.user, **form.wanted()
            ),
            (PressError,),
            form,
        )
        if added is not None:
            messages.success(request, _("Đã đưa lên trang báo chí."))
            return redirect("press_kit")
    return page(
        request,
        "press/staff_kit.html",
        title=_("Ảnh, tư liệu cho báo chí"),
        icon=ICON,
        trail=[(_("Báo chí"), reverse("press_home"))],
        form=form,
        files=KitFile.objects.filter(removed_at=None),
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

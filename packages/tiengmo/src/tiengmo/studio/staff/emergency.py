"""«Nói khẩn cấp»: one person asks, another signs, and the first speaks over everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from tiengmo.people.errors import NotAllowed
from tiengmo.places.queries import areas_label
from tiengmo.speakers.errors import SpeakerError
from tiengmo.speakers.issuers import certified_key
from tiengmo.studio import actions, queries, rules
from tiengmo.studio.errors import StudioError
from tiengmo.studio.models import EmergencyVoice

from .forms import EmergencyForm

if TYPE_CHECKING:
    from django.http import HttpRequest

CANNOT = (NotAllowed, SpeakerError, StudioError)


@sensitive_post_parameters("passphrase")
def ask(request: HttpRequest) -> HttpResponse:
    """Whom it concerns, about what, and the first signature."""
    user: Any = request.user
    form = EmergencyForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            voice = actions.ask_emergency(
                given["station"],
                by=user,
                areas=given["areas"],
                title=given["title"],
                minutes=given["minutes"],
                passphrase=given["passphrase"],
            )
        except CANNOT as error:
            form.add_error(None, str(error))
        else:
            return redirect("studio_emergency", voice.pk)
    context = {"form": form, "may_speak": bool(queries.highest_stations_of(user))}
    return render(request, "studio/ask_emergency.html", context)


def emergency(request: HttpRequest, pk: str) -> HttpResponse:
    """What the first person signed; for another, the second signature."""
    user: Any = request.user
    voice = get_object_or_404(EmergencyVoice.objects.select_related("station"), pk=pk)
    if not queries.may_issue(user, voice.station):
        raise Http404
    if queries.takeovers_for(user).filter(pk=voice.takeover_id).exists():
        return redirect("studio_takeover", voice.takeover_id)
    if voice not in queries.emergencies_for(user):
        messages.error(request, _("Lời nói này đã được ký hoặc đã bỏ."))
        return redirect("studio_desk")
    context = {
        "voice": voice,
        "areas": areas_label(voice.areas),
        "is_mine": voice.asker_id == user.pk,
        "has_key": certified_key(user, voice.station) is not None,
        "until": voice.asked_at + rules.EMERGENCY_WAITS,
    }
    return render(request, "studio/emergency.html", context)


@require_POST
@sensitive_post_parameters("passphrase")
def second(request: HttpRequest, pk: str) -> HttpResponse:
    user: Any = request.user
    voice = get_object_or_404(EmergencyVoice.objects.select_related("station", "asker"), pk=pk)
    try:
        takeover = actions.second_emergency(
            voice, by=user, passphrase=request.POST.get("passphrase", "")
        )
    except CANNOT as error:
        messages.error(request, str(error))
        return redirect("studio_emergency", pk)
    messages.success(request, _("Đã ký: %(name)s nói được ngay.") % {"name": takeover.by_name})
    return redirect("studio_takeover", takeover.pk)


@require_POST
def drop(request: HttpRequest, pk: str) -> HttpResponse:
    user: Any = request.user
    voice = get_object_or_404(EmergencyVoice.objects.select_related("station"), pk=pk)
    try:
        actions.drop_emergency(voice, by=user)
    except CANNOT as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Đã bỏ: không ai nói."))
    return redirect("studio_desk")

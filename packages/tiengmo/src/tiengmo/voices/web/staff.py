"""What the newsroom's pages ask for while a bulletin is written. All under Wagtail's admin."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from django.http import Http404, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path, re_path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from tiengmo.people.models import Role, User
from tiengmo.people.queries import roles_of
from tiengmo.voices import queries
from tiengmo.voices.actions import accept_recording
from tiengmo.voices.actions import speak as ask_to_speak
from tiengmo.voices.engines import all_voices
from tiengmo.voices.errors import NoVoice, TooMuchSpeech, VoicesError
from tiengmo.voices.models import Sound

from .ranges import serve_file

if TYPE_CHECKING:
    from django.http import HttpRequest

MAY_MAKE = {Role.EDITOR, Role.APPROVER, Role.OPERATOR}
# A person hears what was made a moment ago; the file of one sound never changes afterwards.
PRIVATE = "private, max-age=3600"
# As long as a sound's language may be: vi, hmn, vi-VN.
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{1,8})?")


def _refusal(error: str, *, status: int) -> JsonResponse:
    return JsonResponse({"error": error}, status=status)


def _may_make(user: User) -> bool:
    return user.is_superuser or bool(roles_of(user) & MAY_MAKE)


def _language(request: HttpRequest) -> str:
    language: str = request.POST.get("language", "vi")
    if not _LANGUAGE.fullmatch(language):
        raise NoVoice(_("Không có ngôn ngữ nào mang mã này. Hãy tải lại trang rồi làm lại."))
    return language


@require_POST
def speak(request: HttpRequest) -> JsonResponse:
    """Take text, language and voice; answer with the sound it will be."""
    user = cast("User", request.user)
    if not _may_make(user):
        return _refusal(_("Bạn chưa được giao vai trò tạo âm thanh."), status=403)
    try:
        sound = ask_to_speak(
            request.POST.get("text", "").replace("\0", ""),
            language=_language(request),
            voice=request.POST.get("voice", ""),
            by=user,
        )
    except TooMuchSpeech as error:
        return _refusal(str(error), status=429)
    except VoicesError as error:
        return _refusal(str(error), status=422)
    return JsonResponse(queries.describe(sound))


@require_POST
def record(request: HttpRequest) -> JsonResponse:
    """Take a recording made in the browser or a file; answer with the sound it will be."""
    user = cast("User", request.user)
    if not _may_make(user):
        return _refusal(_("Bạn chưa được giao vai trò tạo âm thanh."), status=403)
    file = request.FILES.get("file")
    if file is None:
        return _refusal(_("Chưa có tệp nào được gửi lên."), status=422)
    try:
        sound = accept_recording(file, language=_language(request), by=user)
    except VoicesError as error:
        return _refusal(str(error), status=422)
    return JsonResponse(queries.describe(sound))


@require_GET
def status(request: HttpRequest, key: str) -> JsonResponse:
    del request
    response = JsonResponse(queries.describe(get_object_or_404(Sound, key=key)))
    response["Cache-Control"] = "no-store"
    return response


@require_GET
def voices(request: HttpRequest) -> JsonResponse:
    language = request.GET.get("language", "vi").partition("-")[0].lower()
    return JsonResponse(
        {
            "voices": [
                {"code": voice.code, "name": voice.name}
                for voice in all_voices()
                if voice.language.partition("-")[0].lower() == language
            ]
        }
    )


@require_safe
def file(request: HttpRequest, key: str, suffix: str) -> HttpResponseBase:
    sound = get_object_or_404(Sound.objects.select_related("mp3", "opus"), key=key)
    stored = sound.mp3 if suffix == "mp3" else sound.opus
    if stored is None or not stored.path.is_file():
        raise Http404
    return serve_file(
        request,
        stored.path,
        media_type=stored.media_type,
        etag=stored.sha256,
        cache_control=PRIVATE,
    )


app_name = "voices_staff"
urlpatterns = [
    path("am-thanh/doc/", speak, name="speak"),
    path("am-thanh/thu/", record, name="record"),
    path("am-thanh/giong/", voices, name="voices"),
    path("am-thanh/<slug:key>/", status, name="status"),
    re_path(r"^am-thanh/(?P<key>[-\w]{1,64})\.(?P<suffix>mp3|opus)$", file, name="file"),
]

"""One alert: what will be heard, where, by how many; and the two signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from tiengmo.alerts.actions import (
    compose_alert,
    issue_by_standing,
    reject_alert,
    second_alert,
)
from tiengmo.alerts.models import Alert, Status
from tiengmo.alerts.queries import (
    alerts_for,
    extent_of,
    heard_from,
    may_issue,
    text_changes,
    thread_of,
    unspoken_languages,
)
from tiengmo.alerts.workflow import State
from tiengmo.releases.models import Release
from tiengmo.speakers.issuers import certified_key

from .behind import standing_behind
from .common import attempt, home_trail, page
from .languages import LANGUAGES

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from tiengmo.alerts.models import Info
    from tiengmo.audit.models import AuditEntry

    from .common import StaffRequest


def alert_page(request: StaffRequest, pk: UUID) -> HttpResponse:
    alert = get_object_or_404(alerts_for(request.user), pk=pk)
    user = request.user
    changes = text_changes(alert)
    infos = [_voice(info, changes.get(info.language)) for info in alert.infos.all()]
    may = may_issue(user, alert.station)
    has_key = may and certified_key(user, alert.station) is not None
    newer = Alert.objects.filter(replaces=alert).exclude(state=State.REJECTED).first()
    may_compose = has_key and alert.state == State.DRAFT and alert.composer_id == user.pk
    standing, no_later, why_not = standing_behind(alert) if may_compose else (None, None, "")
    return page(
        request,
        "alert",
        title=alert.headline,
        trail=home_trail(),
        alert=alert,
        infos=infos,
        unspoken=[
            (LANGUAGES.get(code, code), villages)
            for code, villages in unspoken_languages(alert).items()
        ],
        is_ready=all(info["is_ready"] for info in infos),
        extent=extent_of(alert),
        heard=heard_from(alert) if alert.sent_at else None,
        is_current=alert.is_current_at(timezone.now()),
        is_test=alert.status == Status.TEST,
        may_compose=may_compose,
        standing=standing,
        no_later=no_later,
        why_not_standing=why_not,
        may_second=has_key and alert.state == State.COMPOSED and alert.composer_id != user.pk,
        may_reject=may and alert.state in (State.DRAFT, State.COMPOSED),
        may_follow_up=may and alert.is_current_at(timezone.now()) and newer is None,
        needs_key=may and not has_key,
        newer=newer,
        thread=thread_of(alert)[:-1],
        release=Release.objects.filter(
            source_type="alerts.alert", source_version=str(alert.pk)
        ).first(),
    )


def _voice(info: Info, change: AuditEntry | None) -> dict[str, Any]:
    sound = info.sound
    return {
        "info": info,
        "change": change,
        "language": LANGUAGES.get(info.language, info.language),
        "is_ready": sound is None or sound.is_ready,
        "error": sound.error if sound is not None and sound.status == sound.Status.FAILED else "",
        "url": reverse("voices_staff:file", args=[sound.key, "mp3"])
        if sound is not None and sound.mp3_id
        else "",
        "seconds": round(sound.duration_ms / 1000) if sound and sound.duration_ms else None,
    }


@require_POST
@sensitive_post_parameters("passphrase")
def sign(request: StaffRequest, pk: UUID) -> HttpResponse:
    alert = get_object_or_404(alerts_for(request.user), pk=pk)
    passphrase = request.POST.get("passphrase", "")
    done = attempt(request, lambda: compose_alert(alert, by=request.user, passphrase=passphrase))
    if done is not None and done.status == Status.TEST:
        messages.success(request, _("Đã phát thử tới các loa ở chế độ thử."))
    elif done is not None:
        messages.success(request, _("Đã ký. Cảnh báo đang chờ người thứ hai ký."))
    return redirect("alerts_alert", pk)


@require_POST
@sensitive_post_parameters("passphrase")
def stand(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Sign alone: another authority's standing certificate is the second signature."""
    alert = get_object_or_404(alerts_for(request.user), pk=pk)
    standing, _no_later, why_not = standing_behind(alert)
    passphrase = request.POST.get("passphrase", "")
    if standing is None:
        messages.error(request, why_not or _("Không có giấy uỷ quyền nào cho tin này."))
    elif attempt(
        request,
        lambda: issue_by_standing(alert, standing, by=request.user, passphrase=passphrase),
    ):
        messages.success(request, _("Đã ký. Loa đang phát."))
    return redirect("alerts_alert", pk)


@require_POST
@sensitive_post_parameters("passphrase")
def second(request: StaffRequest, pk: UUID) -> HttpResponse:
    alert = get_object_or_404(alerts_for(request.user), pk=pk)
    passphrase = request.POST.get("passphrase", "")
    if attempt(request, lambda: second_alert(alert, by=request.user, passphrase=passphrase)):
        messages.success(request, _("Đã ký. Loa đang phát."))
    return redirect("alerts_alert", pk)


@require_POST
def reject(request: StaffRequest, pk: UUID) -> HttpResponse:
    alert = get_object_or_404(alerts_for(request.user), pk=pk)
    reason = request.POST.get("reason", "")
    if attempt(request, lambda: reject_alert(alert, by=request.user, reason=reason)):
        messages.success(request, _("Cảnh báo này không phát."))
    return redirect("alerts_alert", pk)

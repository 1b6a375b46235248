"""One bulletin as an approver needs it: all of it, the very sound, what changed, what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.models import Revision

from tiengmo.newsroom import languages, panels, review
from tiengmo.newsroom.actions import (
    clear_bulletin,
    recall_bulletin,
    send_back_bulletin,
    withdraw_bulletin,
)
from tiengmo.newsroom.differences import differences
from tiengmo.newsroom.errors import NewsroomError
from tiengmo.newsroom.forms_of import LOUDSPEAKERS, clean_html, previews, problems_of, sound_url
from tiengmo.newsroom.permissions import may_edit, require_withdrawer
from tiengmo.newsroom.queries import history, releases_of, version_number
from tiengmo.newsroom.texts import number
from tiengmo.newsroom.workflow import Stage
from tiengmo.places.queries import areas_label, households_in, villages_in
from tiengmo.releases.models import DeliveryStatus, Release

from .common import REFUSALS, attempt, denied, number_in, page, readable_bulletin
from .queue import facts_of

if TYPE_CHECKING:
    from django.http import HttpResponse

    from tiengmo.newsroom.models import Bulletin, Edition
    from tiengmo.people.models import User
    from tiengmo.people.staff import StaffRequest


def review_page(request: StaffRequest, pk: int) -> HttpResponse:
    row = readable_bulletin(request, pk)
    if row is None:
        return denied(request)
    version = row.get_latest_revision_as_object()
    user: User = request.user
    refusal = review.refusal_for(row, user) if row.stage == Stage.IN_REVIEW else None
    step = review.current_step(row)
    state = row.current_workflow_state
    return page(
        request,
        "newsroom/review.html",
        title=str(version),
        icon="doc-full",
        trail=[(_("Bản tin"), _list_url())],
        row=row,
        bulletin=version,
        body_html=clean_html(version.body),
        facts=facts_of(version),
        villages=villages_in(version.audience).count() if version.audience else 0,
        version_number=version_number(row, row.latest_revision_id),
        voices=[_voice(v) for v in version.language_versions()],
        plays_on_loudspeakers=LOUDSPEAKERS in version.channels,
        previews=previews(version),
        problems=problems_of(version, at_clearing=True) if row.stage != Stage.CLEARED else [],
        route=_route(row, version, state),
        step=step.task.specific.unit if step is not None else None,
        may_clear=row.stage == Stage.IN_REVIEW and refusal is None,
        why_not=(
            review.refusal_text(refusal, step.task.specific.unit)
            if refusal is not None and step is not None
            else ""
        ),
        may_edit=may_edit(user, row),
        may_withdraw=_may_withdraw(user, row),
        changes=_changes(row, version),
        events=history(row),
        releases=[_release_line(release) for release in releases_of(row)[:5]],
        reach=panels.render_panels(
            panels.AUDIENCE, request, audience=version.audience, channels=version.channels
        )
        if version.audience and row.stage not in {Stage.CLEARED, Stage.WITHDRAWN}
        else "",
        released_reach=_released_reach(request, row),
    )


def _list_url() -> str:
    from django.urls import reverse

    return reverse("ban-tin:list")


def _voice(version: Bulletin | Edition) -> dict[str, Any]:
    sound = version.sound
    return {
        "language": languages.name_of(version.language),
        "code": version.language,
        "headline": version.headline,
        "script": version.script,
        "sound": sound,
        "fits": version.sound_fits_script,
        "url": sound_url(sound),
        "seconds": round(sound.duration_ms / 1000) if sound and sound.duration_ms else None,
    }


def _route(row: Bulletin, version: Bulletin, state: Any) -> list[dict[str, Any]]:
    """The units of the route in order, and who has cleared which."""
    if state is None:
        latest = row.workflow_states.order_by("-pk").first()
        if latest is None or row.stage not in (Stage.CLEARED, Stage.WITHDRAWN):
            return [{"unit": unit, "cleared": None} for unit in review.route_of(version)]
        state = latest
    cleared = {step.task.specific.unit_id: step for step in review.cleared_steps(state)}
    return [{"unit": unit, "cleared": cleared.get(unit.pk)} for unit in review.units_of(state)]


def _changes(row: Bulletin, version: Bulletin) -> list[Any]:
    """Differences from the last cleared version; nothing for a first one or the cleared itself."""
    cleared = review.last_cleared_version(row)
    if cleared is None or cleared == row.latest_revision_id:
        return []
    before = Revision.objects.for_instance(row).filter(pk=cleared).first()
    return differences(before.as_object(), version) if before is not None else []


def _may_withdraw(user: User, row: Bulletin) -> bool:
    out = list(releases_of(row).exclude(status=Release.Status.WITHDRAWN))
    if not out:
        return False
    from tiengmo.newsroom.actions.withdraw_bulletin import containing_unit

    try:
        require_withdrawer(user, row, containing_unit(out))
    except REFUSALS:
        return False
    return True


def _release_line(release: Release) -> dict[str, Any]:
    counts = dict(
        release.deliveries.values_list("status").annotate(n=Count("pk")).values_list("status", "n")
    )
    return {
        "release": release,
        "audience": areas_label(release.audience),
        "households": number(households_in(release.audience, known_at=release.cleared_at)),
        "deliveries": [
            (status.label, counts[status.value]) for status in DeliveryStatus if status in counts
        ],
        "total": sum(counts.values()),
    }


def _released_reach(request: StaffRequest, row: Bulletin) -> Any:
    release = releases_of(row).exclude(released_at=None).first()
    if release is None:
        return ""
    return panels.render_panels(panels.RELEASE, request, release=release)


@require_POST
def clear(request: StaffRequest, pk: int) -> HttpResponse:
    row = readable_bulletin(request, pk)
    if row is None:
        return denied(request)
    seen = number_in(request.POST.get("revision_id", ""))
    if seen is None:
        raise Http404
    done = attempt(request, lambda: clear_bulletin(row, by=request.user, revision_id=seen))
    if done is not None and done.release is not None:
        messages.success(request, _said(done.release))
    elif done is not None and done.next_unit is not None:
        messages.success(
            request,
            _("Đã duyệt. Bước tiếp theo: người duyệt của %(unit)s.")
            % {"unit": done.next_unit.name},
        )
    return redirect("newsroom_review", pk)


def _said(release: Release) -> str:
    from django.utils import timezone
    from django.utils.formats import date_format

    when = date_format(timezone.localtime(release.release_at), "H:i:s d/m/Y")
    if release.release_at > timezone.now():
        return _("Đã duyệt. Bài sẽ phát hành lúc %(when)s.") % {"when": when}
    return _("Đã duyệt. Bài được phát hành lúc %(when)s.") % {"when": when}


@require_POST
def send_back(request: StaffRequest, pk: int) -> HttpResponse:
    row = readable_bulletin(request, pk)
    if row is None:
        return denied(request)
    comment = request.POST.get("comment", "")

    def act() -> bool:
        send_back_bulletin(row, by=request.user, comment=comment)
        return True

    if attempt(request, act):
        messages.success(request, _("Đã trả lại cho người viết, kèm ý kiến của bạn."))
    return redirect("newsroom_review", pk)


@require_POST
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    row = readable_bulletin(request, pk)
    if row is None:
        return denied(request)
    reason = request.POST.get("reason", "")
    if attempt(request, lambda: withdraw_bulletin(row, by=request.user, reason=reason)):
        messages.success(
            request, _("Đang gỡ bài khỏi mọi kênh. Kết quả từng kênh hiện ở bản phát hành.")
        )
    return redirect("newsroom_review", pk)


@require_POST
def recall(request: StaffRequest, pk: int) -> HttpResponse:
    row = readable_bulletin(request, pk)
    if row is None:
        return denied(request)
    try:
        recall_bulletin(row, by=request.user)
    except (NewsroomError, *REFUSALS) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Đã rút bài khỏi hàng chờ duyệt."))
    return redirect("newsroom_review", pk)

"""The page of what was issued at the boxes themselves, while the server could not be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import render
from django.utils.translation import gettext as _

from tiengmo.speakers.labels import OUTCOMES, REFUSAL_REASONS
from tiengmo.speakers.models import LocalIssue, PlayReport

from . import board as boards

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

ON_A_PAGE = 30
MOST_PLAYS = 12


def local_issues(request: HttpRequest) -> HttpResponse:
    """List them for the boxes that this person sees, the newest first."""
    seen = boards.boxes_for(request.user).values("pk")  # type: ignore[arg-type]
    listed = LocalIssue.objects.filter(box__in=seen).select_related("box")
    page = Paginator(listed, ON_A_PAGE).get_page(request.GET.get("page"))
    rows: list[Any] = list(page)
    plays = _plays(rows)
    for one in rows:
        one.what = _what(one)
        one.people = [name.split(" (#", 1)[0] for name in one.signers]
        one.minutes_down = (one.link_down_seconds or 0) // 60
        one.doubt_text = REFUSAL_REASONS.get(one.doubt, one.doubt)
        one.heard = _heard(plays[one.pk])
    return render(request, "speakers/local.html", {"page": page, "rows": rows})


def _what(one: LocalIssue) -> str:
    if one.is_voice:
        return _("nói trực tiếp")
    return _("báo yên") if one.msg_type == "Cancel" else _("cảnh báo")


def _plays(rows: list[LocalIssue]) -> dict[str, list[PlayReport]]:
    """What their boxes told of them, asked once for the whole page."""
    found: dict[str, list[PlayReport]] = {one.pk: [] for one in rows}
    wanted = Q()
    for one in rows:
        if one.name:
            wanted |= Q(box_id=one.box_id, item_id__startswith=one.items)
    if not wanted:
        return found
    for play in PlayReport.objects.filter(wanted).order_by("scheduled_at"):
        for one in rows:
            told = play.box_id == one.box_id and one.name and play.item_id.startswith(one.items)
            if told and len(found[one.pk]) < MOST_PLAYS:
                found[one.pk].append(play)
    return found


def _heard(plays: list[PlayReport]) -> list[str]:
    return [
        _("%(outcome)s, %(seconds)d giây")
        % {
            "outcome": OUTCOMES.get(play.outcome, play.outcome),
            "seconds": play.samples_played / play.sample_rate if play.sample_rate else 0,
        }
        for play in plays
    ]

"""What reach shows on the newsroom's pages: before a release and after it."""

from __future__ import annotations

from hashlib import blake2s
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from tiengmo.newsroom import languages
from tiengmo.people.models import User
from tiengmo.places.queries import units_in_force

from .map import draw
from .models import Assignment
from .queries import audience_preview, reach_of, work_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from tiengmo.places.models import Unit
    from tiengmo.releases.models import Release

    from .results import ReleaseReach


def release_panel(request: HttpRequest, *, release: Release) -> SafeString:
    """Who was reached, who was missed and why; refreshes itself while deliveries move."""
    reach = reach_of(release)
    return render_to_string(
        "reach/panel.html",
        {
            "reach": reach,
            # Without a channel to households nobody was missed either: a map would be all red.
            "map": draw(reach.villages, outlined(reach)) if reach.counts_households else None,
            "url": reverse("reach_panel", args=[release.pk]),
            "digest": digest(reach),
        },
        request=request,
    )


def digest(reach: ReleaseReach) -> str:
    """Stands for everything the panel shows, so that an unchanged one is not sent again."""
    shown = (
        reach.release.status,
        reach.is_moving,
        reach.awaited,
        reach.channels,
        [(v.code, v.reached, v.reason, v.may_still_arrive) for v in reach.villages],
    )
    return blake2s(repr(shown).encode(), digest_size=8).hexdigest()


def outlined(reach: ReleaseReach) -> Iterable[Unit]:
    known_at = reach.release.cleared_at
    codes = [commune.code for commune in reach.communes]
    return units_in_force(known_at=known_at).filter(code__in=codes).exclude(geometry=None)


def audience_panel(request: HttpRequest, *, audience: list[str], channels: list[str]) -> SafeString:
    """What a bulletin would reach if it went out now."""
    preview = audience_preview(audience, channels)
    return render_to_string(
        "reach/audience.html",
        {
            "preview": preview,
            "languages": [(languages.name_of(code), n) for code, n in preview.languages],
        },
        request=request,
    )


def home_panel(request: HttpRequest) -> SafeString | str:
    """Work in villages that waits for this person or their units; nothing when there is none."""
    user = request.user
    if not isinstance(user, User):
        return ""
    waiting = work_for(user).filter(state=Assignment.State.OPEN)
    mine = waiting.filter(person=user).count()
    late = waiting.filter(due_on__lt=timezone.localdate()).count()
    if not (total := waiting.count()):
        return ""
    return render_to_string(
        "reach/home.html", {"total": total, "mine": mine, "late": late}, request=request
    )

"""A release that reaches the portal becomes a page; one that is taken back leaves a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import strip_tags

from tiengmo.places.models import Unit
from tiengmo.places.queries import areas_label, units_in_force, villages_in
from tiengmo.portal.languages import LANGUAGE_NAMES, MAIN_LANGUAGE
from tiengmo.portal.models import Page, PageArea
from tiengmo.portal.pictures import frozen
from tiengmo.releases.models import DeliveryStatus

if TYPE_CHECKING:
    from tiengmo.releases.models import Delivery, Release, Rendition

CHANNEL = "portal"


def on_delivery_moved(*, delivery: Delivery, **_rest: Any) -> None:
    """Follow what the portal channel says of a delivery, in the same transaction."""
    if delivery.channel != CHANNEL:
        return
    if delivery.status == DeliveryStatus.DELIVERED:
        freeze_page(delivery.release)
    elif delivery.status == DeliveryStatus.WITHDRAWN:
        on_withdrawn(release=delivery.release)


def on_withdrawn(*, release: Release, **_rest: Any) -> None:
    """Take the page down at once: it does not wait for a worker to ask every channel."""
    Page.objects.filter(release=release).update(
        is_current=False, gone_at=release.withdrawn_at, gone_reason=release.withdrawal_reason
    )


def freeze_page(release: Release) -> Page:
    """Write the page of a release, and let the page of its earlier version move on to it."""
    renditions = list(release.renditions.order_by("language"))
    shown = next((r for r in renditions if r.language == MAIN_LANGUAGE), renditions[0])
    source = f"{release.source_type}:{release.source_id}"
    picture, picture_name = frozen(shown.picture)
    item = {
        "slug": release.slug,
        "headline": shown.headline,
        "summary": shown.summary,
        "unit_name": release.unit.name,
        "priority": release.priority,
        "picture": picture,
        "mp3_sha256": shown.mp3_sha256,
        "mp3_bytes": shown.mp3_bytes,
        "sound_duration_ms": shown.sound_duration_ms,
        "released_at": release.released_at,
    }
    page, is_new = Page.objects.get_or_create(
        release=release,
        defaults=item
        | {
            "source": source,
            "picture_name": picture_name,
            "main_language": shown.language,
            "teaser": _in_main_language("portal/_item.html", {"item": item}),
            "lead": _in_main_language("portal/_lead.html", {"item": item}),
            "articles": {r.language: _article(release, r, renditions, picture) for r in renditions},
        },
    )
    if is_new:
        PageArea.objects.bulk_create(
            [PageArea(page=page, code=code) for code in sorted(_areas(release.audience))]
        )
        Page.objects.filter(source=source, is_current=True).exclude(pk=page.pk).update(
            is_current=False
        )
    return page


def _in_main_language(template: str, context: dict[str, Any]) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return render_to_string(template, context)


def _article(
    release: Release,
    rendition: Rendition,
    renditions: list[Rendition],
    picture: dict[str, Any],
) -> str:
    is_repeated = _begins_with(rendition.body_html, rendition.summary)
    return _in_main_language(
        "portal/_article.html",
        {
            "release": release,
            "rendition": rendition,
            "picture": picture if rendition.picture else {},
            "summary": "" if is_repeated else rendition.summary,
            "others": [
                (other.language, LANGUAGE_NAMES.get(other.language, other.language))
                for other in renditions
                if other is not rendition
            ],
            "audience": areas_label(release.audience),
            "corrects": release.replaces,
        },
    )


def _begins_with(body_html: str, summary: str) -> bool:
    """Say whether the article opens with its own summary: a reader need not read it twice."""
    opening = " ".join(strip_tags(body_html).split())
    return opening.startswith(" ".join(summary.split())[:60])


def _areas(audience: list[str]) -> set[str]:
    """Name the audience's own codes and those of every unit above and below them."""
    codes = set(audience)
    parents = dict(units_in_force().values_list("pk", "parent_id"))
    named = dict(Unit.objects.filter(pk__in=parents).values_list("pk", "code"))
    for unit_pk in set(villages_in(audience).values_list("unit_id", flat=True)):
        above: int | None = unit_pk
        while above is not None:
            codes.add(named.get(above, ""))
            above = parents.get(above)
    return codes - {""}

"""How a release is written down as a page: every piece rendered once, when it goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import strip_tags

from tiengmo.places.queries import areas_label
from tiengmo.portal.languages import LANGUAGE_NAMES, MAIN_LANGUAGE
from tiengmo.portal.models import Page
from tiengmo.portal.pictures import frozen

from .changes import MOST_SHOWN, headline_changes, marked_changes, paragraphs

if TYPE_CHECKING:
    from tiengmo.releases.models import Release, Rendition


def source_of(release: Release) -> str:
    return f"{release.source_type}:{release.source_id}"


def written_down(
    release: Release,
    *,
    renditions: list[Rendition] | None = None,
    audience: str | None = None,
    is_first: bool = False,
) -> dict[str, Any]:
    """Every field of the release's page but whether it stands.

    Who writes down thousands gives what they know already: `renditions` by language, the words for
    the `audience`, and whether there is certainly no earlier version.

    The same release gives the same words each time; what may differ is the markup around them,
    when templates have changed since.
    """
    if renditions is None:
        renditions = list(release.renditions.order_by("language"))
    if audience is None:
        audience = areas_label(release.audience)
    shown = next((r for r in renditions if r.language == MAIN_LANGUAGE), renditions[0])
    picture, picture_name = frozen(shown.picture)
    item: dict[str, Any] = {
        "slug": release.slug,
        "headline": shown.headline,
        "summary": shown.summary,
        "unit_name": release.unit.name,
        "priority": release.priority,
        "category": release.category,
        "category_name": release.category_name,
        "closes_on": release.closes_on,
        "picture": picture,
        "mp3_sha256": shown.mp3_sha256,
        "mp3_bytes": shown.mp3_bytes,
        "sound_duration_ms": shown.sound_duration_ms,
        "released_at": release.released_at,
    }
    return item | {
        "source": source_of(release),
        "picture_name": picture_name,
        "main_language": shown.language,
        "changes": "" if is_first else _changes(release, shown),
        "teaser": _in_main_language("portal/_item.html", {"item": item}),
        "lead": _in_main_language("portal/_lead.html", {"item": item}),
        "articles": {
            r.language: _article(
                r, renditions, picture, shown_language=shown.language, audience=audience
            )
            for r in renditions
        },
    }


def _in_main_language(template: str, context: dict[str, Any]) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return render_to_string(template, context)


def _article(
    rendition: Rendition,
    renditions: list[Rendition],
    picture: dict[str, Any],
    *,
    shown_language: str,
    audience: str,
) -> str:
    release = rendition.release
    is_repeated = _begins_with(rendition.body_html, rendition.summary)
    return _in_main_language(
        "portal/_article.html",
        {
            "release": release,
            "rendition": rendition,
            "picture": picture if rendition.picture else {},
            "summary": "" if is_repeated else rendition.summary,
            "is_main": rendition.language == shown_language,
            "language_name": LANGUAGE_NAMES.get(rendition.language, rendition.language),
            "others": [
                (other.language, LANGUAGE_NAMES.get(other.language, other.language))
                for other in renditions
                if other is not rendition
            ],
            "audience": audience,
            "corrects": release.replaces,
        },
    )


def _begins_with(body_html: str, summary: str) -> bool:
    """Say whether the article opens with its own summary: a reader need not read it twice."""
    opening = " ".join(strip_tags(body_html).split())
    return opening.startswith(" ".join(summary.split())[:60])


def _changes(release: Release, shown: Rendition) -> str:
    """What this version corrected in the one that readers had before, as HTML; "" for the first."""
    earlier = Page.objects.filter(source=source_of(release), gone_at=None).exclude(release=release)
    if release.released_at is not None:
        earlier = earlier.filter(released_at__lt=release.released_at)
    before = earlier.order_by("-released_at").first()
    if before is None:
        return ""
    was = before.release.renditions.filter(language=shown.language).first()
    if was is None:
        return _in_main_language("portal/_changes.html", {"is_other_language": True})
    every = [
        *headline_changes(was.headline, shown.headline),
        *headline_changes(was.summary, shown.summary),
        *marked_changes(paragraphs(was.body_html), paragraphs(shown.body_html)),
    ]
    # An article often opens with its summary: the same change is told once.
    found = list(dict.fromkeys(every))
    return _in_main_language(
        "portal/_changes.html",
        {
            "changes": found[:MOST_SHOWN],
            "more": max(0, len(found) - MOST_SHOWN),
            "is_same_text": was.body_html == shown.body_html and not found,
            "is_new_sound": was.mp3_sha256 != shown.mp3_sha256,
        },
    )

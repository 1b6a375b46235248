"""A release as networks take it, from its frozen text."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from django.conf import settings

from tiengmo.channels.social import rules
from tiengmo.foundation.languages import MAIN_LANGUAGE

if TYPE_CHECKING:
    from tiengmo.channels.social.models import Post
    from tiengmo.releases.models import Release, Rendition


def link_of(release: Release) -> str:
    return f"{settings.PUBLIC_URL}/tin/{release.slug}/"


def content_of(post: Post) -> rules.Content | None:
    """What this post says; None when the release has no text to say."""
    rendition = rendition_of(post.release)
    if rendition is None:
        return None
    picture = str(rendition.picture.get("url") or "") if rendition.picture else ""
    return rules.Content(
        headline=rendition.headline.strip(),
        lead=rules.lead_of(rendition.short_text, rendition.summary, rules.ZALO_DESCRIPTION),
        paragraphs=rules.paragraphs_of(rendition.body_html),
        author=post.release.unit.name,
        link=link_of(post.release),
        picture_url=urljoin(f"{settings.PUBLIC_URL}/", picture) if picture else "",
        # A post that could not be changed stands beside, or in the place of, what was wrong.
        is_correction=post.corrects_id is not None,
    )


def rendition_of(release: Release) -> Rendition | None:
    by_language = {one.language: one for one in release.renditions.all()}
    return by_language.get(MAIN_LANGUAGE) or next(iter(by_language.values()), None)

"""Which sounds the portal has published: those of the pages that stand."""

from __future__ import annotations

from django.db.models import Q

from tiengmo.releases.models import Rendition
from tiengmo.voices.publicity import Standing


def standing_on_pages(sha256: str) -> Standing | None:
    """Say whether a page that stands has this sound, or only pages that were taken back have.

    A corrected page's old sound goes with it: what was wrong is not to be heard any more.
    """
    pages = (
        Rendition.objects.filter(Q(mp3_sha256=sha256) | Q(opus_sha256=sha256))
        .filter(release__portal_page__isnull=False)
        .order_by("-release__portal_page__is_current")
        .values_list("release__portal_page__is_current", flat=True)
    )
    is_current = next(iter(pages[:1]), None)
    if is_current is None:
        return None
    return Standing.PUBLIC if is_current else Standing.GONE

"""The loudspeakers' archive: sounds of bulletins that stand, by place and by language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count

from tiengmo.portal.languages import LANGUAGE_NAMES
from tiengmo.releases.models import Rendition

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tiengmo.places.models import Unit


def archive(unit: Unit | None = None, language: str = "") -> QuerySet[Rendition]:
    """Sounds of current bulletins, newest first; what a unit's loudspeakers had, in a language."""
    sounds = Rendition.objects.filter(release__portal_page__is_current=True).exclude(mp3_sha256="")
    if unit is not None:
        sounds = sounds.filter(release__portal_page__areas__code=unit.code)
    if language:
        sounds = sounds.filter(language=language)
    return (
        sounds.select_related("release__portal_page", "release__unit")
        .defer("body_html", "script", "release__portal_page__articles")
        .order_by("-release__portal_page__released_at", "language")
    )


def languages_in(unit: Unit | None = None) -> list[tuple[str, str, int]]:
    """Languages of the archive with how many sounds each has: (code, name, number)."""
    rows = archive(unit).order_by().values_list("language").annotate(n=Count("pk")).order_by("-n")
    return [(code, LANGUAGE_NAMES.get(code, code), number) for code, number in rows]

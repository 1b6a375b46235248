from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.html import strip_tags

from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.portal.bulletins.freezing import written_down
from tiengmo.portal.models import Page

# What templates make. The rest is the release's own and never changes.
RENDERED = ("teaser", "lead", "articles", "picture", "changes")


@dataclass
class Refrozen:
    rendered: int = 0
    unchanged: int = 0
    refused: list[str] = field(default_factory=list)


def refreeze_pages() -> Refrozen:
    """Render every page anew from its release with today's templates.

    What people wrote stays to the letter: a page whose headline, summary or article would read
    differently is left as it is and named. Pages that were taken back are left out.
    """
    done = Refrozen()
    for pk in Page.objects.filter(gone_at=None).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            page = Page.objects.select_for_update().select_related("release__unit").get(pk=pk)
            new = written_down(page.release)
            if not _has_same_words(page, new):
                done.refused.append(page.slug)
                continue
            before = {name: getattr(page, name) for name in RENDERED}
            if before == {name: new[name] for name in RENDERED}:
                done.unchanged += 1
                continue
            for name in RENDERED:
                setattr(page, name, new[name])
            page.save(update_fields=RENDERED)
            done.rendered += 1
    if done.rendered or done.refused:
        record(
            "portal.refrozen",
            by=SYSTEM,
            subject="portal",
            detail={"rendered": done.rendered, "refused": done.refused[:100]},
        )
    return done


def _has_same_words(page: Page, new: dict[str, Any]) -> bool:
    """Do the release's own words still stand in the page, and does the page have no others?"""
    if (page.headline, page.summary) != (new["headline"], new["summary"]):
        return False
    if set(page.articles) != set(new["articles"]):
        return False
    return all(
        _body(page.articles[language]) == _body(new["articles"][language])
        for language in page.articles
    )


def _body(article: str) -> list[str]:
    """The words of the article itself, without those of the template around it."""
    _before, mark, rest = article.partition('<div class="article__body">')
    body = rest.partition('<footer class="article__foot')[0] if mark else ""
    return strip_tags(body.partition('<p class="notice"')[0]).split()

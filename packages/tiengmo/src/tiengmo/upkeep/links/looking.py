"""The night's look at every link of the public texts."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from tiengmo.upkeep.models import Link, LinkState, LinkUse
from tiengmo.upkeep.registry import texts

from .inside import look_inside
from .outside import Outside
from .reading import addresses_in, hash_of, is_outside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tiengmo.upkeep.registry import Text

logger = logging.getLogger(__name__)

# The hours in which nobody is kept waiting, in the locality's time.
NIGHT = range(1, 5)
NOT_AGAIN_WITHIN = dt.timedelta(hours=20)
MOST_INSIDE, MOST_OUTSIDE = 20_000, 500
# A server may be down for a night.
FAILURES = 2
BATCH = 500


def is_due(now: dt.datetime) -> bool:
    """Is it night and was there no look tonight; or was there never one?"""
    last = Link.objects.exclude(checked_at=None).order_by("-checked_at").first()
    if last is None or last.checked_at is None:
        return not Link.objects.exists()
    return timezone.localtime(now).hour in NIGHT and now - last.checked_at > NOT_AGAIN_WITHIN


def look_at_links() -> dict[str, int]:
    """Read every text's links and look where they lead; give how many there are and how many broke.

    Those not looked at for longest come first, so that a very long list is done in a few nights.
    """
    read_texts()
    links = Link.objects.order_by(F("checked_at").asc(nulls_first=True), "pk")
    for link in links.filter(is_outside=False)[:MOST_INSIDE]:
        note(link, _safely(look_inside, link.url))
    if settings.LINKS_OUTSIDE:
        with Outside() as outside:
            for link in links.filter(is_outside=True)[:MOST_OUTSIDE]:
                note(link, _safely(outside.look, link.url))
    broken = Link.objects.filter(state=LinkState.BROKEN).count()
    return {"links": Link.objects.count(), "broken": broken}


def _safely(look: Callable[[str], str], url: str) -> str:
    """One address that upsets the look must not end the night."""
    try:
        return look(url)
    except Exception:
        logger.exception("upkeep: could not look at %s", url)
        return "error"


def read_texts() -> None:
    """Write down which text points where; what no text points to any more is forgotten."""
    before = set(LinkUse.objects.values_list("pk", flat=True))
    batch: list[tuple[str, Text, str]] = []
    for source, text in texts():
        batch.extend((source, text, url) for url in addresses_in(text))
        if len(batch) >= BATCH:
            before -= _write(batch)
            batch = []
    before -= _write(batch)
    gone = sorted(before)
    for at in range(0, len(gone), BATCH):
        LinkUse.objects.filter(pk__in=gone[at : at + BATCH]).delete()
    Link.objects.filter(uses=None).delete()


@transaction.atomic
def _write(batch: Iterable[tuple[str, Text, str]]) -> set[int]:
    """Write one batch of uses; give the ids of all its rows, new and old."""
    rows = list(batch)
    hashes = {url: hash_of(url) for _source, _text, url in rows}
    Link.objects.bulk_create(
        [Link(url=url, url_hash=name, is_outside=is_outside(url)) for url, name in hashes.items()],
        ignore_conflicts=True,
    )
    ids = dict(Link.objects.filter(url_hash__in=hashes.values()).values_list("url_hash", "pk"))
    uses = {
        (ids[hashes[url]], source, text.ref): LinkUse(
            link_id=ids[hashes[url]],
            source=source,
            ref=text.ref,
            unit_id=text.unit_id,
            title=text.title[:400],
            owner=text.owner[:200],
            mended_at=text.url,
        )
        for source, text, url in rows
    }
    LinkUse.objects.bulk_create(
        uses.values(),
        update_conflicts=True,
        unique_fields=["link", "source", "ref"],
        update_fields=["unit", "title", "owner", "mended_at"],
    )
    written = LinkUse.objects.filter(link__in=ids.values())
    return {
        pk
        for pk, link, source, ref in written.values_list("pk", "link_id", "source", "ref")
        if (link, source, ref) in uses
    }


def note(link: Link, reason: str) -> None:
    """Write down what a look found: "" for an answer, else why there was none."""
    link.checked_at, link.reason = timezone.now(), reason
    if not reason:
        link.state, link.failures, link.broken_on = LinkState.GOOD, 0, None
    else:
        link.failures = min(link.failures + 1, 100)
        # "There is no such page" of our own is certain; a failure may be over tomorrow.
        is_certain = not link.is_outside and link.reason.startswith("4")
        is_broken = is_certain or link.failures >= FAILURES
        link.state = LinkState.BROKEN if is_broken else LinkState.DOUBTFUL
        link.broken_on = link.broken_on or timezone.localdate()
    link.save(update_fields=["checked_at", "reason", "state", "failures", "broken_on"])

"""The newest documents as a web feed; narrowed as the list is."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.feedgenerator import Enclosure, Rss201rev2Feed

from tiengmo.official_documents.queries import public_documents
from tiengmo.portal.caching import public_page
from tiengmo.portal.queries import facts

from .queries import Narrowing

if TYPE_CHECKING:
    from django.http import HttpRequest

A_FEED = 50


@public_page
def feed(request: HttpRequest) -> HttpResponse:
    """Give the fifty documents that were published last."""
    rows = Narrowing.asked(request.GET).of(public_documents())
    rss = Rss201rev2Feed(
        title=f"{facts().name} – văn bản",
        link=f"{settings.PUBLIC_URL}/van-ban/",
        description=f"Văn bản chỉ đạo, điều hành của {facts().name}.",
        language="vi",
        feed_url=f"{settings.PUBLIC_URL}{request.path}",
    )
    newest = rows.order_by("-published_at", "-pk").prefetch_related("files")[:A_FEED]
    for one in newest:
        link = f"{settings.PUBLIC_URL}{one.address}"
        files = [file for file in one.files.all() if file.removed_at is None]
        # RSS readers agree on one enclosure only.
        first = [
            Enclosure(f"{settings.PUBLIC_URL}{file.address}", str(file.bytes), file.media_type)
            for file in files[:1]
        ]
        issued_at = timezone.make_aware(dt.datetime.combine(one.issued_on, dt.time(8)))
        rss.add_item(
            title=f"{one}: {one.abstract}",
            link=link,
            description=f"{one.issuer}, {one.issued_on:%d/%m/%Y}.",
            pubdate=max(filter(None, [one.published_at, one.embargo_until]), default=issued_at),
            unique_id=link,
            categories=[one.kind.name, one.field.name],
            enclosures=first,
        )
    return HttpResponse(rss.writeString("utf-8"), content_type="application/rss+xml; charset=utf-8")

"""Visits: noted in memory, written every two seconds, so that a crowd costs few writes.

What a killed process had not written is lost: at most two seconds of visits.
"""

from __future__ import annotations

import logging
import re
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import crawleruseragents
from django.db import close_old_connections, transaction
from django.db.models import Count
from django.utils import timezone

from tiengmo.portal.models import Page
from tiengmo.portal.visitors.models import DayFigure, Seen
from tiengmo.portal.visitors.salts import destroy_salts_before, who

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.http import HttpRequest

logger = logging.getLogger(__name__)

WRITE_AFTER_SECONDS = 2.0
MOST_WAITING = 20_000  # a flood of addresses must not fill the memory either
_ARTICLE = re.compile(r"^/tin/([-a-zA-Z0-9_]{1,200})/")

_lock = threading.Lock()
_waiting: dict[tuple[date, str, str], datetime] = {}
_is_timed = False


def note(request: HttpRequest) -> None:
    """Note that somebody opened the page that the Referer names. Machines do not count."""
    agent = request.headers.get("User-Agent", "")
    if not agent or crawleruseragents.is_crawler(agent[:500]):
        return
    now = timezone.now()
    day = timezone.localdate(now)
    seen = {(day, "", who(request, agent)): now}
    found = _ARTICLE.match(urlsplit(request.headers.get("Referer", "")).path)
    if found:
        seen[day, found[1], who(request, agent, found[1])] = now
    global _is_timed  # noqa: PLW0603 (one timer a process)
    with _lock:
        if len(_waiting) < MOST_WAITING:
            _waiting.update(seen)
        if _is_timed:
            return
        _is_timed = True
    timer = threading.Timer(WRITE_AFTER_SECONDS, _write_in_time)
    timer.daemon = True
    timer.start()


def _write_in_time() -> None:
    try:
        write()
    except Exception:
        logger.exception("visitors: could not write")
    finally:
        close_old_connections()


def write() -> None:
    """Write what was noted."""
    global _is_timed  # noqa: PLW0603 (one timer a process)
    with _lock:
        rows = dict(_waiting)
        _waiting.clear()
        _is_timed = False
    slugs = {about for _day, about, _who in rows if about}
    known = set(Page.objects.filter(slug__in=slugs).values_list("slug", flat=True))
    site = [
        Seen(day=day, about="", who=name, last_at=at)
        for (day, about, name), at in rows.items()
        if not about
    ]
    articles = [
        Seen(day=day, about=about, who=name) for (day, about, name) in rows if about in known
    ]
    with transaction.atomic():
        Seen.objects.bulk_create(
            site,
            update_conflicts=True,
            unique_fields=["day", "about", "who"],
            update_fields=["last_at"],
            batch_size=500,
        )
        Seen.objects.bulk_create(articles, ignore_conflicts=True, batch_size=500)


def close_days() -> None:
    """Turn days that are over into figures, and destroy what they were made of."""
    today = timezone.localdate()
    with transaction.atomic():
        over = Seen.objects.filter(day__lt=today)
        DayFigure.objects.bulk_create(
            [
                DayFigure(day=row["day"], about=row["about"], count=row["count"])
                for row in over.values("day", "about").annotate(count=Count("pk")).order_by()
            ],
            ignore_conflicts=True,
            batch_size=500,
        )
        over.delete()
        destroy_salts_before(today)

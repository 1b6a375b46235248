from __future__ import annotations

import logging
import time
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.alerts.cap.areas import ours_in
from tiengmo.alerts.cap.reading import MOST_BYTES, expires_at, read_alert, read_feed
from tiengmo.alerts.errors import HostileXml
from tiengmo.alerts.models import Feed, Proposal
from tiengmo.alerts.queries import warned_because_of
from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM

from .replaced_proposals import close, is_replaced, names_in, replaced_by

if TYPE_CHECKING:
    from tiengmo.alerts.cap.reading import ForeignAlert

logger = logging.getLogger(__name__)
TIMEOUT = httpx.Timeout(4.0)
# A round in all, so that a server which drips its answer holds nothing else up here.
LONGEST_SECONDS = 8.0
# Messages looked at in one round: a feed that suddenly lists thousands waits its turn.
A_ROUND = 30
# What was refused may have been mended a day later.
REFUSED_FOR = timedelta(days=1)
# A server that stumbled over one message may give it soon: it may be the one that matters.
UNREACHED_FOR = timedelta(minutes=10)


def fetch_feed(feed: Feed, *, client: httpx.Client | None = None) -> list[Proposal]:
    """Read another authority's feed and put what touches our area before the staff.

    What cannot be read is noted on the feed and skipped; it never stops the other messages.
    """
    own = client is None
    client = client or httpx.Client(timeout=TIMEOUT, follow_redirects=False)
    found: list[Proposal] = []
    problems: list[str] = []
    refused = _still_refused(feed)
    try:
        until = time.monotonic() + LONGEST_SECONDS
        raw = _get(client, feed.url, until)
        # The feed's text names each message anew when it changes; what is known is not fetched.
        known = set(feed.proposals.values_list("facts__url", flat=True))
        # A feed that is itself one message says another thing under the same address.
        listed = read_feed(raw, url=feed.url)
        refused = {link: end for link, end in refused.items() if link in listed}
        links = [
            link
            for link in listed
            if link == feed.url or (link not in known and link not in refused)
        ]
        for link in links[:A_ROUND]:
            if time.monotonic() > until:
                problems.append(_("máy chủ trả lời quá chậm"))
                break
            # Otherwise it would be asked for first at every round, before the later ones.
            lasts = UNREACHED_FOR
            try:
                body = raw if link == feed.url else _get(client, link, until)
                lasts = REFUSED_FOR
                proposal = take_in(feed, body, url=link)
            except (HostileXml, httpx.HTTPError, httpx.InvalidURL) as error:
                problems.append(f"{link}: {error or type(error).__name__}")
                refused[link] = (timezone.now() + lasts).isoformat()
            else:
                if proposal is not None:
                    found.append(proposal)
    except (HostileXml, httpx.HTTPError, httpx.InvalidURL) as error:
        problems.append(str(error) or type(error).__name__)
    finally:
        if own:
            client.close()
    for problem in problems:
        logger.warning("feed %s: %s", feed, problem)
    Feed.objects.filter(pk=feed.pk).update(
        fetched_at=timezone.now(), error=" · ".join(problems)[:500], refused=refused
    )
    return found


def _still_refused(feed: Feed) -> dict[str, str]:
    now = timezone.now()
    known: dict[str, str] = Feed.objects.values_list("refused", flat=True).get(pk=feed.pk)
    return {link: end for link, end in known.items() if datetime.fromisoformat(end) > now}


def _get(client: httpx.Client, url: str, until: float) -> bytes:
    """At most two megabytes, whatever the other side says of its length.

    Nothing is unpacked: a few kilobytes of gzip may hold gigabytes.
    """
    headers = {"Accept": "application/cap+xml, */*;q=0.5", "Accept-Encoding": "identity"}
    with client.stream("GET", url, headers=headers) as answer:
        if answer.status_code != httpx.codes.OK:
            raise HostileXml(_("máy chủ trả lời %(code)d") % {"code": answer.status_code})
        body = bytearray()
        for chunk in answer.iter_raw():
            body += chunk
            if time.monotonic() > until:
                raise HostileXml(_("máy chủ trả lời quá chậm"))
            if len(body) > MOST_BYTES:
                raise HostileXml(_("Tệp lớn hơn 2 MB: không phải một bản tin cảnh báo."))
    return bytes(body)


def take_in(feed: Feed, raw: bytes, *, url: str = "") -> Proposal | None:
    """Judge one foreign message; the proposal it becomes, or None (known, not ours to show).

    A test, an exercise or a private message of another authority is nobody's business here, and
    it ends nothing. An update closes what it updates; an all-clear or a cancellation is shown only
    while an alert of ours stands that was made of what it ends. Raises HostileXml.
    """
    foreign = read_alert(raw)
    if feed.sender and foreign.sender != feed.sender:
        raise HostileXml(
            _("Người gửi là %(found)s, không phải %(wanted)s.")
            % {"found": foreign.sender[:100], "wanted": feed.sender}
        )
    is_true = foreign.status == "Actual" and foreign.scope == "Public"
    areas = _areas(foreign) if is_true else []
    with transaction.atomic():
        earlier = replaced_by(feed, foreign, areas) if is_true else []
        facts = _facts(foreign, url)
        if foreign.is_end:
            # A cancellation often says no more than what it cancels.
            areas = areas or sorted({code for one in earlier for code in one.areas})
            facts = {**(earlier[0].facts if earlier else {}), **facts}
        close(earlier)
        is_known_type = foreign.msg_type in {"Alert", "Update", "Cancel"}
        is_news = bool(areas) and is_known_type and not is_replaced(feed, foreign)
        proposal, is_new = Proposal.objects.get_or_create(
            feed=feed,
            sender=foreign.sender,
            identifier=foreign.identifier,
            sent=foreign.sent,
            defaults={
                "areas": areas,
                "replaces": sorted({*names_in(foreign), *(one.identifier for one in earlier)}),
                "is_end": foreign.is_end,
                "facts": facts,
                "xml": raw.decode("utf-8", "replace"),
                "expires_at": expires_at(foreign),
                "state": Proposal.State.OPEN if is_news else Proposal.State.OVER,
            },
        )
        if not is_new or not is_news or (foreign.is_end and not warned_because_of(proposal)):
            return None
        record(
            "alerts.proposed",
            by=SYSTEM,
            subject=proposal,
            detail={
                "sender": foreign.sender,
                "identifier": foreign.identifier,
                "areas": areas,
                "replaces": proposal.replaces,
                "is_end": proposal.is_end,
            },
        )
    return proposal


def _areas(foreign: ForeignAlert) -> list[str]:
    try:
        return ours_in(
            (text for info in foreign.infos for text in info.polygons),
            (text for info in foreign.infos for text in info.circles),
            (code for info in foreign.infos for code in info.geocodes),
        )
    except ValueError as error:
        raise HostileXml(_("Địa bàn không đọc được: %(error)s") % {"error": error}) from error


def _facts(foreign: ForeignAlert, url: str) -> dict[str, Any]:
    info = foreign.best_info()
    return {
        "url": url,
        "status": foreign.status,
        "msg_type": foreign.msg_type,
        **(asdict(info) if info is not None else {}),
    }

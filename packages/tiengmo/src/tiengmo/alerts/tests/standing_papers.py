"""How two people give a standing certificate, and how one person uses it, in tests."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from tiengmo.alerts.actions import (
    certify_standing,
    compose_alert,
    give_standing,
    issue_by_standing,
    propose_standing,
    second_alert,
    take_in,
)
from tiengmo.alerts.errors import AlertError
from tiengmo.alerts.models import Feed
from tiengmo.alerts.workflow import State
from tiengmo.audit.actors import SYSTEM

from .authority import Authority, warning
from .conftest import PASSPHRASE
from .factories import drafted
from .test_issue_alert import heard_by


def season(first_days, last_days):
    today = timezone.localdate()
    return [
        (today + timedelta(days=days)).strftime("%m-%d").replace("02-29", "02-28")
        for days in (first_days, last_days)
    ]


def propose(here, feed, theirs, **fields):
    first, last = fields.pop("season", season(-30, 60))
    fields = {
        "by": here.composer,
        "sender": "kttv@example.vn",
        "certificate": theirs.certificate,
        "hazard": "flash_flood",
        "events": ["Cảnh báo lũ quét"],
        "areas": [here.commune.code],
        "season_first": first,
        "season_last": last,
        "until": timezone.localdate() + timedelta(days=300),
        "passphrase": PASSPHRASE,
    } | fields
    return propose_standing(feed, **fields)


def following(here):
    """An authority that we follow, and how it speaks."""
    feed = Feed.objects.create(name="Đài khí tượng", url="https://kttv.example.vn/cap.atom")
    theirs = Authority()

    def given(**fields):
        row = propose(here, feed, theirs, **fields)
        return certify_standing(give_standing(row, by=here.above, passphrase=PASSPHRASE), by=SYSTEM)

    def told(xml=None, *, by=theirs, **more):
        xml = xml or warning(more.pop("code", here.commune.code), **more)
        return take_in(feed, by.signed(xml) if by else xml)

    return SimpleNamespace(feed=feed, theirs=theirs, given=given, told=told)


def use(here, standing, proposal, **fields):
    alert = drafted(here, proposal=proposal, **fields)
    return issue_by_standing(alert, standing, by=alert.composer, passphrase=PASSPHRASE)


def refused(here, standing, proposal, match, **fields):
    with pytest.raises(AlertError, match=match):
        use(here, standing, proposal, **fields)
    assert heard_by(here.villages[0]) == []
    # The plain way is open: another person signs.
    alert = drafted(here, proposal=proposal)
    compose_alert(alert, by=here.composer, passphrase=PASSPHRASE)
    assert second_alert(alert, by=here.above, passphrase=PASSPHRASE).state == State.ISSUED

"""What the worker and the people around a bulletin do in these tests."""

from datetime import timedelta

import time_machine
from django.utils import timezone

from tiengmo.channels.actions import carry, deliver, take_back
from tiengmo.channels.social.sending import running
from tiengmo.outbox.registry import Later
from tiengmo.releases.actions import withdraw_release
from tiengmo.releases.tests.factories import ReleaseFactory, RenditionFactory


def put_out(unit, *, network="facebook", headline="Mai tiêm phòng", **fields):
    wanted = {"unit": unit, "audience": [unit.code], "channels": [network]}
    release = ReleaseFactory(**(wanted | fields))
    body = "<p>8 giờ &amp; 14 giờ ở trạm xá.</p><ul><li>Mang sổ</li></ul>"
    RenditionFactory(release=release, headline=headline, summary="Tóm tắt.", body_html=body)
    carry(release)
    deliver(release, network)
    release.refresh_from_db()
    return release


def run():
    """Runs of the worker until it has to wait; for how many seconds, or None."""
    while True:
        try:
            running.post_due()
        except Later as later:
            if later.seconds > 0:
                return later.seconds
        else:
            return None


def run_for(minutes):
    """As long as the worker would, with the clock moved to when it looks again."""
    with time_machine.travel(timezone.now(), tick=True) as clock:
        until = timezone.now() + timedelta(minutes=minutes)
        while timezone.now() < until:
            clock.shift(timedelta(seconds=max(run() or 60, 1)))


def withdraw(release, by):
    withdraw_release(release, by=by, reason="Sai ngày.")
    release.refresh_from_db()
    take_back(release)

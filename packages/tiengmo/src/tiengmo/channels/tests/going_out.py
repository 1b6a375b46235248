"""How a release goes out, is corrected and is taken back, and what its trail then tells."""

from tiengmo.channels.actions import carry, deliver, take_back
from tiengmo.channels.trail import trail_of
from tiengmo.people.tests.factories import UserFactory
from tiengmo.releases.actions import withdraw_release
from tiengmo.releases.tests.factories import ReleaseFactory, RenditionFactory


def put_out(commune, *channels, **fields):
    release = ReleaseFactory(unit=commune, channels=list(channels), **fields)
    RenditionFactory(release=release, short_text="Mai 8 giờ tiêm phòng.")
    carry(release)
    for code in channels:
        deliver(release, code)
    release.refresh_from_db()
    return release


def withdrawn(release):
    withdraw_release(release, by=UserFactory(), reason="Sai ngày.")
    release.refresh_from_db()
    take_back(release)
    return release


def corrected(release, *channels):
    newer = put_out(
        release.unit, *(channels or release.channels), source_id=release.source_id,
        source_version="2", replaces=release,
    )  # fmt: skip
    take_back(release, only_open=True)
    return newer


def told(release, code):
    """Standing → how many things, of one channel."""
    for channel in trail_of(release):
        if channel.code == code:
            return {part.standing: part.count for part in channel.parts}
    return {}


def rows(release, code):
    return [
        row
        for channel in trail_of(release)
        if channel.code == code
        for part in channel.parts
        for row in part.rows
    ]

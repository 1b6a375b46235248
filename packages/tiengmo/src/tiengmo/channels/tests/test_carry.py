"""A cleared release goes out, its boxes report, and the deliveries say what happened."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tiengmo.audit.models import AuditEntry
from tiengmo.broadcasting.models import PlayoutItem, Segment
from tiengmo.broadcasting.tests.factories import EpisodeFactory
from tiengmo.channels import registry
from tiengmo.channels.actions import carry, deliver, take_back
from tiengmo.channels.handlers import loudspeakers_catch_up
from tiengmo.channels.loudspeakers import channel, reports
from tiengmo.outbox.models import OutboxEntry
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.releases.actions import withdraw_release
from tiengmo.releases.models import Attempt, DeliveryStatus, Receipt, Release
from tiengmo.releases.tests.factories import ReleaseFactory, RenditionFactory
from tiengmo.speakers.models import PlayReport
from tiengmo.speakers.tests.factories import BoxFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def commune():
    return UnitFactory(in_district=True)


@pytest.fixture
def boxes(commune):
    """Two boxes on line, one not, one retired, one in another commune."""
    village = VillageFactory(unit=commune, households=100)
    dead = VillageFactory(unit=commune, is_dead_zone=True)
    return {
        "near": BoxFactory(village=village, is_online=True, households_lo=30, households_hi=50),
        "far": BoxFactory(village=village, is_online=True, households_lo=20, households_hi=40),
        "away": BoxFactory(village=dead, is_online=False),
        "retired": BoxFactory(village=village, retired_at=timezone.now()),
        "elsewhere": BoxFactory(village=VillageFactory(), is_online=True),
    }


@pytest.fixture
def release(commune, boxes):
    release = ReleaseFactory(unit=commune)
    RenditionFactory(release=release)
    return release


def delivery_to(release, box):
    return release.deliveries.get(channel="loudspeakers", target=box.serial)


def sent_out(release):
    carry(release)
    for code in release.channels:
        deliver(release, code)
    release.refresh_from_db()


def played(box, item, **changes):
    return PlayReport.objects.create(
        **{
            "id": f"r-{box.serial}",
            "box": box,
            "item_id": str(item.pk) if item is not None else "",
            "language": "vi",
            "outcome": "played",
            "started_at": timezone.now(),
            "samples_played": 240_000,
            "samples_total": 240_000,
            "envelope": "{}",
            **changes,
        }
    )


def test_every_box_in_the_audience_and_the_portal_get_a_delivery(release, boxes):
    sent_out(release)
    targets = set(release.deliveries.values_list("channel", "target"))
    assert targets == {
        ("portal", release.slug),
        *(("loudspeakers", boxes[name].serial) for name in ("near", "far", "away")),
    }
    assert delivery_to(release, boxes["near"]).status == DeliveryStatus.SENDING
    away = delivery_to(release, boxes["away"])
    assert (away.status, away.reason) == (DeliveryStatus.PENDING, "cut_off")
    assert release.deliveries.get(channel="portal").status == DeliveryStatus.DELIVERED
    assert AuditEntry.objects.filter(action="release.went_out").count() == 1


def test_one_item_for_all_boxes_with_time_to_fetch_it(release, settings):
    before = timezone.now()
    sent_out(release)
    item = PlayoutItem.objects.get()
    assert item.start_at >= before + timedelta(seconds=settings.PLAYOUT_LEAD_SECONDS)
    assert item.editions == [
        {"language": "vi", "sha256": "0" * 64, "bytes": 20000, "duration_ms": 5000}
    ]
    assert OutboxEntry.objects.filter(topic="station.publish", done_at=None).count() == 1


def test_carried_twice_goes_out_once(release):
    sent_out(release)
    sent_out(release)
    assert PlayoutItem.objects.count() == 1
    assert release.deliveries.count() == 4


def test_two_releases_to_the_same_villages_do_not_speak_over_each_other(release, commune):
    other = RenditionFactory(release=ReleaseFactory(unit=commune)).release
    sent_out(release)
    sent_out(other)
    first, second = PlayoutItem.objects.order_by("start_at")
    assert second.start_at >= first.start_at + timedelta(milliseconds=first.duration_ms)


def test_proof_of_play_becomes_households_within_range(release, boxes):
    sent_out(release)
    item = PlayoutItem.objects.get()
    reports.on_sound_held(box=boxes["near"], item_id=str(item.pk))
    assert delivery_to(release, boxes["near"]).status == DeliveryStatus.SENT
    report = played(boxes["near"], item)
    reports.on_play_reported(report=report)
    reports.on_play_reported(report=report)
    assert delivery_to(release, boxes["near"]).status == DeliveryStatus.DELIVERED
    receipt = Receipt.objects.get(kind="played")
    assert (receipt.households_lo, receipt.households_hi) == (30, 50)
    assert receipt.method == "within range of proven sound"


def test_an_alert_that_was_heard_before_its_deliveries_were_made_is_delivered(
    release, boxes, monkeypatch
):
    monkeypatch.setitem(channel._SPOKEN_ELSEWHERE, release.source_type, lambda _release: "wire.7")
    played(boxes["near"], None, item_id="wire.7.0")
    played(boxes["far"], None, item_id="wire.70.0")
    sent_out(release)
    assert delivery_to(release, boxes["near"]).status == DeliveryStatus.SENDING
    (entry,) = OutboxEntry.objects.filter(topic="loudspeakers.catch_up")
    for _twice in range(2):
        loudspeakers_catch_up(entry.payload)
    assert delivery_to(release, boxes["near"]).status == DeliveryStatus.DELIVERED
    assert delivery_to(release, boxes["far"]).status == DeliveryStatus.SENDING
    assert Receipt.objects.filter(kind="played").count() == 1


def test_a_cut_play_claims_no_household(release, boxes):
    sent_out(release)
    item = PlayoutItem.objects.get()
    reports.on_play_reported(report=played(boxes["near"], item, samples_played=100_000))
    delivery = delivery_to(release, boxes["near"])
    assert (delivery.status, delivery.reason) == (DeliveryStatus.FAILED_PERMANENTLY, "cut")
    assert Receipt.objects.get(kind="played_partly").households_hi == 0


def test_a_miss_says_why(release, boxes):
    sent_out(release)
    item = PlayoutItem.objects.get()
    report = played(boxes["far"], item, outcome="missed", reason="quiet_hours", samples_played=0)
    reports.on_play_reported(report=report)
    assert delivery_to(release, boxes["far"]).reason == "quiet_hours"


def test_after_the_window_nothing_is_left_in_limbo(release, boxes):
    sent_out(release)
    assert OutboxEntry.objects.filter(topic="loudspeakers.close").exists()
    reports.close(str(release.pk))
    assert delivery_to(release, boxes["near"]).reason == "not_played"
    assert delivery_to(release, boxes["away"]).reason == "cut_off"
    assert not release.deliveries.filter(status=DeliveryStatus.SENDING).exists()


def test_proof_that_arrives_after_the_close_still_counts(release, boxes):
    sent_out(release)
    reports.close(str(release.pk))
    reports.on_play_reported(report=played(boxes["away"], PlayoutItem.objects.get()))
    assert delivery_to(release, boxes["away"]).status == DeliveryStatus.DELIVERED


def test_who_missed_it_and_hears_it_in_a_programme_is_reached(release, boxes, commune):
    sent_out(release)
    own = release.playout_items.get()
    reports.on_play_reported(
        report=played(boxes["near"], own, outcome="missed", reason="not_connected")
    )
    missed = delivery_to(release, boxes["near"])
    assert missed.status == DeliveryStatus.FAILED_PERMANENTLY
    episode = EpisodeFactory(station=commune, show__station=commune)
    segment = Segment.objects.create(episode=episode, position=0, release=release)
    again = PlayoutItem.objects.create(
        station=commune,
        title=release.title,
        part="segment",
        segment=segment,
        start_at=timezone.now(),
        start_before_at=timezone.now(),
        duration_ms=5000,
    )
    report = played(boxes["near"], again, id="r-again")
    for _ in range(2):
        reports.on_play_reported(report=report)
    missed.refresh_from_db()
    assert missed.status == DeliveryStatus.DELIVERED
    (receipt,) = Receipt.objects.filter(delivery=missed)
    assert (receipt.kind, receipt.households_hi) == ("played_again", 50)
    reports.on_play_reported(report=played(boxes["far"], again, outcome="cut"))
    assert not Receipt.objects.filter(delivery=delivery_to(release, boxes["far"])).exists()


def test_withdrawal_reaches_both_channels_and_admits_what_was_heard(release, boxes):
    sent_out(release)
    reports.on_play_reported(report=played(boxes["near"], PlayoutItem.objects.get()))
    release = withdraw_release(release, by=UserFactory(), reason="Sai ngày")
    take_back(release)
    heard = delivery_to(release, boxes["near"])
    assert (heard.status, heard.reason) == (DeliveryStatus.DELIVERED, "already_played")
    assert delivery_to(release, boxes["far"]).status == DeliveryStatus.WITHDRAWN
    assert release.deliveries.get(channel="portal").status == DeliveryStatus.WITHDRAWN
    assert PlayoutItem.objects.get().cancelled_at is not None
    assert Attempt.objects.filter(act="withdraw").count() == 4


def test_withdrawn_before_it_went_out_never_goes_out(release):
    withdraw_release(release, by=UserFactory(), reason="Nhầm")
    carry(Release.objects.get(pk=release.pk))
    assert not release.deliveries.exists()


def test_a_new_version_takes_what_has_not_played_off_the_air(release, commune):
    sent_out(release)
    newer = ReleaseFactory(
        unit=commune, source_id=release.source_id, source_version="2", replaces=release
    )
    RenditionFactory(release=newer)
    carry(newer)
    entry = OutboxEntry.objects.get(topic="channel.supersede")
    assert entry.payload == {"release": str(release.pk)}
    take_back(release, only_open=True)
    old = PlayoutItem.objects.get(release=release)
    assert old.cancelled_at is not None
    assert release.deliveries.get(channel="portal").status == DeliveryStatus.DELIVERED


def test_a_failing_channel_keeps_its_attempts_and_is_tried_again(release, monkeypatch):
    carry(release)
    channel = registry.channel("portal")
    monkeypatch.setattr(
        channel,
        "deliver",
        lambda *_: (_ for _ in ()).throw(registry.DeliveryError("đứt mạng", permanent=False)),
    )
    with pytest.raises(registry.DeliveryError):
        deliver(release, "portal")
    delivery = release.deliveries.get(channel="portal")
    assert delivery.status == DeliveryStatus.FAILED_TEMPORARILY
    assert delivery.attempts.get().outcome == "failed"
    monkeypatch.undo()
    deliver(release, "portal")
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.DELIVERED
    assert delivery.attempts.count() == 2


def test_a_bulletin_without_sound_fails_for_good_and_says_so(commune, boxes):
    release = ReleaseFactory(unit=commune, channels=["loudspeakers"])
    RenditionFactory(release=release, opus_sha256="", sound_duration_ms=None)
    carry(release)
    deliver(release, "loudspeakers")
    assert {d.reason for d in release.deliveries.all()} == {"sound_missing"}


def test_nothing_is_planned_for_what_is_withdrawn_while_its_channel_is_being_asked(
    release, boxes, monkeypatch
):
    carry(release)
    look = Release.refresh_from_db

    def looks_and_it_is_withdrawn(self, *given, **named):
        look(self, *given, **named)
        withdraw_release(self, by=UserFactory(), reason="Sai giờ")

    monkeypatch.setattr(Release, "refresh_from_db", looks_and_it_is_withdrawn)
    deliver(release, "loudspeakers")
    assert not PlayoutItem.objects.exists()

"""After a withdrawal or a correction staff see what is still out there, and tick off what is done."""

import csv
import io
import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from speaker_link import topics
from speaker_link.boxes import compose_from_box, sign_as_box
from speaker_link.messages import StationVersion, Status

from tiengmo.audit.actors import SYSTEM
from tiengmo.broadcasting.actions import publish_station
from tiengmo.broadcasting.models import PlayoutItem
from tiengmo.channels import registry
from tiengmo.channels.email_followers import listening
from tiengmo.channels.email_followers.models import Follower, Letter
from tiengmo.channels.loudspeakers import reports
from tiengmo.channels.loudspeakers.trail import on_schedules_taken
from tiengmo.channels.messages.models import Message
from tiengmo.channels.messages.sending.recovering import end_untrue
from tiengmo.channels.messages.tests.factories import SubscriberFactory
from tiengmo.channels.registry import Standing
from tiengmo.channels.screens.actions import take_report
from tiengmo.channels.screens.reading import read_report
from tiengmo.channels.screens.tests.factories import let_in
from tiengmo.channels.tests.going_out import corrected, put_out, rows, told, withdrawn
from tiengmo.channels.trail import is_over
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.releases.actions import withdraw_release
from tiengmo.speakers import keys
from tiengmo.speakers.actions import issue_station_key, set_up_keys
from tiengmo.speakers.actions.ingest import Arrival, ingest
from tiengmo.speakers.models import AnnouncedItem, Box, PlayReport, RetainedMessage
from tiengmo.speakers.tests.factories import BoxFactory

pytestmark = pytest.mark.django_db
WAITING, GONE, BACK = Standing.WAITING, Standing.GONE, Standing.TAKEN_BACK


@pytest.fixture
def commune():
    return UnitFactory(in_district=True)


@pytest.fixture
def village(commune):
    return VillageFactory(unit=commune, households=80, languages=["vi"])


def played(box, release):
    item = PlayoutItem.objects.get(release=release)
    return PlayReport.objects.create(
        id=f"r-{box.serial}", box=box, item_id=str(item.pk), language="vi", outcome="played",
        started_at=timezone.now(), samples_played=10, samples_total=10, envelope="{}",
    )  # fmt: skip


def announced(release, *, version=None):
    """What publishing the station's schedule leaves behind."""
    item = PlayoutItem.objects.select_related("station").get(release=release)
    AnnouncedItem.objects.get_or_create(
        item_id=str(item.pk),
        defaults={"station": item.station, "title": item.title, "start_at": item.start_at},
    )
    if version is not None:
        PlayoutItem.objects.filter(pk=item.pk).update(cancelled_version=version)
    return item


def test_what_stands_has_no_trail(commune, village):
    release = put_out(commune, "portal")
    assert not is_over(release)
    corrected(release)
    assert is_over(release)


def test_every_channel_of_the_house_tells_its_own_part():
    assert {one.code for one in registry.channels()} <= set(registry.trails())


def test_boxes_confirm_by_the_schedule_they_go_by(commune, village):
    near, away, never = (
        BoxFactory(village=village, is_online=True, last_seen_at=timezone.now()),
        BoxFactory(village=village, is_online=True),
        BoxFactory(village=village, last_seen_at=timezone.now() - timedelta(days=2)),
    )
    heard = BoxFactory(village=village, is_online=True)
    release = put_out(commune, "loudspeakers")
    announced(release)
    reports.on_play_reported(report=played(heard, release))
    # It got the item, and fell silent before it was taken back.
    away.is_online, away.last_seen_at = False, timezone.now()
    away.silent_since = timezone.now()
    away.save()
    withdrawn(release)
    assert told(release, "loudspeakers") == {WAITING: 2, GONE: 1, BACK: 1}
    (at_back,) = [row for row in rows(release, "loudspeakers") if row.standing is BACK]
    assert (at_back.where.split(",")[0], at_back.by) == (never.name, "chưa từng tới loa")
    silent = next(row for row in rows(release, "loudspeakers") if away.name in row.where)
    assert "mất kết nối từ" in silent.note

    item = announced(release, version=50)
    code = item.station.code
    on_schedules_taken(box=near, versions={code: 49})
    assert told(release, "loudspeakers")[WAITING] == 2
    on_schedules_taken(box=near, versions={code: 50})
    on_schedules_taken(box=near, versions={code: 51})
    assert told(release, "loudspeakers") == {WAITING: 1, GONE: 1, BACK: 2}
    confirmed = next(row for row in rows(release, "loudspeakers") if near.name in row.where)
    assert confirmed.by == "loa báo đã bỏ khỏi lịch"
    assert confirmed.since is not None
    # It comes back after the last instant of the item: no box begins that any more.
    PlayoutItem.objects.update(start_before_at=timezone.now() - timedelta(seconds=1))
    assert told(release, "loudspeakers") == {GONE: 1, BACK: 3}


def test_a_heard_bulletin_is_followed_by_its_correction(commune, village):
    heard, waits = (BoxFactory(village=village, is_online=True) for _ in range(2))
    release = put_out(commune, "loudspeakers")
    announced(release)
    reports.on_play_reported(report=played(heard, release))
    newer = corrected(release)
    (gone,) = [row for row in rows(release, "loudspeakers") if row.standing is GONE]
    assert gone.is_followed is False
    assert told(release, "loudspeakers")[WAITING] == 1
    assert waits.name in next(
        row.where for row in rows(release, "loudspeakers") if row.standing is WAITING
    )
    PlayReport.objects.all().delete()
    reports.on_play_reported(report=played(heard, newer))
    (gone,) = [row for row in rows(release, "loudspeakers") if row.standing is GONE]
    assert gone.is_followed is True


@pytest.mark.parametrize("act", [withdrawn, corrected])
def test_a_screen_holds_until_it_says_that_it_let_go(commune, act):
    screen, token = let_in(unit=commune)
    _other, _token = let_in(unit=commune)
    release = put_out(commune, "screens")
    take_report(token, read_report({"holds": [str(release.pk)]}))
    claim = {"id": str(uuid.uuid4()), "item": f"r:{release.pk}:vi", "ms": 15_000}
    now = round(timezone.now().timestamp() * 1000)
    take_report(token, read_report({"plays": [claim | {"at": now}], "holds": [str(release.pk)]}))
    act(release)
    assert told(release, "screens") == {WAITING: 1, BACK: 1}
    (row,) = [row for row in rows(release, "screens") if row.standing is WAITING]
    assert screen.name in row.where
    assert "Đã chiếu 1 lượt" in row.note
    take_report(token, read_report({"holds": []}))
    assert told(release, "screens") == {BACK: 2}
    (row,) = [row for row in rows(release, "screens") if screen.name in row.where]
    assert row.by == "màn hình báo đã gỡ"
    assert row.since is not None


def test_the_old_page_is_closed_or_leads_on(commune):
    release = put_out(commune, "portal")
    newer = corrected(release)
    assert told(release, "portal") == {BACK: 1}
    withdrawn(newer)
    assert told(newer, "portal") == {BACK: 1}
    alone = put_out(commune, "portal")
    corrected(alone, "screens")
    assert told(alone, "portal") == {WAITING: 1}


def test_texts_are_stopped_or_followed(commune, village):
    people = [SubscriberFactory(village=village) for _ in range(5)]
    release = put_out(commune, "sms")
    sent = Message.objects.filter(subscriber__in=people[:3])
    sent.update(state=Message.State.DELIVERED, sent_at=timezone.now())
    withdrawn(release)
    assert told(release, "sms") == {GONE: 3, BACK: 2}
    (gone,) = [row for row in rows(release, "sms") if row.standing is GONE]
    assert (gone.is_followed, gone.village) == (False, village)
    notices = Message.objects.filter(kind=Message.Kind.WITHDRAWAL)
    notices.update(state=Message.State.ACCEPTED)
    (gone,) = [row for row in rows(release, "sms") if row.standing is GONE]
    assert gone.is_followed is True
    assert "3 trên 3" in gone.follows


def test_texts_of_the_old_version_are_followed_by_the_new_one(commune, village):
    people = [SubscriberFactory(village=village) for _ in range(3)]
    release = put_out(commune, "sms")
    Message.objects.update(state=Message.State.DELIVERED, sent_at=timezone.now())
    newer = corrected(release)
    people[0].delete()
    Message.objects.filter(release=newer, subscriber=people[1]).update(
        state=Message.State.DELIVERED
    )
    (gone,) = rows(release, "sms")
    assert (gone.count, gone.is_followed) == (3, False)
    assert "1 trên 3" in gone.follows
    assert "1 số đang chờ gửi" in gone.follows
    assert "1 số không có tin nào đi sau" in gone.follows


@pytest.mark.parametrize("act", [withdrawn, corrected])
def test_a_text_handed_back_after_that_does_not_go_again(commune, village, act):
    SubscriberFactory(village=village)
    release = put_out(commune, "sms")
    first = Message.objects.filter(release=release, kind=Message.Kind.NEWS)
    first.update(state=Message.State.SENDING)
    act(release)
    first.update(state=Message.State.WAITING)  # the provider could not take it just then
    end_untrue()
    assert first.get().state == Message.State.CANCELLED


def follower(release, state):
    number = Follower.objects.count()
    made = Follower.objects.create(
        sealed_address="x", address_hash=str(number), confirmed_at=timezone.now()
    )
    return Letter.objects.create(follower=made, kind=Letter.Kind.NEWS, release=release, state=state)


def test_letters_are_stopped_in_the_same_transaction_or_followed(commune):
    release = put_out(commune, "portal")
    for state in (Letter.State.SENT, Letter.State.WAITING, Letter.State.HELD):
        follower(release, state)
    withdraw_release(release, by=UserFactory(), reason="Sai ngày.")
    release.refresh_from_db()
    assert told(release, "email") == {GONE: 1, BACK: 2}
    (gone,) = [row for row in rows(release, "email") if row.standing is GONE]
    assert gone.is_followed is False
    listening.tell_of(release)
    Letter.objects.filter(kind=Letter.Kind.WITHDRAWAL).update(state=Letter.State.SENT)
    (gone,) = [row for row in rows(release, "email") if row.standing is GONE]
    assert gone.is_followed is True


def test_the_page_follows_by_itself_and_is_not_for_strangers(client, commune, village):
    editor = UserFactory(editor=commune)
    BoxFactory(village=village, is_online=True)
    release = put_out(commune, "portal", "loudspeakers")
    address = reverse("channels_trail", args=[release.pk])
    sign_in(client, editor)
    assert "còn hiệu lực" in client.get(address).content.decode()
    announced(release)
    withdrawn(release)
    html = client.get(address).content.decode()
    assert "1 cụm loa" in html
    seen = re.search(r"\?seen=([0-9a-f]+)", html)[1]
    assert client.get(address, {"seen": seen}).status_code == 204
    item = announced(release, version=5)
    on_schedules_taken(box=item_box(release), versions={item.station.code: 6})
    changed = client.get(address, {"seen": seen})
    assert changed.status_code == 200
    assert "loa báo đã bỏ khỏi lịch" in changed.content.decode()
    assert "<html" not in changed.content.decode()
    assert "thu-hoi" in client.get(reverse("newsroom_release", args=[release.pk])).content.decode()
    csv_text = client.get(reverse("channels_trail_csv", args=[release.pk])).content.decode()
    table = list(csv.DictReader(io.StringIO(csv_text.removeprefix("\ufeff"))))
    assert {one["Kênh"] for one in table} == {"Cổng thông tin điện tử", "Loa truyền thanh"}
    assert {one["Tình trạng"] for one in table} == {"Đã thu về"}
    stranger = UserFactory(editor=UnitFactory(in_district=True))
    for name in ("channels_trail", "channels_trail_csv"):
        answer = sign_in(client, stranger).get(reverse(name, args=[release.pk]))
        assert answer.status_code in (302, 403)


def item_box(release):
    return Box.objects.get(pk=release.deliveries.get(channel="loudspeakers").target)


def test_from_the_signed_schedule_to_the_boxs_own_word(settings, tmp_path, commune, village):
    settings.KEYS = tmp_path / "keys"
    settings.KEYS.mkdir()
    keys._read_private.cache_clear()
    set_up_keys(by=SYSTEM)
    issue_station_key(commune, by=SYSTEM)
    box = BoxFactory(village=village, is_online=True)
    release = put_out(commune, "loudspeakers")
    item = PlayoutItem.objects.get(release=release)
    publish_station(commune)
    withdrawn(release)
    assert told(release, "loudspeakers") == {WAITING: 1}
    publish_station(commune)
    row = RetainedMessage.objects.get(topic=topics.schedule(commune.code))
    item.refresh_from_db()
    assert item.cancelled_version == row.version
    publish_station(commune)
    item.refresh_from_db()
    assert item.cancelled_version == row.version, "the first that takes it off"
    for sequence, version, left in ((1, row.version - 1, WAITING), (2, row.version, BACK)):
        body = Status(
            state="online",
            agent_version="1",
            schedules=[StationVersion(station=commune.code, version=version)],
        )
        message = compose_from_box(
            body, now=datetime.now(UTC), box=box.serial, session=1, sequence=sequence
        )
        text = sign_as_box(message, box.private_key)
        ingest([Arrival(topics.status(box.serial), text.encode(), timezone.now())])
        assert told(release, "loudspeakers") == {left: 1}

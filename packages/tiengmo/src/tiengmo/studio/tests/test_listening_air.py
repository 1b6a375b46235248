"""Which of what is signed belongs to a place's live sound, and what never does."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone
from speaker_link import topics
from speaker_link.envelope import Signer, compose, sign
from speaker_link.keys import PrivateKey
from speaker_link.kinds import Priority
from speaker_link.messages import Alert, Edition, Live
from speaker_link.on_air import pack

from tiengmo.audit.actors import SYSTEM
from tiengmo.broadcasting.actions import cancel_playout, publish_station
from tiengmo.broadcasting.models import PlayoutItem
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.speakers.actions import issue_station_key, revoke_station_key
from tiengmo.speakers.models import RetainedMessage, StationKey
from tiengmo.studio import actions
from tiengmo.studio.listening import air as listening_air
from tiengmo.studio.listening.air import Asked, air_of
from tiengmo.studio.listening.rules import ALERT_RANK
from tiengmo.studio.listening.signed import SignedWords, Word
from tiengmo.studio.models import LiveTakeover
from tiengmo.studio.sound.encoding import PACKET, OpusEncoder

from .factories import speech

EDITIONS = [
    {"language": "vi", "sha256": "1" * 64, "bytes": 1000, "duration_ms": 60_000},
    {"language": "hmn", "sha256": "2" * 64, "bytes": 1000, "duration_ms": 61_000},
]


@pytest.fixture
def other_village(village):
    return VillageFactory(unit=village.unit)


@pytest.fixture
def third_village(village):
    return VillageFactory(unit=village.unit)


def planned(station, *, areas=None, title="Bản tin sáng", **changes):
    now = timezone.now()
    fields = {
        "station": station,
        "areas": areas or [station.code],
        "title": title,
        "editions": EDITIONS,
        "start_at": now - timedelta(seconds=10),
        "start_before_at": now + timedelta(minutes=5),
        "duration_ms": 60_000,
    } | changes
    return PlayoutItem.objects.create(**fields)


def air(code, language="", asked=None):
    airs, opened = (asked or Asked()).look([(code, language)], time.time())
    return airs[code, language], opened


def titles(code, language="", asked=None):
    found, _opened = air(code, language, asked)
    return [sound.title for sound in found.sounds]


def test_a_signed_item_is_heard_in_its_language(commune):
    planned(commune)
    assert titles(commune.code) == []  # not signed yet
    publish_station(commune)
    (sound,) = air(commune.code)[0].sounds
    assert (sound.title, sound.sha256, sound.rank) == ("Bản tin sáng", "1" * 64, 0)
    assert sound.ends - sound.begins == 60
    assert air(commune.code, "hmn")[0].sounds[0].sha256 == "2" * 64
    assert air(commune.code, "dao")[0].sounds[0].sha256 == "1" * 64


def test_what_a_station_above_says_to_all_is_heard_below(commune, district):
    issue_station_key(district, by=SYSTEM)
    planned(district, title="Tin của huyện")
    publish_station(district)
    assert titles(commune.code) == ["Tin của huyện"]
    neighbour = VillageFactory(unit=UnitFactory(parent=district)).unit
    assert titles(neighbour.code) == ["Tin của huyện"]


def test_one_villages_own_item_is_not_the_communes_programme(
    village, other_village, third_village, commune
):
    planned(commune, areas=[village.code], title="Tin của thôn")
    planned(commune, areas=[village.code, other_village.code], title="Tin của phần lớn các thôn")
    publish_station(commune)
    assert titles(commune.code) == ["Tin của phần lớn các thôn"]


def test_a_withdrawn_item_is_gone_at_once(commune):
    item = planned(commune)
    publish_station(commune)
    asked = Asked()
    assert titles(commune.code, asked=asked) == ["Bản tin sáng"]
    # Before anybody has signed a schedule without it.
    cancel_playout(item)
    assert titles(commune.code, asked=asked) == []
    publish_station(commune)
    assert titles(commune.code, asked=asked) == []


def test_a_sound_that_was_taken_back_is_not_heard(commune, monkeypatch):
    planned(commune)
    publish_station(commune)
    monkeypatch.setattr(listening_air, "is_withheld", lambda sha256: sha256 == "1" * 64)
    assert titles(commune.code) == []
    assert titles(commune.code, "hmn") == ["Bản tin sáng"]


def test_what_nobody_signed_for_this_place_is_not_heard(commune):
    planned(commune)
    publish_station(commune)
    row = RetainedMessage.objects.get(topic=topics.schedule(commune.code))
    row.payload = row.payload.replace('"signature":"', '"signature":"AA', 1)
    row.version += 1
    row.save()
    assert titles(commune.code) == []


def test_a_key_that_was_taken_back_silences_what_it_signed(commune, monkeypatch):
    planned(commune)
    publish_station(commune)
    asked = Asked()
    assert titles(commune.code, asked=asked)
    revoke_station_key(StationKey.objects.get(unit=commune), by=SYSTEM, reason="Mất máy")
    monkeypatch.setattr("tiengmo.studio.listening.signed.TRUST_SECONDS", 0.0)
    assert titles(commune.code, asked=asked) == []


def on_air(commune, speaker, **fields):
    given = {"areas": [commune.code], "title": "Họp thôn"} | fields
    takeover = actions.take_over_live(commune, by=speaker, **given)
    return actions.open_stream(takeover.pk)


def segment_of(opened, signer=None, **changes):
    encoder = OpusEncoder()
    packets = encoder.encode(speech(1.0)[: 50 * PACKET])
    now = timezone.now()
    body = Live(
        **{
            "takeover": opened.on_air.takeover,
            "station": opened.on_air.station.code,
            "stream": opened.on_air.stream,
            "sequence": 0,
            "start": now + timedelta(seconds=1),
            "duration_ms": 1000,
            "packets": pack(packets),
        }
        | changes
    )
    message = compose(body, now=now, areas=opened.on_air.areas, priority=Priority.ROUTINE)
    return sign(message, by=[signer or opened.signer])


def test_a_live_voice_is_heard_by_who_signs_for_it_alone(commune, speaker):
    opened = on_air(commune, speaker)
    found, (stream,) = air(commune.code)
    (sound,) = found.sounds
    assert (sound.title, sound.stream) == ("Họp thôn", stream.name)
    topic = topics.live(commune.code, opened.on_air.takeover)
    stranger = Signer(PrivateKey.generate(), opened.signer.certificate)
    assert stream.segment(segment_of(opened, stranger), topic) is None
    assert stream.segment(segment_of(opened, stream="khac"), topic) is None
    good = segment_of(opened)
    assert stream.segment(good, topic).duration_ms == 1000
    assert stream.segment(good, topic) is None  # a second time


def test_a_voice_that_has_ended_is_over(commune, speaker):
    opened = on_air(commune, speaker)
    taken = LiveTakeover.objects.get(pk=opened.on_air.takeover)
    actions.end_takeover(taken, by=speaker)
    taken.refresh_from_db()
    actions.finish_takeover(taken, by=SYSTEM)
    assert titles(commune.code) == []


def test_a_voice_for_one_village_is_not_the_communes(village, other_village, commune, speaker):
    on_air(commune, speaker, areas=[village.code])
    found, opened = air(commune.code)
    assert found.sounds == ()
    assert opened == []


def alert(commune, areas, **changes):
    now = timezone.now()
    body = Alert(
        **{
            "version": 1,
            "alert": "lu-quet",
            "station": commune.code,
            "status": "Actual",
            "msg_type": "Alert",
            "title": "Lũ quét",
            "start": now - timedelta(seconds=5),
            "until": now + timedelta(hours=1),
            "editions": [Edition(**EDITIONS[0])],
            "repeat_ms": 120_000,
        }
        | changes
    )
    message = compose(body, now=now, areas=areas, test=body.status == "Test")
    return Word(topics.alert(commune.code, body.alert), body.version, message, ())


@pytest.fixture
def alerted(village, other_village, third_village, commune):
    """What the commune hears of these words."""

    def heard(*words):
        airtime = listening_air.Places().at(time.time())
        found, _takeovers = air_of(commune, "", words, airtime, time.time())
        return [(sound.title, sound.rank) for sound in found.sounds]

    return heard


def test_an_alert_for_one_village_is_heard_by_all_who_listen(alerted, commune, village):
    word = alert(commune, [village.code])
    assert alerted(word) == [("Lũ quét", ALERT_RANK)]
    elsewhere = VillageFactory()
    assert alerted(alert(commune, [elsewhere.code])) == []


def test_a_drill_is_heard_and_a_test_never_is(alerted, commune):
    drill = alert(commune, [commune.code], status="Exercise", title="Diễn tập: lũ quét")
    assert alerted(drill) == [("Diễn tập: lũ quét", ALERT_RANK)]
    assert alerted(alert(commune, [commune.code], status="Test")) == []


def test_an_alert_that_another_one_replaces_is_not_said_any_more(alerted, commune):
    old = alert(commune, [commune.code])
    new = alert(
        commune,
        [commune.code],
        alert="lu-quet-2",
        title="Lũ đã qua",
        msg_type="Cancel",
        repeat_ms=0,
        start=timezone.now() - timedelta(seconds=1),
        references=["lu-quet"],
    )
    assert alerted(old, new) == [("Lũ đã qua", ALERT_RANK)]


def test_quiet_hours_of_the_place_are_known(commune, settings):
    local = timezone.localtime()
    settings.QUIET_HOURS = (
        f"{local - timedelta(minutes=1):%H:%M}-{local + timedelta(minutes=5):%H:%M}"
    )
    ((first, last),) = air(commune.code)[0].quiet
    assert first <= time.time() < last


def test_a_takeover_word_without_a_stream_of_its_own_opens_none(commune, alerted):
    word = alert(commune, [commune.code])
    with pytest.raises(TypeError):
        SignedWords().stream_of(word)

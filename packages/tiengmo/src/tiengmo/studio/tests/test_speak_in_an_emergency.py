"""A voice over everything: two people sign the very same bytes, and boxes take it for that."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from speaker_link.envelope import peek
from speaker_link.errors import RefusalReason, Refused
from speaker_link.replay import MemoryReplayCache
from speaker_link.trust import Scope, Trust
from speaker_link.verification import verify

from tiengmo.audit.actors import SYSTEM
from tiengmo.audit.models import AuditEntry
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.queries import area_path
from tiengmo.speakers import issuers, keys
from tiengmo.speakers.errors import SpeakerError
from tiengmo.speakers.models import RetainedMessage
from tiengmo.studio import actions, rules
from tiengmo.studio.errors import AreaTaken, NotPossible, StudioError
from tiengmo.studio.models import EmergencyVoice, EndReason, LiveTakeover
from tiengmo.studio.queries import emergencies_for

PASSPHRASE = "nuoc lu ve nhanh"


@pytest.fixture(autouse=True)
def _quick_seals(monkeypatch):
    monkeypatch.setattr("speaker_link.sealing.N", 2**10)


def with_key(user):
    issuers.issue_person_key(issuers.make_person_key(user, passphrase=PASSPHRASE), by=SYSTEM)
    return user


@pytest.fixture
def first(speaker):
    return with_key(speaker)


@pytest.fixture
def second(commune):
    return with_key(UserFactory(approver=commune, full_name="Giàng Thị Sua"))


def ask(commune, by, **fields):
    given = {"areas": [commune.code], "title": "Lũ quét", "passphrase": PASSPHRASE} | fields
    return actions.ask_emergency(commune, by=by, **given)


def speak(commune, first, second):
    voice = ask(commune, first)
    return actions.second_emergency(voice, by=second, passphrase=PASSPHRASE)


def judged(village, text):
    path = tuple(area_path(village))
    return verify(
        text,
        trust=Trust.in_root(keys.root_public()),
        scope=Scope("loa-x", areas=path, stations=path[1:]),
        now=timezone.now(),
        replay=MemoryReplayCache(),
    )


def test_one_person_alone_says_nothing(village, commune, first, second):
    voice = ask(commune, first)
    assert not LiveTakeover.objects.exists()
    assert not RetainedMessage.objects.filter(topic__contains="takeover").exists()
    for text in voice.texts:
        with pytest.raises(Refused) as refusal:
            judged(village, text)
        assert refusal.value.reason is RefusalReason.ONE_SIGNATURE_SHORT
    with pytest.raises(StudioError, match="hai người"):
        actions.second_emergency(voice, by=first, passphrase=PASSPHRASE)
    again = UserFactory(operator=commune)
    with pytest.raises(StudioError, match="khoá ký"):
        actions.second_emergency(voice, by=again, passphrase=PASSPHRASE)
    with pytest.raises(SpeakerError):
        actions.second_emergency(voice, by=second, passphrase="sai")
    with pytest.raises(NotAllowed):
        actions.second_emergency(voice, by=UserFactory(editor=commune), passphrase=PASSPHRASE)
    assert not LiveTakeover.objects.exists()


def test_two_people_and_boxes_obey(village, commune, first, second):
    takeover = speak(commune, first, second)
    assert (takeover.priority, takeover.by) == ("emergency", first)
    opened = actions.open_stream(takeover.pk)
    message = judged(village, opened.payload)
    assert message.priority == "emergency"
    assert message.body.stream == opened.on_air.stream
    assert message.body.kid == opened.signer.key.kid
    assert opened.on_air.priority == "emergency"
    actions_done = AuditEntry.objects.values_list("action", flat=True)
    assert {"studio.emergency_asked", "studio.emergency_seconded"} <= set(actions_done)


def test_a_playout_that_was_killed_goes_on_and_the_end_is_signed_too(
    village, commune, first, second, monkeypatch
):
    takeover = speak(commune, first, second)
    one = actions.open_stream(takeover.pk)
    two = actions.open_stream(takeover.pk)
    assert one.on_air.stream != two.on_air.stream
    versions = [judged(village, each.payload).body.version for each in (one, two)]
    actions.finish_takeover(takeover, by=SYSTEM)
    last = judged(village, RetainedMessage.objects.get(topic=one.topic).payload)
    assert last.body.ended
    assert [*versions, last.body.version] == sorted([*versions, last.body.version])
    with pytest.raises(NotPossible):
        actions.open_stream(takeover.pk)


def test_the_streams_that_were_signed_run_out(commune, first, second):
    takeover = speak(commune, first, second)
    for _ in range(rules.EMERGENCY_STREAMS):
        actions.open_stream(takeover.pk)
    with pytest.raises(NotPossible):
        actions.open_stream(takeover.pk)


def test_it_displaces_whoever_speaks_and_nobody_alone_displaces_it(
    district, commune, first, second, chief
):
    held = actions.take_over_live(district, by=chief, areas=[commune.code], title="Họp")
    takeover = speak(commune, first, second)
    held.refresh_from_db()
    assert held.end_reason == EndReason.TAKEN_OVER
    with pytest.raises(AreaTaken) as told:
        actions.take_over_live(
            district, by=chief, areas=[commune.code], title="Họp", displaces=True
        )
    assert not told.value.may_displace
    another = ask(commune, second_operator(commune), title="Khác")
    with pytest.raises(AreaTaken):
        actions.second_emergency(another, by=second, passphrase=PASSPHRASE)
    # Two people of the station above may.
    with_key(chief)
    other = with_key(UserFactory(approver=district))
    voice = actions.ask_emergency(
        district, by=chief, areas=[commune.code], title="Vỡ đập", passphrase=PASSPHRASE
    )
    actions.second_emergency(voice, by=other, passphrase=PASSPHRASE)
    takeover.refresh_from_db()
    assert takeover.end_reason == EndReason.TAKEN_OVER


def second_operator(commune):
    return with_key(UserFactory(operator=commune))


def test_what_was_changed_meanwhile_is_not_signed(commune, district, first, second):
    voice = ask(commune, first)
    EmergencyVoice.objects.update(title="Diễn tập")
    voice.refresh_from_db()
    with pytest.raises(StudioError, match="khác với"):
        actions.second_emergency(voice, by=second, passphrase=PASSPHRASE)
    assert not LiveTakeover.objects.exists()


def test_either_of_the_two_ends_it(commune, first, second):
    takeover = speak(commune, first, second)
    with pytest.raises(NotAllowed):
        actions.end_takeover(takeover, by=UserFactory(approver=commune))
    actions.end_takeover(takeover, by=second)
    takeover.refresh_from_db()
    assert takeover.state == "ending"


def test_too_late_or_dropped(commune, first, second):
    voice = ask(commune, first)
    assert emergencies_for(second) == [voice]
    EmergencyVoice.objects.update(asked_at=timezone.now() - timedelta(minutes=31))
    voice.refresh_from_db()
    assert emergencies_for(second) == []
    with pytest.raises(StudioError, match="30 phút"):
        actions.second_emergency(voice, by=second, passphrase=PASSPHRASE)
    voice = ask(commune, first)
    actions.drop_emergency(voice, by=second)
    voice.refresh_from_db()
    with pytest.raises(StudioError, match="đã bỏ"):
        actions.second_emergency(voice, by=second, passphrase=PASSPHRASE)


def test_a_revoked_key_of_the_first_stops_it(commune, first, second):
    voice = ask(commune, first)
    issuers.revoke_person_key(issuers.own_key(first), by=SYSTEM, reason="mất máy")
    with pytest.raises(SpeakerError, match="thu hồi"):
        actions.second_emergency(voice, by=second, passphrase=PASSPHRASE)


def test_nobody_asks_outside_their_station(commune, first, other_commune):
    for areas in ([other_commune.code], []):
        with pytest.raises(StudioError, match="không phụ trách"):
            ask(commune, first, areas=areas)
    with pytest.raises(NotAllowed):
        ask(other_commune, first, areas=[other_commune.code])


@pytest.fixture
def other_commune(district):
    from tiengmo.places.tests.factories import VillageFactory

    return VillageFactory(unit__parent=district).unit


def test_on_two_telephones(client, commune, first, second):
    sign_in(client, first)
    page = reverse("studio_ask_emergency")
    assert page in client.get(reverse("studio_desk")).content.decode()
    assert client.get(page).status_code == 200
    asked = client.post(
        page,
        {
            "station": commune.pk,
            "areas": [commune.code],
            "title": "Lũ quét",
            "minutes": 5,
            "passphrase": PASSPHRASE,
        },
    )
    voice = EmergencyVoice.objects.get()
    assert asked["Location"] == reverse("studio_emergency", args=[voice.pk])
    waiting = client.get(asked["Location"]).content.decode()
    assert 'http-equiv="refresh"' in waiting
    assert "Ký và cho nói" not in waiting

    sign_in(client, second)
    shown = client.get(asked["Location"]).content.decode()
    assert "Ký và cho nói" in shown
    wrong = client.post(reverse("studio_second_emergency", args=[voice.pk]), {"passphrase": "sai"})
    assert wrong["Location"] == asked["Location"]
    done = client.post(
        reverse("studio_second_emergency", args=[voice.pk]), {"passphrase": PASSPHRASE}
    )
    assert done["Location"] == reverse("studio_takeover", args=[voice.pk])

    told = client.get(done["Location"]).content.decode()
    assert "ls-told" in told, "an approver operates no station, and sees what they let pass"
    colleague = UserFactory(approver=commune)
    sign_in(client, colleague)
    assert client.get(asked["Location"])["Location"] == reverse("studio_desk")

    sign_in(client, first)
    there = client.get(asked["Location"])
    assert there["Location"] == done["Location"]
    assert "ls-told" in client.get(there["Location"]).content.decode()
    assert peek(EmergencyVoice.objects.get().texts[0]).priority == "emergency"


def test_a_stranger_sees_nothing(client, commune, first):
    voice = ask(commune, first)
    sign_in(client, UserFactory(editor=commune))
    assert client.get(reverse("studio_emergency", args=[voice.pk])).status_code == 404
    client.post(reverse("studio_drop_emergency", args=[voice.pk]))
    voice.refresh_from_db()
    assert voice.dropped_at is None

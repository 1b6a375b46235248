from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from speaker_link.errors import RefusalReason, Refused
from speaker_link.replay import MemoryReplayCache
from speaker_link.trust import Scope, Trust
from speaker_link.verification import verify

from tiengmo.audit.actors import SYSTEM
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.queries import area_path
from tiengmo.speakers import issuers, keys
from tiengmo.speakers.actions import (
    AlertWords,
    await_sounds,
    clear_alert,
    publish_alert,
    publish_schedule,
    sign_alert,
)
from tiengmo.speakers.errors import RootKeyMissing, SpeakerError
from tiengmo.speakers.models import IssuerKey, RetainedMessage

pytestmark = pytest.mark.django_db
PASSPHRASE = "nuoc lu ve nhanh"


@pytest.fixture(autouse=True)
def _quick_sealing(monkeypatch):
    monkeypatch.setattr("speaker_link.sealing.N", 2**10)


def issuer(unit, **role):
    user = UserFactory(**(role or {"approver": unit}))
    row = issuers.make_person_key(user, passphrase=PASSPHRASE)
    issuers.issue_person_key(row, by=SYSTEM)
    return user, issuers.unlock(row, PASSPHRASE)


def words(village, version=0, **fields):
    return AlertWords(
        **{
            "station": village.unit,
            "alert": "lu-1",
            "version": version or int(timezone.now().timestamp() * 1000),
            "status": "Actual",
            "msg_type": "Alert",
            "title": "Cảnh báo lũ quét",
            "areas": [village.code],
            "editions": [{"language": "vi", "sha256": "a" * 64, "bytes": 9, "duration_ms": 900}],
            "repeat_ms": 60_000,
            "until": timezone.now() + timedelta(hours=2),
        }
        | fields
    )


def judged(row, village, *, replay=None, revoked=frozenset(), now=None, test=False):
    path = tuple(area_path(village))
    return verify(
        row.payload,
        trust=Trust(roots=Trust.in_root(keys.root_public()).roots, revoked=revoked),
        scope=Scope(serial="loa-x", areas=path, stations=path[1:], is_test_mode=test),
        now=now or datetime.now(UTC),
        replay=replay or MemoryReplayCache(),
        topic=row.topic,
    )


def test_two_people_make_a_box_speak_and_start_together(village):
    _, first = issuer(village.unit)
    _, second = issuer(village.unit, operator=village.unit)
    text = sign_alert(words(village), by=first, now=timezone.now() - timedelta(minutes=3))
    before = timezone.now()
    row = publish_alert(text, second=second)
    heard = judged(row, village).body
    # The instant is the second person's, ahead of now, though the words were fixed earlier.
    assert timedelta(milliseconds=500) < heard.start - before < timedelta(milliseconds=1500)


def test_one_person_with_two_keys_is_one_person(village):
    user, first = issuer(village.unit)
    issuers.make_person_key(user, passphrase=PASSPHRASE)
    other = IssuerKey.objects.get(user=user, certificate="")
    issuers.issue_person_key(other, by=SYSTEM)
    text = sign_alert(words(village), by=first, now=timezone.now())
    with pytest.raises(SpeakerError, match="thiếu chữ ký thứ hai"):
        publish_alert(text, second=issuers.unlock(other, PASSPHRASE))
    assert not RetainedMessage.objects.filter(topic__contains="/alerts/").exists()


def test_a_changed_word_is_refused(village):
    _, first = issuer(village.unit)
    _, second = issuer(village.unit)
    text = sign_alert(words(village), by=first, now=timezone.now())
    other = sign_alert(words(village, title="Khác"), by=second, now=timezone.now())
    payload = other.split('"payload":"')[1].split('"')[0]
    mine = text.split('"payload":"')[1].split('"')[0]
    with pytest.raises(SpeakerError, match="chữ ký sai"):
        publish_alert(text.replace(mine, payload), second=second)


def test_a_commune_s_person_never_speaks_to_the_neighbour(village):
    from tiengmo.places.tests.factories import UnitFactory, VillageFactory

    neighbour = VillageFactory(unit=UnitFactory(parent=village.unit.parent))
    _, first = issuer(village.unit)
    _, second = issuer(village.unit)
    text = sign_alert(
        words(village, station=neighbour.unit, areas=[neighbour.code]), by=first, now=timezone.now()
    )
    with pytest.raises(SpeakerError, match="sai địa bàn"):
        publish_alert(text, second=second)


def test_an_older_version_does_not_come_after_the_all_clear(village):
    _, first = issuer(village.unit)
    _, second = issuer(village.unit)
    now = timezone.now()
    version = int(now.timestamp() * 1000)
    late = sign_alert(words(village, version), by=first, now=now)
    clear = sign_alert(
        words(village, version + 5, msg_type="Cancel", repeat_ms=0), by=first, now=now
    )
    row = publish_alert(clear, second=second)
    replay = MemoryReplayCache()
    judged(row, village, replay=replay)
    with pytest.raises(SpeakerError, match="mới hơn"):
        publish_alert(late, second=second)
    clear_alert(village.unit.code, "lu-1")
    row.refresh_from_db()
    assert row.payload == ""
    row.payload = late
    with pytest.raises(Refused) as refused:
        judged(row, village, replay=replay)
    assert refused.value.reason in {RefusalReason.OLDER_VERSION, RefusalReason.ONE_SIGNATURE_SHORT}


def test_a_test_needs_one_person_and_reaches_test_boxes_only(village):
    _, first = issuer(village.unit)
    text = sign_alert(words(village, status="Test"), by=first, now=timezone.now())
    row = publish_alert(text, second=None)
    assert judged(row, village, test=True).test
    with pytest.raises(Refused) as refused:
        judged(row, village)
    assert refused.value.reason is RefusalReason.TEST_MESSAGE


def test_a_revoked_person_is_not_obeyed(village):
    user, first = issuer(village.unit)
    _, second = issuer(village.unit)
    text = sign_alert(words(village), by=first, now=timezone.now())
    issuers.revoke_person_key(issuers.own_key(user), by=SYSTEM, reason="mất điện thoại")
    with pytest.raises(SpeakerError, match="thu hồi"):
        publish_alert(text, second=second)
    assert "revocations" in RetainedMessage.objects.get(topic="tm/1/revocations").topic


def test_the_passphrase_is_kept_nowhere_and_guessing_is_slow(village):
    user = UserFactory(approver=village.unit)
    row = issuers.make_person_key(user, passphrase=PASSPHRASE)
    assert PASSPHRASE not in str(row.sealed)
    with pytest.raises(SpeakerError, match="khác mật khẩu đăng nhập"):
        issuers.make_person_key(user, passphrase="mat-khau-de-thu-1")
    for _ in range(5):
        with pytest.raises(SpeakerError, match="không đúng"):
            issuers.unlock(row, "doan bua mot cau")
    with pytest.raises(SpeakerError, match="Hãy đợi"):
        issuers.unlock(row, PASSPHRASE)
    IssuerKey.objects.update(locked_until=None)
    issuers.change_passphrase(row, by=user, old=PASSPHRASE, new="mot cau khac han")
    assert issuers.unlock(row, "mot cau khac han").key.kid == row.kid


def test_certifying_needs_the_root_and_a_role(village):
    stranger = UserFactory(editor=village.unit)
    row = issuers.make_person_key(stranger, passphrase=PASSPHRASE)
    with pytest.raises(SpeakerError, match="chưa có vai trò"):
        issuers.issue_person_key(row, by=SYSTEM)
    keys.root_folder().joinpath("root.jwk").unlink()
    with pytest.raises(RootKeyMissing):
        issuers.issue_person_key(row, by=SYSTEM)


def test_boxes_fetch_awaited_sounds_ahead(village):
    await_sounds(
        village.unit,
        [("b" * 64, 10)],
        until_at=timezone.now() + timedelta(hours=1),
        reason="cảnh báo",
    )
    await_sounds(
        village.unit, [("c" * 64, 10)], until_at=timezone.now() - timedelta(hours=1), reason="cũ"
    )
    body = judged(publish_schedule(village.unit, []), village).body
    assert [(one.sha256, one.bytes) for one in body.prefetch] == [("b" * 64, 10)]

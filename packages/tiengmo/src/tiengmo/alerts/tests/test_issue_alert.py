from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation
from speaker_link.errors import RefusalReason, Refused
from speaker_link.replay import MemoryReplayCache
from speaker_link.trust import Scope, Trust
from speaker_link.verification import verify

from tiengmo.alerts.actions import (
    compose_alert,
    draft_alert,
    draft_all_clear,
    draft_update,
    expire_alert,
    lapse_alert,
    reject_alert,
    release_alert,
    second_alert,
)
from tiengmo.alerts.errors import AlertError, ChangedMeanwhile
from tiengmo.alerts.models import Alert
from tiengmo.alerts.queries import current_alerts, extent_of, touching, waiting_for
from tiengmo.alerts.workflow import State
from tiengmo.outbox.models import OutboxEntry
from tiengmo.people.errors import NotAllowed
from tiengmo.places.queries import area_path
from tiengmo.releases.models import Release
from tiengmo.speakers import keys
from tiengmo.speakers.errors import SpeakerError
from tiengmo.speakers.models import RetainedMessage
from tiengmo.speakers.tests.factories import BoxFactory
from tiengmo.voices.models import Sound

from .conftest import PASSPHRASE
from .factories import GIVEN, composed, drafted, issued, make_ready

pytestmark = pytest.mark.django_db


def heard_by(village, *, test=False, replay=None):
    """What a box of that village obeys of the alerts that stand on the broker."""
    path = tuple(area_path(village))
    found = []
    for row in RetainedMessage.objects.filter(topic__contains="/alerts/").exclude(payload=""):
        try:
            found.append(
                verify(
                    row.payload,
                    trust=Trust.in_root(keys.root_public()),
                    scope=Scope("loa-x", areas=path, stations=path[1:], is_test_mode=test),
                    now=datetime.now(UTC),
                    replay=replay or MemoryReplayCache(),
                    topic=row.topic,
                ).body
            )
        except Refused as refusal:
            if refusal.reason not in {RefusalReason.WRONG_AREA, RefusalReason.TEST_MESSAGE}:
                raise
    return found


def test_one_composes_another_seconds_and_the_area_hears_it(here):
    alert = composed(here)
    assert heard_by(here.villages[0]) == []
    assert [one.pk for one in waiting_for(here.colleague)] == [alert.pk]
    assert waiting_for(here.composer) == []
    second_alert(alert, by=here.colleague, passphrase=PASSPHRASE)
    (body,) = heard_by(here.villages[0])
    assert body.status == "Actual"
    assert body.repeat_ms == 180_000
    assert body.title == "Cảnh báo lũ quét tại suối Lũng Pô"
    assert heard_by(here.neighbour) == []
    row = Alert.objects.get(pk=alert.pk)
    assert row.state == State.ISSUED
    assert row.seconder == here.colleague
    assert OutboxEntry.objects.filter(topic="alerts.release").exists()


def test_the_same_person_never_seconds(here):
    alert = composed(here)
    with pytest.raises(AlertError, match="hai người khác nhau"):
        second_alert(alert, by=here.composer, passphrase=PASSPHRASE)
    assert heard_by(here.villages[0]) == []


@pytest.mark.parametrize("who", ["next_door", "editor"])
def test_a_stranger_neither_composes_nor_seconds(here, who):
    person = getattr(here, who)
    with pytest.raises(NotAllowed):
        drafted(here, by=person)
    alert = composed(here)
    with pytest.raises(NotAllowed):
        second_alert(alert, by=person, passphrase=PASSPHRASE)


def test_a_wrong_passphrase_sends_nothing(here):
    alert = composed(here)
    with pytest.raises(SpeakerError, match="không đúng"):
        second_alert(alert, by=here.colleague, passphrase="sai mat khau roi")
    assert heard_by(here.villages[0]) == []


def test_nobody_signs_before_the_voice_is_there(here):
    alert = draft_alert(here.flood, by=here.composer, areas=[here.commune.code], given=GIVEN)
    with pytest.raises(AlertError, match="chưa tạo xong"):
        compose_alert(alert, by=here.composer, passphrase=PASSPHRASE)


def test_a_blank_that_is_needed(here):
    from tiengmo.alerts.models import Template

    fire = Template.objects.get(hazard="forest_fire")
    with pytest.raises(AlertError, match="Nơi cháy"):
        drafted(here, template=fire, given={})


def test_two_seconders_at_once_issue_it_once(here):
    alert = composed(here)
    second_alert(alert, by=here.colleague, passphrase=PASSPHRASE)
    with pytest.raises(ChangedMeanwhile):
        second_alert(alert, by=here.above, passphrase=PASSPHRASE)


def test_an_update_takes_the_place_of_what_was_said(here):
    first = issued(here)
    replay = MemoryReplayCache()
    (before,) = heard_by(here.villages[0], replay=replay)
    update = make_ready(
        draft_update(
            first, by=here.colleague, areas=[here.commune.code], given={"place": "Ngòi Phát"}
        )
    )
    compose_alert(update, by=here.colleague, passphrase=PASSPHRASE)
    second_alert(update, by=here.composer, passphrase=PASSPHRASE)
    (after,) = heard_by(here.villages[0], replay=replay)
    assert after.alert == before.alert
    assert after.version > before.version
    assert after.msg_type == "Update"
    first.refresh_from_db()
    assert first.state == State.UPDATED
    assert [one.pk for one in current_alerts()] == [update.pk]


def test_an_update_may_widen_and_never_shrink(here):
    first = issued(here)
    with pytest.raises(AlertError, match="gồm cả địa bàn"):
        draft_update(first, by=here.composer, areas=[here.villages[0].code], given=GIVEN)
    wider = make_ready(draft_update(first, by=here.above, areas=[here.district.code], given=GIVEN))
    boss = here.above
    compose_alert(wider, by=boss, passphrase=PASSPHRASE)
    # Nobody of the commune may speak for the district.
    with pytest.raises(NotAllowed):
        second_alert(wider, by=here.colleague, passphrase=PASSPHRASE)
    from tiengmo.people.tests.factories import UserFactory

    from .conftest import with_key

    second_alert(wider, by=with_key(UserFactory(operator=here.district)), passphrase=PASSPHRASE)
    (body,) = heard_by(here.villages[0])
    assert body.references == [first.wire_id]
    assert [one.title for one in heard_by(here.neighbour)] == [body.title]


def test_the_all_clear_is_spoken_once_and_the_warning_is_over(here):
    first = issued(here)
    clear = make_ready(draft_all_clear(first, by=here.composer))
    compose_alert(clear, by=here.composer, passphrase=PASSPHRASE)
    assert current_alerts()[0].pk == first.pk
    second_alert(clear, by=here.above, passphrase=PASSPHRASE)
    (body,) = heard_by(here.villages[0])
    assert (body.msg_type, body.repeat_ms) == ("Cancel", 0)
    assert "Đã an toàn" in body.title
    first.refresh_from_db()
    assert first.state == State.CANCELLED


def test_it_expires_by_itself(here):
    alert = issued(here)
    assert touching(current_alerts(), here.commune)
    assert not touching(current_alerts(), here.other)
    Alert.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert current_alerts() == []
    expire_alert(alert)
    alert.refresh_from_db()
    assert alert.state == State.EXPIRED
    assert RetainedMessage.objects.get(topic__contains="/alerts/").payload == ""


def test_what_nobody_seconds_lapses(here):
    alert = composed(here)
    Alert.objects.update(composed_at=timezone.now() - timedelta(minutes=31))
    with pytest.raises(AlertError, match="quá 30 phút"):
        second_alert(alert, by=here.colleague, passphrase=PASSPHRASE)
    lapse_alert(alert)
    alert.refresh_from_db()
    assert alert.state == State.REJECTED


def test_the_second_person_refuses_with_a_reason(here):
    alert = composed(here)
    with pytest.raises(AlertError, match="lý do"):
        reject_alert(alert, by=here.colleague, reason=" ")
    reject_alert(alert, by=here.colleague, reason="Nước đã rút")
    with pytest.raises(ChangedMeanwhile):
        second_alert(alert, by=here.colleague, passphrase=PASSPHRASE)


def test_a_test_reaches_boxes_in_test_mode_only_and_nobody_else(here):
    alert = issued(here, status="Test")
    assert alert.state == State.ISSUED
    assert heard_by(here.villages[0]) == []
    assert len(heard_by(here.villages[0], test=True)) == 1
    assert current_alerts() == []
    release_alert(alert)
    assert not Release.objects.exists()
    BoxFactory(village=here.villages[0])
    BoxFactory(village=here.villages[0], is_test_mode=True)
    assert extent_of(alert)["boxes"] == 1


def test_a_drill_needs_two_and_says_so_before_and_after(here):
    alert = composed(here, status="Exercise")
    assert heard_by(here.villages[0], test=True) == []
    info = alert.infos.get()
    said = info.script.splitlines()
    assert "diễn tập" in said[0]
    assert "diễn tập" in said[-1]
    assert info.headline.startswith("DIỄN TẬP")
    assert info.description.startswith("Đây là diễn tập")
    second_alert(alert, by=here.above, passphrase=PASSPHRASE)
    assert heard_by(here.villages[0])[0].status == "Exercise"


def test_villages_hear_vietnamese_whatever_language_the_writer_reads(here):
    with translation.override("en"):
        alert = composed(here, status="Exercise")
        info = alert.infos.get()
        assert "diễn tập" in info.script.splitlines()[0]
        assert info.headline.startswith("DIỄN TẬP")
        second_alert(alert, by=here.above, passphrase=PASSPHRASE)
        both = issued(here, areas=[village.code for village in here.villages[:1]])
        clear = draft_all_clear(both, by=here.composer)
        assert clear.headline.startswith("Đã an toàn")
        wide = drafted(here, by=here.above, areas=[here.commune.code, here.other.code])
    assert "village" not in clear.area_text + wide.area_text + both.area_text


def test_a_recording_goes_with_a_true_alert_and_not_with_a_drill(here):
    here.villages[0].languages = ["hmn", "vi"]
    here.villages[0].save()
    sound = Sound.objects.create(key="h" * 64, origin="recording", language="hmn")
    here.flood.texts.create(
        language="hmn", headline="Dej nyab", description="Dej nyab", sound=sound
    )
    issued(here)
    assert {one.language for one in heard_by(here.villages[0])[0].editions} == {"vi", "hmn"}
    assert composed(here, status="Exercise").infos.count() == 1


def test_the_all_clear_has_a_recording_of_its_own_or_is_said_in_vietnamese(here):
    here.villages[0].languages = ["hmn", "vi"]
    here.villages[0].save()
    sounds = [
        Sound.objects.create(key=letter * 64, origin="recording", language="hmn") for letter in "ab"
    ]
    text = here.flood.texts.create(
        language="hmn", headline="Dej nyab", description="Dej nyab", sound=sounds[0]
    )
    first = issued(here)
    assert draft_all_clear(first, by=here.composer).infos.count() == 1
    text.all_clear, text.all_clear_sound = "Dej nyab dhau lawm", sounds[1]
    text.save()
    clear = make_ready(draft_all_clear(first, by=here.composer))
    assert clear.infos.get(language="hmn").sound == sounds[1]
    compose_alert(clear, by=here.composer, passphrase=PASSPHRASE)
    second_alert(clear, by=here.above, passphrase=PASSPHRASE)
    (body,) = heard_by(here.villages[0])
    assert {one.language for one in body.editions} == {"vi", "hmn"}

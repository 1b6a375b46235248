"""People tick off what only people can do: posters taken down, a village told again."""

import re
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tiengmo.channels.printed.actions import note_hand_out
from tiengmo.channels.printed.models import HandOut
from tiengmo.channels.registry import Standing
from tiengmo.channels.tests.going_out import corrected, put_out, told, withdrawn
from tiengmo.channels.trail import trail_of
from tiengmo.outreach.sessions.models import Retelling, Session
from tiengmo.outreach.sessions.queries import told_wrong
from tiengmo.outreach.sessions.receipts import settle
from tiengmo.outreach.tests.factories import TopicFactory
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.releases.models import Release

pytestmark = pytest.mark.django_db
WAITING, GONE, BACK = Standing.WAITING, Standing.GONE, Standing.TAKEN_BACK


@pytest.fixture
def commune():
    return UnitFactory(in_district=True)


@pytest.fixture
def village(commune):
    return VillageFactory(unit=commune, households=80, languages=["vi"])


def note(release, village, by, **fields):
    delivery = release.deliveries.get(channel="print", target=village.code)
    wanted = {
        "id": uuid.uuid4(), "act": "put_up", "language": "vi", "copies": 4, "households": 0,
        "on": timezone.localdate(), "place": "cổng chợ",
    }  # fmt: skip
    return note_hand_out(delivery, by=by, **(wanted | fields))


@pytest.mark.parametrize("act", [withdrawn, corrected])
def test_posters_are_ticked_off_when_they_are_down(client, commune, village, act):
    editor = UserFactory(editor=commune)
    release = put_out(commune, "print")
    note(release, village, editor)
    note(release, village, editor, act="given", copies=30, households=30)
    act(release)
    assert told(release, "print") == {WAITING: 4, GONE: 30}
    page = sign_in(client, editor).get(reverse("channels_trail", args=[release.pk]))
    assert "Đã gỡ hết 4 tờ" in page.content.decode()
    found = re.search(
        r'action="(/quan-tri/ban-in/go/[^"]+)".*?name="mark" value="([^"]+)"',
        page.content.decode(),
        re.DOTALL,
    )
    stranger = UserFactory(editor=UnitFactory(in_district=True))
    sign_in(client, stranger).post(found[1], {"mark": str(uuid.uuid4())})
    assert not HandOut.objects.filter(act="taken_down").exists()
    sign_in(client, editor)
    for _ in range(2):
        assert client.post(found[1], {"mark": found[2]}).status_code == 302
    assert HandOut.objects.filter(act="taken_down").count() == 1
    assert told(release, "print") == {GONE: 30, BACK: 4}


def test_what_was_put_up_before_and_noted_later_hangs_there_too(commune, village):
    editor = UserFactory(editor=commune)
    release = put_out(commune, "print")
    Release.objects.update(released_at=timezone.now() - timedelta(days=2))
    withdrawn(release)
    assert told(release, "print") == {}
    yesterday = timezone.localdate() - timedelta(days=1)
    release.refresh_from_db()
    note(release, village, editor, on=yesterday)
    assert told(release, "print") == {WAITING: 4}


def session(release, village, by, **fields):
    made = Session.objects.create(
        id=uuid.uuid4(), kind="team", topic=TopicFactory(), village=village, release=release,
        held_at=timezone.now() - timedelta(minutes=5), language="vi", headcount=20,
        author_id=str(by.pk), author_name=str(by), **fields,
    )  # fmt: skip
    settle(release, village)
    return made


def test_a_team_tells_a_village_again_and_ticks_it_off(client, commune, village):
    propagandist = UserFactory(propagandist=commune)
    release = put_out(commune, "outreach")
    session(release, village, propagandist)
    withdrawn(release)
    assert told(release, "outreach") == {GONE: 1}
    assert not trail_of(release)[0].is_done
    assert told_wrong(propagandist)
    address = reverse("channels_trail", args=[release.pk])
    html = sign_in(client, propagandist).get(address).content.decode()
    assert f"Đã báo lại ở {village.name}" in html
    act = reverse("outreach_told_again", args=[release.pk, village.code])
    for _ in range(2):
        assert client.post(act).status_code == 302
    assert Retelling.objects.count() == 1
    assert trail_of(release)[0].is_done
    assert not told_wrong(propagandist)
    assert release.deliveries.get().reason == ""
    # Somebody tells it once more: they must be told again once more.
    Retelling.objects.update(at=timezone.now() - timedelta(hours=1))
    assert not trail_of(release)[0].is_done


def test_a_session_on_the_new_version_puts_the_old_one_right(commune, village):
    propagandist = UserFactory(propagandist=commune)
    release = put_out(commune, "outreach")
    session(release, village, propagandist)
    newer = corrected(release)
    assert trail_of(release)[0].parts[0].unfollowed == 1
    made = session(newer, village, propagandist)
    Session.objects.filter(pk=made.pk).update(held_at=timezone.now())
    assert trail_of(release)[0].is_done

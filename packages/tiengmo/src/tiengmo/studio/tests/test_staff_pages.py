"""The pages as an operator, a colleague and a stranger see them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tiengmo.broadcasting.tests.factories import EpisodeFactory, ShowFactory, SoundFactory
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.studio import actions, tokens
from tiengmo.studio.models import Encoder, LiveTakeover, PlayoutState, Relay
from tiengmo.studio.workflow import TakeoverState

DESK = "/quan-tri/len-song/"
RELAYS = "/quan-tri/tiep-am/"
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def at_desk(client, speaker):
    sign_in(client, speaker)
    return client


def filled(station, **fields):
    return {
        "station": station.pk, "areas": [station.code], "title": "Họp thôn", "reason": "",
        "priority": "routine", "source": "microphone", "url": "", "minutes": 30, "has_jingle": "on",
    } | fields  # fmt: skip


def test_one_press_takes_over_and_says_where_to_speak(at_desk, commune, speaker):
    answer = at_desk.post(DESK, filled(commune), **JSON)
    assert answer.status_code == 200
    told = answer.json()
    takeover = LiveTakeover.objects.get(pk=told["id"])
    given = tokens.read(told["token"])
    assert (given.takeover, given.user) == (takeover.pk, speaker.pk)
    assert tokens.read(told["token"] + "x") is None


def test_without_a_script_an_address_goes_on_air(at_desk, commune):
    answer = at_desk.post(DESK, filled(commune, source="url", url="https://dai.vn/a.mp3"))
    assert answer.status_code == 302
    assert LiveTakeover.objects.get().url == "https://dai.vn/a.mp3"
    assert at_desk.get(answer.url).status_code == 200


def test_a_colleague_sees_who_holds_the_area(client, at_desk, commune, speaker):
    at_desk.post(DESK, filled(commune), **JSON)
    sign_in(client, UserFactory(operator=commune))
    answer = client.post(DESK, filled(commune), **JSON)
    assert answer.status_code == 409
    assert "Vàng A Páo" in answer.json()["errors"][0]
    assert answer.json()["may_displace"] is False
    page = client.get(DESK).content.decode()
    assert "Đang trên sóng" in page
    assert "Vàng A Páo" in page


def test_a_higher_station_is_offered_to_take_over(client, at_desk, commune, district, chief):
    at_desk.post(DESK, filled(commune), **JSON)
    held = LiveTakeover.objects.get()
    sign_in(client, chief)
    given = filled(district, areas=[commune.code])
    assert client.post(DESK, given, **JSON).json()["may_displace"] is True
    assert client.post(DESK, given | {"displaces": "on"}, **JSON).status_code == 200
    held.refresh_from_db()
    assert held.state == TakeoverState.ENDED
    page = client.get(f"{DESK}{held.pk}/").content.decode()
    assert "Lý Thị Mẩy" in page


def test_only_who_speaks_gets_the_microphone_s_word(client, at_desk, commune):
    told = at_desk.post(DESK, filled(commune), **JSON).json()
    sign_in(client, UserFactory(operator=commune))
    assert client.get(told["state_url"]).json()["token"] == ""


def test_a_recording_is_put_into_a_programme_to_come(at_desk, commune, speaker):
    at_desk.post(DESK, filled(commune), **JSON)
    held = LiveTakeover.objects.get()
    held.recording = SoundFactory()
    held.recording.mp3 = held.recording.opus
    held.recording.save()
    held.state = TakeoverState.ENDED
    held.ended_at = timezone.now()
    held.save()
    page = at_desk.get(f"{DESK}{held.pk}/")
    assert not page.context["again"].has_choice
    show = ShowFactory(station=commune)
    coming = EpisodeFactory(show=show, station=commune)
    gone = EpisodeFactory(
        show=show, station=commune, start_at=timezone.now() - timedelta(hours=1), occurs_at=None
    )
    assert str(coming.pk) in at_desk.get(f"{DESK}{held.pk}/").content.decode()
    at_desk.post(f"{DESK}{held.pk}/phat-lai/", {"episode": gone.pk})
    assert not gone.segments.exists()
    answer = at_desk.post(f"{DESK}{held.pk}/phat-lai/", {"episode": coming.pk})
    assert str(coming.pk) in answer.url
    (segment,) = coming.segments.all()
    assert (segment.sound, segment.title) == (held.recording, held.title)


def test_a_stranger_sees_nothing_and_ends_nothing(client, at_desk, commune):
    told = at_desk.post(DESK, filled(commune), **JSON).json()
    sign_in(client, UserFactory(editor=commune))
    assert client.get(told["page_url"]).status_code == 404
    assert client.post(told["stop_url"]).status_code == 404
    assert "chưa được giao vai trò" in client.get(DESK).content.decode()


def test_stopping_ends_it(at_desk, commune):
    told = at_desk.post(DESK, filled(commune), **JSON).json()
    assert at_desk.post(told["stop_url"], **JSON).json()["state"] == TakeoverState.ENDING


def test_the_page_says_when_nobody_would_take_the_voice(at_desk):
    assert "Phòng phát chưa hoạt động" in at_desk.get(DESK).content.decode()
    now = timezone.now()
    PlayoutState.objects.create(name="playout", heartbeat_at=now, started_at=now)
    assert "Phòng phát chưa hoạt động" not in at_desk.get(DESK).content.decode()


def test_an_encoder_s_password_is_shown_once(at_desk, commune):
    page = at_desk.post(f"{DESK}bo-ma-hoa/", {"station": commune.code})
    password = page.context["password"]
    assert password in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert password not in at_desk.get(f"{DESK}bo-ma-hoa/").content.decode()
    assert password not in Encoder.objects.get().password_hash
    assert actions.is_encoder_password(commune.code, password)
    assert not actions.is_encoder_password(commune.code, "")
    assert not actions.is_encoder_password("khong-co", password)


def relay_form(station, **fields):
    given = {
        "title": "Đài huyện", "station": station.pk, "source": "url", "url": "https://dai.vn/a.mp3",
        "upstream": "", "areas": [station.code], "is_enabled": "on",
        "hours-TOTAL_FORMS": 2, "hours-INITIAL_FORMS": 0,
        "hours-0-days": [0, 1, 2, 3, 4, 5, 6], "hours-0-starts": "05:00", "hours-0-ends": "05:30",
        "hours-1-starts": "", "hours-1-ends": "",
    }  # fmt: skip
    return given | fields


def test_a_relay_is_made_changed_and_shown(at_desk, commune):
    assert at_desk.post(f"{RELAYS}them/", relay_form(commune)).status_code == 302
    relay = Relay.objects.get()
    page = at_desk.get(RELAYS).content.decode()
    assert "05:00–05:30" in page
    assert "Lần tới" in page
    form = at_desk.get(f"{RELAYS}{relay.pk}/").content.decode()
    assert 'value="05:00"' in form
    changed = relay_form(commune, **{"hours-0-ends": "05:45"})
    assert at_desk.post(f"{RELAYS}{relay.pk}/", changed).status_code == 302
    assert f"{relay.hours.get()}" == "05:00–05:45"


def test_half_a_row_of_hours_is_told_where_it_stands(at_desk, commune):
    given = relay_form(commune, **{"hours-1-starts": "17:00"})
    page = at_desk.post(f"{RELAYS}them/", given)
    assert page.status_code == 200
    assert "đủ ngày" in page.content.decode()
    assert not Relay.objects.exists()

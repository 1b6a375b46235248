from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import timezone

from tiengmo.people.tests.factories import UserFactory
from tiengmo.speakers.models import Box, GatewayState, Refusal
from tiengmo.speakers.tests.factories import BoxFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(village):
    return BoxFactory(village=village, name="Cụm loa đầu thôn")


@pytest.fixture
def operator(box, client, settings):
    settings.IS_DEMO = True
    user = UserFactory(operator=box.village.unit, is_demo_account=True)
    client.force_login(user)
    return user


@pytest.fixture(autouse=True)
def _gateway():
    GatewayState.objects.create(
        name="gateway", heartbeat_at=timezone.now(), connected_at=timezone.now()
    )


def poll(client, **asked):
    return client.get(f"{reverse('speakers_live')}?{urlencode(asked)}")


def mark(client):
    context = client.get(reverse("speakers_board")).context
    return {"since": context["since"], "pulse": context["pulse_mark"]}


def test_operator_sees_own_boxes_only(client, operator, box):
    BoxFactory(name="Loa xã khác")
    page = client.get(reverse("speakers_board")).content.decode()
    assert "Cụm loa đầu thôn" in page
    assert "Loa xã khác" not in page


def test_nothing_new_costs_nothing(client, operator, box, django_assert_max_num_queries):
    Box.objects.update(changed_at=timezone.now() - timedelta(minutes=1))
    asked = mark(client)
    with django_assert_max_num_queries(15):
        answer = poll(client, **asked)
    assert answer.status_code == 204


def test_a_change_sends_that_row(client, operator, box):
    other = BoxFactory(village=box.village)
    old = timezone.now() - timedelta(minutes=1)
    Box.objects.update(changed_at=old, enrolled_at=old)
    asked = mark(client)
    Box.objects.filter(pk=box.pk).update(
        is_online=True, last_seen_at=timezone.now(), changed_at=timezone.now()
    )
    answer = poll(client, **asked)
    assert answer.status_code == 200
    assert f'id="loa-{box.serial}" hx-swap-oob' in answer.content.decode()
    assert other.serial not in answer.content.decode()


def test_board_says_when_the_gateway_is_gone(client, operator, box):
    asked = mark(client)
    GatewayState.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=3))
    assert "Cổng loa không hoạt động" in poll(client, **asked).content.decode()


def test_filter_by_state(client, operator, box):
    BoxFactory(village=box.village, name="Loa im", is_online=False, last_seen_at=timezone.now())
    page = client.get(reverse("speakers_board"), {"state": "silent"}).content.decode()
    assert "Loa im" in page
    assert "Cụm loa đầu thôn" not in page


def test_refused_message_stands_on_the_box_page(client, operator, box):
    Refusal.objects.create(
        id="r1", box=box, reason="wrong_area", at=timezone.now(), envelope="", detail="…"
    )
    page = client.get(reverse("speakers_box", args=[box.serial])).content.decode()
    assert "sai địa bàn" in page


def test_box_page_polls_for_changes(client, operator, box):
    url = reverse("speakers_box", args=[box.serial])
    page = client.get(url)
    asked = {"mark": page.context["mark"]}
    assert client.get(url, asked, headers={"hx-request": "true"}).status_code == 204
    Box.objects.update(changed_at=timezone.now())
    answer = client.get(url, asked, headers={"hx-request": "true"})
    assert answer.status_code == 200
    assert b"<html" not in answer.content


def test_set_volume_from_the_page(client, operator, box):
    answer = client.post(
        reverse("speakers_set_volume", args=[box.serial]), {"volume": 40}, follow=True
    )
    assert "đặt âm lượng 40" in answer.content.decode()
    assert Box.objects.get(pk=box.pk).volume == 40
    assert box.commands.get().command == "set_volume"


@pytest.mark.parametrize("act", ["speakers_test_tone", "speakers_stop"])
def test_colleague_without_the_role_may_not(client, box, act):
    client.force_login(UserFactory(editor=box.village.unit))
    answer = client.post(reverse(act, args=[box.serial]), follow=True)
    assert "cần vai trò" in answer.content.decode()
    assert not box.commands.exists()


def test_stranger_does_not_find_the_box(client, box, settings):
    settings.IS_DEMO = True
    client.force_login(UserFactory(operator=True, is_demo_account=True))
    assert client.post(reverse("speakers_test_tone", args=[box.serial])).status_code == 404
    assert not box.commands.exists()


def test_technician_enrols_a_new_box(client, village, settings):
    settings.IS_DEMO = True
    client.force_login(UserFactory(technician=village.unit, is_demo_account=True))
    answer = client.post(
        reverse("speakers_enrol"), {"village": village.pk, "name": "Loa mới", "horns": 3}
    )
    page = answer.content.decode()
    assert "TM-" in page
    assert "speaker-agent enrol" in page
    assert "<svg" in page
    assert "no-store" in answer["cache-control"]


def test_retiring_needs_a_reason_and_a_technician(client, box, settings):
    settings.IS_DEMO = True
    url = reverse("speakers_retire", args=[box.serial])
    client.force_login(UserFactory(technician=box.village.unit, is_demo_account=True))
    client.post(url, {"reason": " "})
    assert not Box.objects.get(pk=box.pk).is_retired
    client.post(url, {"reason": "Hỏng nguồn"})
    assert Box.objects.get(pk=box.pk).is_retired


def test_outlines_are_cached(client, operator, box):
    village = box.village
    village.geometry = {"type": "Point", "coordinates": [103.7, 22.6]}
    village.save()
    first = client.get(reverse("speakers_outlines"))
    assert len(first.json()["features"]) == 1
    again = client.get(reverse("speakers_outlines"), headers={"if-none-match": first["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "since", ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59-12:00", "x", "²", "2026-11-21"]
)
def test_an_instant_that_no_clock_shows_gets_the_whole_board(client, operator, box, since):
    assert box.name in poll(client, since=since).content.decode()

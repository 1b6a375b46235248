"""A session ends twelve hours after its person's last click, whatever the page asks by itself."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tiengmo.people.tests.factories import UserFactory, sign_in

pytestmark = pytest.mark.django_db

HOME = "/quan-tri/"


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def is_signed_in(client, **headers):
    return client.get(HOME, **headers).status_code == 200


@pytest.fixture
def member(client, clock):
    user = UserFactory(editor=True)
    sign_in(client, user)
    assert is_signed_in(client)
    return user


def test_eleven_hours_later_one_goes_on_and_so_every_time(client, member, clock):
    for _ in range(4):
        clock.shift(timedelta(hours=11))
        assert is_signed_in(client)


def test_thirteen_hours_later_one_signs_in_again(client, member, clock):
    clock.shift(timedelta(hours=13))
    assert not is_signed_in(client)


@pytest.mark.parametrize("header", ["HTTP_X_REQUESTED_WITH", "HTTP_HX_REQUEST"])
def test_a_page_that_asks_by_itself_is_nobody_at_work(client, member, clock, header):
    for _ in range(7):
        clock.shift(timedelta(hours=2))
        client.get(HOME, **{header: "true"})
    assert not is_signed_in(client)


def test_a_click_a_second_writes_the_session_once_in_ten_minutes(client, member, clock):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    clock.shift(timedelta(minutes=11))
    written = []
    for _ in range(3):
        clock.shift(timedelta(seconds=1))
        with CaptureQueriesContext(connection) as queries:
            client.get(HOME)
        written.append(
            sum('UPDATE "django_session"' in query["sql"] for query in queries.captured_queries)
        )
    assert written == [1, 0, 0]

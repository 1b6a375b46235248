"""Whatever a network does, a bulletin stands once on a page, or is shown as in doubt."""

from datetime import timedelta
from unittest import mock

import httpx
import pytest
import time_machine
from django.utils import timezone

from tiengmo.channels.registry import channel
from tiengmo.channels.social import actions, sealing
from tiengmo.channels.social.errors import SocialError
from tiengmo.channels.social.models import Connection, Network, Post
from tiengmo.channels.social.sending import running
from tiengmo.channels.social.tests.acting import put_out, run, run_for
from tiengmo.channels.social.tests.factories import ConnectionFactory
from tiengmo.channels.social.tests.network import graph_error
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory
from tiengmo.releases.models import DeliveryStatus

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick")]
Act, State = Post.Act, Post.State


@pytest.mark.parametrize(
    ("step", "wait"),
    [
        ((429, {"Retry-After": "120"}, "slow down"), 120),
        ((503, {}, "<html>"), 2),
        (httpx.ConnectError("refused"), 2),
        ((400, {}, graph_error(190, 460, "The session has been invalidated")), 2),
        ((403, {}, graph_error(200, message="Permissions error")), 2),
        ((400, {}, graph_error(32, message="Page request limit reached")), 2),
        ((403, {}, "<html>proxy</html>"), 2),
        ((302, {"Location": "https://elsewhere.example/"}, ""), 2),
    ],
)
def test_a_page_in_trouble_is_left_alone_and_nothing_is_lost(unit, page, line, step, wait):
    release = put_out(unit)
    line.script = [step]
    run()
    assert len(line.requests) == 1
    connection = Connection.objects.get()
    left_alone = connection.paused_until - timezone.now()
    assert left_alone.total_seconds() == pytest.approx(wait, abs=1.9)
    assert connection.failing_since is not None
    assert connection.trouble
    delivery = release.deliveries.get()
    assert (delivery.status, delivery.reason) == (DeliveryStatus.PENDING, "account_trouble")
    run_for(4)
    assert len(line.posts) == 1
    assert Connection.objects.get().failing_since is None
    assert release.deliveries.get().status == DeliveryStatus.DELIVERED


def test_over_the_applications_rate_every_page_waits(unit, line):
    for _ in range(3):
        ConnectionFactory(account__unit=unit)
    put_out(unit)
    line.script = [(403, {}, graph_error(4, message="Application request limit reached"))] * 3
    run()
    assert len(line.requests) == 3
    assert Network.objects.get(pk="facebook").paused_until is not None
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        run()
    assert len(line.requests) == 3
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        run()
    assert len(line.posts) == 3
    # Nobody's credentials are at fault.
    assert not Connection.objects.exclude(failing_since=None).exists()


UNSURE = [
    httpx.ReadTimeout("?"),
    httpx.RemoteProtocolError("?"),
    httpx.ReadError("?"),
    (500, {}, graph_error(1, message="An unknown error occurred")),
    (500, {}, "<html>"),
    (200, {"Content-Type": "text/html"}, "<html>Bảo trì</html>"),
    (200, {}, []),
    (200, {}, {"error": "what"}),
]


@pytest.mark.parametrize("step", UNSURE[:3])
def test_taken_and_unanswered_is_found_on_the_page_and_posted_once(unit, page, line, step):
    release = put_out(unit)
    line.script = [line.take_and(step)]
    run()
    assert Post.objects.get().state == State.IN_DOUBT
    assert release.deliveries.get().status == DeliveryStatus.IN_DOUBT
    run_for(1)
    assert len(line.posts) == 1
    assert len([one for one in line.asked("/feed") if one.method == "POST"]) == 1
    delivery = release.deliveries.get()
    assert (delivery.status, delivery.reference) == (DeliveryStatus.DELIVERED, *line.posts)


@pytest.mark.parametrize("step", UNSURE)
def test_unanswered_and_not_found_stays_in_doubt_until_somebody_looked(unit, page, line, step):
    release = put_out(unit)
    line.script = [step]
    run_for(180)
    assert len([one for one in line.asked("/feed") if one.method == "POST"]) == 1
    assert len([one for one in line.asked("/feed") if one.method == "GET"]) == 5
    post = Post.objects.get()
    assert release.deliveries.get().status == DeliveryStatus.IN_DOUBT
    assert "1 trang chưa rõ" in channel("facebook").summary(release)
    with pytest.raises(NotAllowed):
        actions.publish_again(post, by=UserFactory(editor=True))
    actions.publish_again(post, by=UserFactory(editor=unit))
    run()
    assert len(line.posts) == 1
    assert release.deliveries.get().status == DeliveryStatus.DELIVERED
    with pytest.raises(SocialError):
        actions.publish_again(Post.objects.get(), by=UserFactory(editor=unit))


def test_zalo_takes_it_and_the_answer_is_lost(unit, oa, line):
    release = put_out(unit, network="zalo")
    line.script = [line.take_and(httpx.ReadTimeout("?"))]
    run_for(3)
    assert len(line.asked("/create")) == 1
    assert release.deliveries.get().reference == next(iter(line.posts))


def test_zalo_is_still_making_it(unit, oa, line):
    release = put_out(unit, network="zalo")
    still = (200, {}, {"error": -214, "message": "processing"})
    line.script = [lambda _request: None, still, still]
    run()
    assert release.deliveries.get().status == DeliveryStatus.SENT
    assert Connection.objects.get().failing_since is None
    run_for(10)
    assert len(line.asked("/create")) == 1
    assert release.deliveries.get().status == DeliveryStatus.DELIVERED


def test_a_worker_killed_in_the_middle(unit, line):
    for _ in range(20):
        ConnectionFactory(account__unit=unit)
    put_out(unit)

    def killed(*_arguments):
        raise KeyboardInterrupt

    with mock.patch.object(running, "write_down", killed), pytest.raises(KeyboardInterrupt):
        running.post_due()
    assert len(line.posts) == running.AT_ONCE
    run_for(5)
    assert len(line.posts) == 20
    made = [one for one in line.asked("/feed") if one.method == "POST"]
    assert len(made) == 20
    assert set(Post.objects.values_list("state", flat=True)) == {State.DONE}


def test_what_is_refused_for_good_is_not_tried_again(unit, page, line):
    release = put_out(unit)
    line.script = [(400, {}, graph_error(100, message="Invalid parameter"))]
    run_for(60)
    assert len(line.requests) == 1
    delivery = release.deliveries.get()
    assert (delivery.status, delivery.reason) == (
        DeliveryStatus.FAILED_PERMANENTLY,
        "post_refused",
    )
    assert "Invalid parameter" in delivery.detail


def test_an_hour_of_silence_loses_nothing_and_knocks_seldom(unit, page, line):
    release = put_out(unit)
    line.script = [httpx.ConnectError("down")] * 1000
    run_for(60)
    assert len(line.requests) < 40
    line.script = []
    with time_machine.travel(timezone.now() + timedelta(minutes=90)):
        run()
    assert release.deliveries.get().status == DeliveryStatus.DELIVERED


def test_zalos_token_is_renewed_once_and_kept(unit, oa, line):
    Connection.objects.update(access_ends_at=timezone.now() + timedelta(minutes=5))
    release = put_out(unit, network="zalo")
    run_for(1)
    assert len(line.asked("/access_token")) == 1
    kept = Connection.objects.get()
    opened = sealing.open_credentials(kept.sealed_credentials)
    assert opened == {"access_token": line.access, "refresh_token": line.refresh}
    assert kept.access_ends_at > timezone.now() + timedelta(hours=24)
    assert kept.credentials_expire_on == timezone.localdate() + timedelta(days=90)
    assert release.deliveries.get().status == DeliveryStatus.DELIVERED
    for one in line.requests:
        assert "khoa-" not in str(one.url)


def test_a_token_that_ended_early_is_renewed(unit, oa, line):
    line.access = "mot-khoa-khac"
    release = put_out(unit, network="zalo")
    run_for(2)
    assert len(line.asked("/access_token")) == 1
    assert release.deliveries.get().status == DeliveryStatus.DELIVERED
    assert Connection.objects.get().failing_since is None


def test_a_revoked_right_shows_and_the_post_waits(unit, oa, line):
    line.access, line.refresh = "thu-hoi", "thu-hoi"
    release = put_out(unit, network="zalo")
    run_for(3)
    connection = Connection.objects.get()
    assert "-14014" in connection.trouble
    assert connection.failing_since is not None
    assert release.deliveries.get().reason == "account_trouble"
    by = UserFactory(administrator=unit)
    line.refresh = "khoa-moi"
    actions.save_connection(
        oa,
        credentials={"refresh_token": "khoa-moi"},
        by=by,
        is_used=True,
        cover_url=connection.cover_url,
    )
    run_for(1)
    assert release.deliveries.get().status == DeliveryStatus.DELIVERED


def test_two_workers_renew_once(unit, oa, line):
    stale = Connection.objects.select_related("account").get()
    Connection.objects.update(access_ends_at=None)
    first, second = (Connection.objects.select_related("account").get() for _ in range(2))
    with line.client() as http:
        running.ready(first, http)
        kept = running.ready(second, http)
    assert kept.credentials["access_token"] == line.access
    Connection.objects.update(access_ends_at=None, renewing_since=timezone.now())
    stale.refresh_from_db()
    with line.client() as http:
        assert running.ready(stale, http).said.value == "not_yet"
    assert len(line.asked("/access_token")) == 1

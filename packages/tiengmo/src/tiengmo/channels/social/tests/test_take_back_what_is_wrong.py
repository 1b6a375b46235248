"""What was corrected or withdrawn while a post was on its way does not stay on a page."""

from unittest import mock

import httpx
import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from tiengmo.channels.registry import Standing, channel
from tiengmo.channels.social import actions
from tiengmo.channels.social.errors import SocialError
from tiengmo.channels.social.models import Connection, Post
from tiengmo.channels.social.sending import running
from tiengmo.channels.social.tests.acting import put_out, run, run_for, withdraw
from tiengmo.channels.social.tests.factories import ConnectionFactory
from tiengmo.channels.social.tests.network import graph_error
from tiengmo.channels.trail import trail_of
from tiengmo.people.tests.factories import UserFactory
from tiengmo.releases.models import Delivery, DeliveryStatus

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick")]
SLOW_DOWN = (429, {"Retry-After": "2"}, "slow down")
NO_EDIT = (400, {}, graph_error(100, message="Cannot edit"))


def while_on_the_line(act):
    """A run in which `act` happens after a post was claimed, before the network has answered."""
    real = running.claim

    def claim_then_act(code, count):
        got = real(code, count)
        if got and acts:
            acts.pop()()
        return got

    acts = [act]
    with mock.patch.object(running, "claim", claim_then_act):
        run()


def told(release):
    ((row,),) = [part.rows for one in trail_of(release) for part in one.parts]
    return row


def messages(line):
    return [one["message"].splitlines()[0] for one in line.posts.values()]


def test_withdrawing_a_correction_that_the_network_handed_back_takes_the_old_words_down(
    unit, page, line
):
    wrong = put_out(unit)
    run()
    right = put_out(unit, headline="Bản đúng", replaces=wrong)
    line.script = [SLOW_DOWN]
    while_on_the_line(lambda: withdraw(right, UserFactory(approver=unit)))
    run_for(2)
    assert line.posts == {}
    assert right.deliveries.get().status == DeliveryStatus.WITHDRAWN
    assert told(wrong).standing is Standing.TAKEN_BACK
    assert run() is None


def test_correcting_news_that_the_network_handed_back_posts_only_the_correction(unit, page, line):
    wrong = put_out(unit)
    line.script = [SLOW_DOWN]
    while_on_the_line(lambda: put_out(unit, headline="Bản đúng", replaces=wrong))
    run_for(2)
    assert messages(line) == ["Đính chính: Bản đúng"]
    assert wrong.deliveries.get().status == DeliveryStatus.CANCELLED
    assert told(wrong).by == "chưa từng đăng"


def test_correcting_news_while_it_is_being_posted_takes_the_old_words_down(unit, page, line):
    wrong = put_out(unit)
    while_on_the_line(lambda: put_out(unit, headline="Bản đúng", replaces=wrong))
    run_for(2)
    assert messages(line) == ["Đính chính: Bản đúng"]
    assert wrong.deliveries.get().status == DeliveryStatus.WITHDRAWN


def test_correcting_news_in_doubt_takes_the_old_words_down_when_they_are_found(unit, page, line):
    wrong = put_out(unit)
    line.script = [line.take_and(httpx.ReadTimeout("?"))]
    run()
    put_out(unit, headline="Bản đúng", replaces=wrong)
    assert told(wrong).standing is Standing.WAITING
    run_for(3)
    assert messages(line) == ["Đính chính: Bản đúng"]


def test_nobody_posts_again_what_was_corrected(unit, page, line):
    wrong = put_out(unit)
    line.script = [httpx.ReadTimeout("?")]
    run()
    put_out(unit, headline="Bản đúng", replaces=wrong)
    post, by = Post.objects.get(release=wrong), UserFactory(editor=unit)
    with pytest.raises(SocialError, match="đính chính"):
        actions.publish_again(post, by=by)
    # Who looked and saw nothing closes the doubt instead.
    assert told(wrong).standing is Standing.WAITING
    actions.note_gone(post, by=by)
    assert told(wrong).standing is Standing.TAKEN_BACK


def test_what_was_withdrawn_on_the_way_is_not_claimed_for_ever(unit, page, line):
    wrong = put_out(unit)
    run()
    right = put_out(unit, headline="Bản đúng", replaces=wrong)
    type(right).objects.filter(pk=right.pk).update(status="withdrawn")
    assert not running.due_now().exists()
    assert running.seconds_to_next() is None


def test_a_page_that_refuses_change_and_removal_still_shows_what_is_wrong(unit, page, line):
    wrong = put_out(unit)
    run()
    accept = line.accept
    refuses = httpx.Response(400, json=graph_error(100, message="Cannot delete"))
    line.accept = lambda asked: refuses if asked.method == "DELETE" else accept(asked)
    line.script = [NO_EDIT]
    put_out(unit, headline="Bản đúng", replaces=wrong)
    run_for(2)
    assert sorted(messages(line)) == ["Mai tiêm phòng", "Đính chính: Bản đúng"]
    row = told(wrong)
    assert row.standing is Standing.WAITING
    assert "gỡ tay" in row.note


def test_what_somebody_had_removed_on_the_page_is_told_as_gone(unit, page, line):
    wrong = put_out(unit)
    run()
    line.posts.clear()
    put_out(unit, headline="Bản đúng", replaces=wrong)
    run_for(2)
    assert messages(line) == ["Đính chính: Bản đúng"]
    assert told(wrong).by == "mạng xã hội báo đã gỡ bài"


def test_a_correction_that_leaves_facebook_out_takes_the_wrong_post_down(unit, page, line):
    wrong = put_out(unit)
    run()
    put_out(unit, network="zalo", headline="Bản đúng", replaces=wrong)
    run()
    assert line.posts == {}
    assert told(wrong).standing is Standing.TAKEN_BACK


def test_357_pages_take_as_many_questions_as_three(unit, line):
    def asked(pages):
        for _ in range(pages):
            ConnectionFactory(account__unit=unit)
        release = put_out(unit)
        rows = list(Delivery.objects.filter(release=release))
        assert len(rows) == Connection.objects.count()
        with CaptureQueriesContext(database) as seen:
            channel("facebook").deliver(release, rows)
        return len(seen)

    assert asked(3) == asked(20)

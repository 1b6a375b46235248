"""A bulletin goes to pages; it is corrected, taken down, counted and tried out."""

from datetime import timedelta
from unittest import mock

import httpx
import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from tiengmo.channels.actions import take_back
from tiengmo.channels.registry import Forms, Standing, channel
from tiengmo.channels.social import actions
from tiengmo.channels.social.models import Connection, Network, Post
from tiengmo.channels.social.networks import exchange
from tiengmo.channels.social.sending import bucket, figures, running
from tiengmo.channels.social.settling import VIEWED
from tiengmo.channels.social.tests.acting import put_out, run, run_for, withdraw
from tiengmo.channels.social.tests.factories import ConnectionFactory
from tiengmo.channels.social.tests.network import graph_error
from tiengmo.channels.trail import trail_of
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.reach.queries import reach_of
from tiengmo.releases.actions import withdraw_release
from tiengmo.releases.models import DeliveryStatus, Receipt

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick")]
Act, State = Post.Act, Post.State


def test_a_bulletin_on_a_page_is_posted_corrected_and_taken_down(unit, page, line):
    release = put_out(unit)
    assert run() is None
    (post,) = line.posts.values()
    link = f"https://mo.example.vn/tin/{release.slug}/"
    assert post["message"] == (
        f"Mai tiêm phòng\n\n8 giờ & 14 giờ ở trạm xá.\n\n– Mang sổ\n\n{link}"
    )
    assert post["link"] == link
    delivery = release.deliveries.get()
    assert (delivery.status, delivery.reference) == (DeliveryStatus.DELIVERED, post["id"])
    assert Post.objects.get().address == f"https://www.facebook.com/{post['id']}"
    # The secret travels in no address.
    assert all("khoa-trang" not in str(one.url) for one in line.requests)

    corrected = put_out(unit, headline="Ngày kia tiêm phòng", replaces=release)
    run()
    (post,) = line.posts.values()
    assert post["message"].startswith("Đính chính: Ngày kia tiêm phòng")
    assert corrected.deliveries.get().status == DeliveryStatus.DELIVERED

    withdraw(corrected, UserFactory(approver=unit))
    delivery = corrected.deliveries.get()
    assert (delivery.status, delivery.reason) == (DeliveryStatus.DELIVERED, "post_out")
    run()
    assert line.posts == {}
    assert corrected.deliveries.get().status == DeliveryStatus.WITHDRAWN
    assert "1 trong" not in channel("facebook").summary(corrected)


def test_what_stands_of_a_post_is_told_until_the_network_says_it_is_gone(unit, page, line):
    by = UserFactory(approver=unit)
    standings = []

    def told(release):
        ((row,),) = [part.rows for one in trail_of(release) for part in one.parts]
        standings.append(row.standing)
        return row

    wrong = put_out(unit)
    run()
    right = put_out(unit, headline="Ngày kia tiêm phòng", replaces=wrong)
    assert told(wrong).since == Post.objects.get(release=wrong).posted_at
    run()
    assert told(wrong).by == "bản đính chính đã thay chỗ bài cũ"
    withdraw(right, by)
    assert "Đang gỡ" in told(right).note
    run()
    assert told(right).by == "mạng xã hội báo đã gỡ bài"
    never = put_out(unit, headline="Tin khác")
    withdraw(never, by)
    assert told(never).by == "chưa từng đăng"
    out, back = Standing.WAITING, Standing.TAKEN_BACK
    assert standings == [out, back, out, back, back]


def test_an_article_on_zalo(unit, oa, line):
    release = put_out(unit, network="zalo")
    run_for(1)
    (article,) = line.posts.values()
    assert (article["title"], article["description"]) == ("Mai tiêm phòng", "Tóm tắt.")
    assert article["author"] == unit.name[:50]
    assert article["cover"]["photo_url"] == "https://mo.example.vn/bia.jpg"
    assert article["body"][0] == {"type": "text", "content": "8 giờ &amp; 14 giờ ở trạm xá."}
    post = Post.objects.get()
    assert (post.state, post.reference) == (State.DONE, article["id"])
    corrected = put_out(unit, network="zalo", headline="Ngày kia", replaces=release)
    run_for(1)
    (article,) = line.posts.values()
    assert article["id"] == post.reference
    assert article["title"] == "Đính chính: Ngày kia"
    withdraw(corrected, UserFactory(approver=unit))
    run_for(1)
    assert line.posts == {}
    assert corrected.deliveries.get().status == DeliveryStatus.WITHDRAWN


def test_what_was_taken_away_by_hand_is_posted_anew_as_a_correction(unit, page, oa, line):
    releases = [put_out(unit, network=code) for code in ("facebook", "zalo")]
    run_for(1)
    assert len(line.posts) == 2
    line.posts.clear()
    for release, code in zip(releases, ("facebook", "zalo"), strict=True):
        put_out(unit, network=code, headline="Đúng là thế này", replaces=release)
    run_for(1)
    texts = sorted(one.get("message") or one["title"] for one in line.posts.values())
    assert texts[0] == "Đính chính: Đúng là thế này"
    assert texts[1].startswith("Đính chính: Đúng là thế này\n")


def test_what_the_network_refuses_to_change_is_removed_and_posted_anew(unit, page, line):
    release = put_out(unit)
    run()
    (old,) = line.posts
    line.script = [(400, {}, graph_error(100, message="Cannot edit"))]
    put_out(unit, headline="Bản đúng", replaces=release)
    run_for(1)
    assert line.removed == [old]
    (post,) = line.posts.values()
    assert post["message"].startswith("Đính chính: Bản đúng")


def test_withdrawn_while_it_is_on_the_line(unit, line):
    for _ in range(30):
        ConnectionFactory(account__unit=unit)
    release = put_out(unit)
    by = UserFactory(approver=unit)
    real, batches = running.claim, []

    def claim_then_withdraw(code, count):
        got = real(code, count)
        batches.append(got)
        if len(batches) == 2:
            withdraw_release(release, by=by, reason="Sai ngày.")
        return got

    with mock.patch.object(running, "claim", claim_then_withdraw):
        run()
    made = [one for one in line.asked("/feed") if one.method == "POST"]
    assert len(made) == 2 * running.AT_ONCE
    release.refresh_from_db()
    take_back(release)
    run_for(1)
    assert line.posts == {}
    assert set(release.deliveries.values_list("status", flat=True)) <= {
        DeliveryStatus.WITHDRAWN,
        DeliveryStatus.CANCELLED,
    }


def test_withdrawn_in_doubt_is_taken_down_when_found(unit, page, line):
    release = put_out(unit)
    line.script = [line.take_and(httpx.ReadTimeout("?"))]
    run()
    withdraw(release, UserFactory(approver=unit))
    assert release.deliveries.get().reason == "post_out"
    run_for(2)
    assert line.posts == {}
    assert release.deliveries.get().status == DeliveryStatus.WITHDRAWN


def test_a_removal_that_the_network_refuses_is_shown_until_somebody_did_it(unit, page, line):
    release = put_out(unit)
    run()
    withdraw(release, UserFactory(approver=unit))
    line.script = [(400, {}, graph_error(100, message="Cannot delete"))]
    run()
    delivery = release.deliveries.get()
    assert (delivery.status, delivery.reason) == (DeliveryStatus.DELIVERED, "post_out")
    assert "gỡ tay" in delivery.detail
    actions.note_gone(Post.objects.get(), by=UserFactory(editor=unit))
    assert release.deliveries.get().status == DeliveryStatus.WITHDRAWN


def test_withdrawing_the_old_one_leaves_the_corrected_one(unit, page, line):
    release = put_out(unit)
    run()
    put_out(unit, headline="Bản đúng", replaces=release)
    run()
    withdraw(release, UserFactory(approver=unit))
    run()
    assert len(line.posts) == 1
    assert release.deliveries.get().status == DeliveryStatus.WITHDRAWN


def test_which_pages_a_bulletin_is_for(unit, line):
    district = unit.parent
    other = UnitFactory(parent=district)
    own = ConnectionFactory(account__unit=unit).account
    theirs = ConnectionFactory(account__unit=other).account
    above = ConnectionFactory(account__unit=district).account
    ConnectionFactory(account__unit=unit, is_used=False)
    village = VillageFactory(unit=unit)

    def pages(release):
        return set(release.deliveries.values_list("target", flat=True))

    assert pages(put_out(unit)) == {str(own.pk)}
    assert pages(put_out(unit, audience=[village.code])) == {str(own.pk)}
    assert pages(put_out(district, audience=[district.code])) == {
        str(one.pk) for one in (own, theirs, above)
    }
    assert pages(put_out(district, audience=[unit.code])) == {str(own.pk), str(above.pk)}


def test_figures_are_read_and_claim_no_household(unit, page, oa, line):
    release = put_out(unit)
    zalo = put_out(unit, network="zalo")
    run_for(1)
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        figures.read_due()
        asked = len(line.requests)
        figures.read_due()
        assert len(line.requests) == asked
    post = Post.objects.get(release=release)
    assert (post.viewers, post.views, post.reactions, post.shares) == (321, 540, 17, 0)
    assert Post.objects.get(release=zalo).views == 88
    page.refresh_from_db()
    oa.refresh_from_db()
    assert (page.followers, oa.followers) == (1234, 456)
    assert "321 người xem" in channel("facebook").summary(release)
    receipt = Receipt.objects.get(delivery__release=release, kind="viewed")
    assert receipt.proof["viewers"] == 321
    reach = reach_of(release)
    assert reach.reached.hi == 0
    assert receipt.method == VIEWED


def test_the_rate_is_the_networks(unit):
    Network.objects.filter(pk="facebook").update(
        requests_per_second=2, tokens=2, filled_at=timezone.now()
    )
    now = timezone.now()
    assert bucket.take_tokens("facebook", 10, now)[0] == 2
    taken = sum(
        bucket.take_tokens("facebook", 10, now + timedelta(seconds=step / 10))[0]
        for step in range(1, 101)
    )
    assert taken == pytest.approx(20, abs=1)


def test_news_of_two_days_ago_is_not_posted(unit, page, line):
    release = put_out(unit)
    Connection.objects.update(paused_until=timezone.now() + timedelta(days=3))
    with time_machine.travel(timezone.now() + timedelta(hours=49)):
        run()
    assert line.requests == []
    assert release.deliveries.get().reason == "too_late"


def test_a_trial_writes_to_a_file(unit, settings, tmp_path, line):
    settings.HOME = tmp_path
    ConnectionFactory(console=True, account__unit=unit)
    release = put_out(unit)
    run()
    corrected = put_out(unit, headline="Bản đúng", replaces=release)
    run()
    withdraw(corrected, UserFactory(approver=unit))
    run()
    written = (tmp_path / "social" / "bai-dang-thu.log").read_text()
    assert [part in written for part in ("Mai tiêm phòng", "Bản đúng", "DELETE")] == [True] * 3
    assert line.requests == []
    assert corrected.deliveries.get().status == DeliveryStatus.WITHDRAWN


def test_writing_says_what_does_not_fit(unit, page):
    facebook, zalo = channel("facebook"), channel("zalo")
    long = Forms(headline="Tin", body_html=f"<p>{'chữ ' * 16000}</p>")
    (problem,) = facebook.check(long)
    assert "63206" in problem.message
    assert [one.field for one in facebook.check(Forms())] == ["headline"]
    assert facebook.check(Forms(headline="Tin", body_html="<p>Ngắn.</p>")) == []
    problems = zalo.check(Forms(headline="a" * 151, summary="b" * 301))
    assert [one.field for one in problems] == ["headline", "summary"]
    assert zalo.check(Forms(headline="Tin", summary="b" * 301, short_text="Ngắn")) == []
    shown = str(facebook.preview(Forms(headline="Tin <b>", body_html=f"<p>{'dài ' * 200}</p>")))
    assert "Xem thêm" in shown
    assert "<b>Tin" not in shown.replace("<b>Tin &lt;b&gt;", "")
    assert page.name in shown
    assert "Chưa có Zalo OA" in str(zalo.preview(Forms(headline="Tin")))


def test_nothing_secret_is_shown_by_an_access(unit, page):
    connection = Connection.objects.select_related("account").get()
    with exchange.client() as http:
        access = running.ready(connection, http)
    assert "khoa-trang" not in repr(access)


def test_a_page_that_was_retired_is_cleared_by_hand(client, unit, page, line):
    release = put_out(unit)
    run()
    actions.retire_account(page, by=UserFactory(administrator=unit), reason="Bị chiếm")
    withdraw(release, UserFactory(approver=unit))
    run_for(3)
    delivery = release.deliveries.get()
    assert delivery.reason == "post_out"
    assert "không còn kết nối" in delivery.detail
    sign_in(client, UserFactory(editor=unit))
    shown = client.get(reverse("social_posts") + "?xem=can").content.decode()
    assert "bài không còn" in shown
    client.post(reverse("social_settle", args=[Post.objects.get().pk, "da-go"]))
    assert release.deliveries.get().status == DeliveryStatus.WITHDRAWN

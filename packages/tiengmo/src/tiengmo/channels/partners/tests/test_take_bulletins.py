"""A partner takes bulletins, corrections and withdrawals, whatever its machine answers."""

import time
from datetime import timedelta

import httpx
import pytest
import time_machine
from django.utils import timezone
from lxml import etree

from tiengmo.channels.actions import deliver, take_back
from tiengmo.channels.health import board
from tiengmo.channels.partners.handlers import forget
from tiengmo.channels.partners.models import Item, Partner, Push, Subscription
from tiengmo.channels.partners.sending import exchange, pushing, running
from tiengmo.channels.partners.tests.acting import (
    TOPIC,
    ask,
    let_in,
    put_out,
    run,
    run_now,
    settled,
    states,
)
from tiengmo.channels.partners.tests.subscriber import ATOM, GONE, Subscriber, listening, slowly
from tiengmo.channels.registry import Forms, Standing, channel
from tiengmo.channels.tests.going_out import rows, told, withdrawn
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.reach.queries import reach_of
from tiengmo.releases.actions import withdraw_release
from tiengmo.releases.models import DeliveryStatus, Receipt, Release
from tiengmo.releases.tests.factories import RenditionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]
State = Push.State


@pytest.fixture
def taking(client, subscriber, settings, commune):
    """A partner that takes everything."""
    let_in(subscriber.origin)
    ask(client, subscriber, settings)
    run()
    return subscriber


def corrects(release, *channels, title="Tiêm phòng: ngày đúng"):
    from tiengmo.channels.tests.going_out import put_out as put_out_on

    newer = put_out_on(
        release.unit, *(channels or ("partners",)), title=title, replaces=release,
        source_id=release.source_id, source_version="2",
    )  # fmt: skip
    take_back(release, only_open=True)
    return newer


def test_a_bulletin_comes_signed_with_its_article(taking, commune, settings):
    release = put_out(commune)
    RenditionFactory(release=release, language="hmn")
    rendition = release.renditions.get(language="vi")
    rendition.body_html = '<p>Xem <a href="/thu-tuc/">thủ tục</a> & <b>hỏi</b>\x0b.</p>'
    rendition.save()
    assert run() is None
    (body,) = taking.pushes
    (entry,) = etree.fromstring(body).findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == f"urn:uuid:{release.pk}"
    assert entry.findtext(f"{ATOM}title") == release.title
    content = entry.find(f"{ATOM}content")
    assert content.get("type") == "html"
    assert f'href="{settings.PUBLIC_URL}/thu-tuc/"' in content.text
    assert "\x0b" not in content.text
    delivery = settled(release)
    assert (delivery.status, delivery.target_name) == (DeliveryStatus.DELIVERED, "Báo tỉnh")
    receipt = Receipt.objects.get(delivery=delivery)
    assert (receipt.households_lo, receipt.households_hi) == (0, 0)
    assert reach_of(release).reached == (0, 0)
    settled(release)
    assert Receipt.objects.count() == 1
    assert "1 trên 1" in channel("partners").summary(release)
    assert run() is None
    assert len(taking.pushes) == 1


def test_news_handed_back_after_its_withdrawal_is_ended_at_once(taking, commune):
    release = put_out(commune)
    withdrawn(release)
    Push.objects.update(state=State.WAITING)  # what a dead worker had of it
    assert run_now() is None
    assert set(Push.objects.filter(kind="news").values_list("state", flat=True)) == {
        State.CANCELLED
    }
    assert taking.titles == []


def test_news_handed_back_after_the_partner_left_is_ended_at_once(taking, commune):
    release = put_out(commune)
    Subscription.objects.update(state=Subscription.State.ENDED)
    assert run() is None
    assert Push.objects.get().reason == "partner_gone"
    assert settled(release).status == DeliveryStatus.FAILED_PERMANENTLY


def test_an_article_with_an_address_that_cannot_be_is_read_all_the_same(taking, commune, client):
    release = put_out(commune)
    rendition = release.renditions.get(language="vi")
    rendition.body_html = '<p>Xem <a href="//[abc">thủ tục</a> và <a href="/tin/">tin</a>.</p>'
    rendition.save()
    assert "thủ tục" in client.get(TOPIC).content.decode()
    run()
    assert settled(release).status == DeliveryStatus.DELIVERED


def test_a_correction_keeps_the_id_and_is_newer(taking, commune):
    release = put_out(commune)
    run()
    settled(release)
    newer = corrects(release)
    assert told(release, "partners") == {Standing.WAITING: 1}
    run_now()
    assert taking.titles == ["Tiêm phòng: ngày đúng"]
    first, second = (etree.fromstring(one).find(f"{ATOM}entry") for one in taking.pushes)
    assert first.findtext(f"{ATOM}id") == second.findtext(f"{ATOM}id")
    assert first.findtext(f"{ATOM}published") == second.findtext(f"{ATOM}published")
    assert first.findtext(f"{ATOM}updated") < second.findtext(f"{ATOM}updated")
    assert settled(newer).status == DeliveryStatus.DELIVERED
    (row,) = rows(release, "partners")
    assert row.standing is Standing.TAKEN_BACK
    assert "2xx" in row.by


def test_a_withdrawal_is_a_tombstone_until_the_partner_says_yes(taking, commune, client):
    release = put_out(commune)
    run()
    assert settled(release).status == DeliveryStatus.DELIVERED
    withdrawn(release)
    assert told(release, "partners") == {Standing.WAITING: 1}
    assert settled(release).reason == "partner_holds"
    taking.script = [(500, {}, b"")]
    run()
    assert settled(release).status == DeliveryStatus.DELIVERED
    assert taking.titles == [release.title]
    run_now()
    assert taking.titles == []
    (gone,) = etree.fromstring(taking.pushes[-1]).findall(f"{GONE}deleted-entry")
    assert gone.get("ref") == f"urn:uuid:{release.pk}"
    assert gone.findtext(f"{GONE}comment") == "Sai ngày."
    delivery = settled(release)
    assert (delivery.status, delivery.reason) == (DeliveryStatus.WITHDRAWN, "")
    assert delivery.attempts.filter(act="confirm").count() == 1
    assert told(release, "partners") == {Standing.TAKEN_BACK: 1}
    # Who comes later, or was away, reads the same in the feed.
    late = Subscriber(taking.origin)
    late.take(put_before_it(release))
    late.take(client.get(TOPIC).content)
    assert late.titles == []


def put_before_it(release):
    return (
        f'<feed xmlns="{ATOM[1:-1]}"><entry><id>urn:uuid:{release.pk}</id><title>x</title>'
        "<updated>2020-01-01T00:00:00Z</updated></entry></feed>"
    ).encode()


def test_what_was_withdrawn_in_time_never_goes(taking, commune):
    release = put_out(commune)
    withdraw_release(release, by=UserFactory(), reason="Nhầm")
    release.refresh_from_db()
    assert run() is None  # before the worker came to take it back
    take_back(release)
    run()
    assert taking.pushes == []
    assert settled(release).status == DeliveryStatus.WITHDRAWN
    assert told(release, "partners") == {Standing.TAKEN_BACK: 1}


def test_a_correction_that_is_not_for_partners_takes_the_wrong_one_back(taking, commune):
    release = put_out(commune)
    run()
    settled(release)
    corrects(release, "portal")
    run()
    assert taking.titles == []
    assert settled(release).status == DeliveryStatus.WITHDRAWN
    assert told(release, "partners") == {Standing.TAKEN_BACK: 1}
    # The frame may hand the old one over once more after a crash.
    deliver(release, "partners")
    assert run() is None
    assert taking.titles == []


def test_a_corrected_one_that_is_withdrawn_leaves_those_too_who_had_only_the_first(taking, commune):
    release = put_out(commune)
    run()
    newer = corrects(release)
    withdrawn(newer)  # before the correction went
    assert states() == [
        ("news", State.ACCEPTED),
        ("news", State.CANCELLED),
        ("withdrawal", State.WAITING),
    ]
    run()
    assert taking.titles == []
    assert settled(newer).status == DeliveryStatus.WITHDRAWN


def test_each_partner_takes_its_own_feeds(client, subscriber, settings, commune):
    other = UnitFactory(parent=commune.parent)
    VillageFactory(unit=other)
    keys = [f"xa/{commune.code}", "chuyen-muc/y-te"]
    let_in(subscriber.origin, topics=keys)
    for key in keys:
        answer = ask(client, subscriber, settings, topic=f"/he-thong-ban/{key}.atom")
        assert answer.status_code == 202
    run()
    here = put_out(commune, "Ở đây")
    there = put_out(other, "Nơi khác")
    above = put_out(commune.parent, "Cả huyện", audience=[commune.parent.code])
    health = put_out(other, "Y tế nơi khác", category="y-te", category_name="Y tế")
    run()
    assert subscriber.titles == ["Cả huyện", "Y tế nơi khác", "Ở đây"]
    assert not there.deliveries.exists()
    fetched = client.get(f"/he-thong-ban/xa/{commune.code}.atom").content.decode()
    assert str(here.pk) in fetched
    assert str(above.pk) in fetched
    assert str(health.pk) not in fetched


def test_gone_ends_the_subscription_and_nothing_goes_there_again(taking, commune):
    release = put_out(commune)
    taking.script = [(410, {}, b"")]
    assert run() is None
    one = Subscription.objects.get()
    assert (one.state, one.ended_why) == (Subscription.State.ENDED, Subscription.Why.GONE)
    assert one.sealed_callback == one.sealed_secret == ""
    assert settled(release).status == DeliveryStatus.FAILED_PERMANENTLY
    put_out(commune, "Tin sau")
    assert run() is None
    assert taking.pushes == []
    withdrawn(release)
    (row,) = rows(release, "partners")
    assert (row.standing, "410" in row.note) == (Standing.GONE, True)


@pytest.mark.parametrize(
    ("answer", "least"),
    [
        ((503, {"Retry-After": "50"}, b""), 40),
        ((429, {"Retry-After": "50"}, b""), 40),
        ((500, {"Content-Type": "text/html"}, b"<h1>loi</h1>"), 0),
        ((302, {"Location": "http://127.0.0.1:9/trong-mang"}, b""), 0),
        ((404, {"Content-Type": "text/html"}, b"<h1>khong thay</h1>"), 0),
        ((403, {}, b""), 0),
    ],
)
def test_anything_but_a_yes_is_tried_again_later(taking, commune, answer, least):
    release = put_out(commune)
    taking.script = [answer]
    seconds = run()
    assert least < seconds <= 60
    assert settled(release).status == DeliveryStatus.SENDING
    assert Partner.objects.get().failing_since is not None
    (line,) = next(row for row in board() if "cổng tỉnh" in row.own.name).behind
    assert (line.state, line.detail) == ("failing", f"HTTP {answer[0]}")
    run_now()
    assert taking.titles == [release.title]
    assert Partner.objects.get().failing_since is None


def test_a_dead_partner_is_given_up_after_a_day_and_told_for_a_week(taking, commune):
    release = put_out(commune)
    taking.script = [(500, {}, b"")]
    run()
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        run()
        delivery = settled(release)
        assert (delivery.status, delivery.reason) == (
            DeliveryStatus.FAILED_PERMANENTLY,
            "too_late",
        )
        # It was asked once, and may have it.
        withdrawn(release)
        run_now()
        assert etree.fromstring(taking.pushes[-1]).find(f"{GONE}deleted-entry") is not None


def test_who_refuses_the_connection_is_left_alone_for_a_while(client, settings, commune):
    settings.PARTNERS_HERE = True
    with listening() as found:
        let_in(found.origin)
        ask(client, found, settings)
        run()
    put_out(commune)
    run()
    partner = Partner.objects.get()
    assert partner.paused_until > timezone.now() - timedelta(seconds=30)
    assert partner.trouble == "ConnectError"
    assert states() == [("news", State.WAITING)]


def test_a_slow_partner_delays_only_itself(client, settings, commune, monkeypatch):
    settings.PARTNERS_HERE = True
    # On a busy machine the quick one may be slow too: what counts is who waits for whom.
    monkeypatch.setattr(exchange, "TIMEOUT", httpx.Timeout(60))
    monkeypatch.setattr(exchange, "TOTAL_SECONDS", 60.0)
    monkeypatch.setattr(running, "LONGEST_RUN_SECONDS", 60.0)
    with listening() as slow, listening() as quick:
        for one, name in ((slow, "Cổng chậm"), (quick, "Cổng nhanh")):
            let_in(one.origin, name=name)
            ask(client, one, settings)
        run()
        run_now()
        for title in ("Một", "Hai", "Ba"):
            put_out(commune, title)
        came_meanwhile = []

        def holds_back():
            """It answers once the other has everything, or when nobody waits any more."""
            until = time.monotonic() + 50
            while len(quick.pushes) < 3 and time.monotonic() < until:
                time.sleep(0.02)
            came_meanwhile.append(len(quick.pushes))
            return 204, {}, b""

        slow.script = [holds_back] * 3
        run()
    assert came_meanwhile[0] == 3
    assert quick.titles == ["Ba", "Hai", "Một"]


def test_an_answer_that_takes_for_ever_is_no_answer(taking, commune, monkeypatch):
    release = put_out(commune)
    monkeypatch.setattr(exchange, "TOTAL_SECONDS", 0.5)
    taking.script = [slowly(3)]
    run()
    assert "không xong" in Partner.objects.get().trouble
    assert settled(release).status == DeliveryStatus.SENDING


def test_a_worker_that_died_in_between_sends_again_and_it_is_there_once(taking, commune):
    release = put_out(commune)
    (parcel,) = pushing.claim(Partner.objects.get(), 4)
    parcel.go()  # it came, and nobody wrote that down
    assert run() is None
    assert len(taking.pushes) == 1
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        run()
    assert len(taking.pushes) == 2
    assert taking.titles == [release.title]
    assert settled(release).status == DeliveryStatus.DELIVERED


def test_withdrawn_while_a_push_is_on_its_way_is_followed_by_its_tombstone(taking, commune):
    release = put_out(commune)
    (parcel,) = pushing.claim(Partner.objects.get(), 4)
    withdrawn(release)
    parcel.write_down(parcel.go())
    run()
    assert taking.titles == []
    assert settled(release).status == DeliveryStatus.WITHDRAWN


def test_two_workers_claim_a_push_once(taking, commune):
    put_out(commune)
    partner = Partner.objects.get()
    assert len(pushing.claim(partner, 4)) == 1
    assert pushing.claim(partner, 4) == []


def test_a_name_that_leads_elsewhere_since_is_not_followed(taking, commune, settings):
    release = put_out(commune)
    settings.PARTNERS_HERE = False  # as if the name led into our own network only now
    run()
    assert taking.pushes == []
    assert "mạng riêng" in Partner.objects.get().trouble
    assert settled(release).status == DeliveryStatus.SENDING


def test_old_rows_are_forgotten_and_bulletins_stay_in_the_feed(taking, commune):
    put_out(commune)
    run()
    with time_machine.travel(timezone.now() + timedelta(days=401)):
        forget({})
    assert not Push.objects.exists()
    assert Item.objects.count() == 1


def test_the_editor_is_told_what_does_not_fit():
    problems = channel("partners").check(Forms(headline="Tin\x0b", body_html=""))
    assert [one.field for one in problems] == ["body", "headline"]
    shown = channel("partners").preview(
        Forms(headline="Tin", body_html='<p><a href="/van-ban/">văn bản</a></p>')
    )
    assert "http://" in shown
    assert "<h3>Tin</h3>" in shown


def test_without_partners_a_release_goes_nowhere_and_stands_in_the_feed(client, commune):
    release = put_out(commune)
    assert release.status == Release.Status.RELEASED
    assert not release.deliveries.exists()
    assert str(release.pk) in client.get(TOPIC).content.decode()

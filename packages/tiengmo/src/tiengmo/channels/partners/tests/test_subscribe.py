"""A partner's program subscribes at the hub; strangers, and strange addresses, do not."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from lxml import etree

from tiengmo.audit.models import AuditEntry
from tiengmo.channels.partners import rules, sealing
from tiengmo.channels.partners.actions import ask_hub
from tiengmo.channels.partners.handlers import forget, look
from tiengmo.channels.partners.models import Subscription
from tiengmo.channels.partners.tests.acting import (
    HUB,
    TOPIC,
    ask,
    let_in,
    put_out,
    run,
    run_now,
    states,
)
from tiengmo.outbox.models import OutboxEntry

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]
State, Why = Subscription.State, Subscription.Why


def test_the_callback_is_asked_and_the_lease_begins(client, subscriber, settings):
    let_in(subscriber.origin)
    answer = ask(client, subscriber, settings, lease_seconds="86400")
    assert (answer.status_code, answer.content) == (202, b"")
    assert subscriber.questions == []  # not within the request: a stranger must not wait for it
    assert run() is None
    (question,) = subscriber.questions
    assert question["cua"] == "bao"
    assert question["hub.mode"] == "subscribe"
    assert question["hub.topic"] == f"{settings.PUBLIC_URL}{TOPIC}"
    assert question["hub.lease_seconds"] == "86400"
    assert len(question["hub.challenge"]) >= 32
    one = Subscription.objects.get()
    assert one.state == State.ACTIVE
    left = one.lease_until - timezone.now()
    assert timedelta(hours=23) < left <= timedelta(hours=24)
    for kept in (one.sealed_callback, one.sealed_secret):
        assert subscriber.origin not in kept
        assert subscriber.secret not in kept
    assert sealing.unseal(one.sealed_secret) == subscriber.secret
    entries = str(list(AuditEntry.objects.values()))
    assert "partners.subscribed" in entries
    assert subscriber.secret not in entries
    assert subscriber.callback not in entries


def test_a_program_finds_hub_and_topic_in_feed_and_header(client, commune, settings):
    put_out(commune)
    for path in (TOPIC, f"/he-thong-ban/xa/{commune.code}.atom"):
        answer = client.get(path)
        assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
        assert f'<{settings.PUBLIC_URL}{HUB}>; rel="hub"' in answer.headers["Link"]
        assert f'<{settings.PUBLIC_URL}{path}>; rel="self"' in answer.headers["Link"]
        links = {
            one.get("rel"): one.get("href")
            for one in etree.fromstring(answer.content).findall("{*}link")
        }
        assert links["hub"] == f"{settings.PUBLIC_URL}{HUB}"
        assert links["self"] == f"{settings.PUBLIC_URL}{path}"
        again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
    rss = client.get(f"/xa/{commune.code}/rss.xml").content.decode()
    assert f"{settings.PUBLIC_URL}/he-thong-ban/xa/{commune.code}.atom" in rss
    assert client.get("/he-thong-ban/xa/khong-co.atom").status_code == 404


def test_what_nobody_meant_ends_and_says_so(client, subscriber, settings):
    let_in(subscriber.origin)
    subscriber.means_it = False
    ask(client, subscriber, settings)
    assert run() is None
    one = Subscription.objects.get()
    assert (one.state, one.ended_why, one.sealed_callback) == (State.ENDED, Why.NOT_MEANT, "")
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        forget({})
    assert not Subscription.objects.exists()


@pytest.mark.parametrize(
    "answer",
    [
        (200, {"Content-Type": "text/html"}, b"<html><h1>Bao tri</h1></html>"),
        (302, {"Location": "http://127.0.0.1:9/"}, b""),
        (200, {}, b"x" * 100_000),
        (400, {}, b""),
    ],
    ids=["a page", "elsewhere", "without end", "refused"],
)
def test_only_the_challenge_itself_is_a_yes(client, subscriber, settings, answer):
    let_in(subscriber.origin)
    ask(client, subscriber, settings)
    subscriber.script = [answer]
    assert run() is None
    assert Subscription.objects.get().ended_why == Why.NOT_MEANT


def test_a_callback_that_is_away_is_asked_again(client, subscriber, settings):
    let_in(subscriber.origin)
    ask(client, subscriber, settings)
    subscriber.script = [(503, {"Retry-After": "120"}, b"")]
    assert 60 <= run() <= 120  # looked for at least each minute
    assert Subscription.objects.get().state == State.ASKED
    run_now()
    assert Subscription.objects.get().state == State.ACTIVE


def test_a_renewal_takes_the_new_secret_only_when_it_is_meant(client, subscriber, settings):
    let_in(subscriber.origin)
    ask(client, subscriber, settings)
    run()
    subscriber.means_it = False
    ask(client, subscriber, settings, secret="cua-nguoi-la-gui-vao-day")
    run_now()
    one = Subscription.objects.get()
    assert one.state == State.ACTIVE
    assert sealing.unseal(one.sealed_secret) == subscriber.secret
    subscriber.means_it = True
    ask(client, subscriber, settings, secret="khoa-moi-cua-toa-soan")
    run_now()
    one = Subscription.objects.get()
    assert sealing.unseal(one.sealed_secret) == "khoa-moi-cua-toa-soan"


def test_leaving_is_verified_too(client, subscriber, settings):
    let_in(subscriber.origin)
    assert ask(client, subscriber, settings, mode="unsubscribe").status_code == 404
    ask(client, subscriber, settings)
    run()
    subscriber.means_it = False
    assert ask(client, subscriber, settings, mode="unsubscribe").status_code == 202
    run_now()
    assert Subscription.objects.get().state == State.ACTIVE
    subscriber.means_it = True
    ask(client, subscriber, settings, mode="unsubscribe")
    run_now()
    assert "hub.lease_seconds" not in subscriber.questions[-1]
    one = Subscription.objects.get()
    assert (one.state, one.ended_why) == (State.ENDED, Why.LEFT)
    ask(client, subscriber, settings)
    run_now()
    assert Subscription.objects.get().state == State.ACTIVE


def test_a_lease_that_is_not_renewed_ends(client, subscriber, settings, commune):
    let_in(subscriber.origin)
    ask(client, subscriber, settings, lease_seconds="1")
    run()
    assert Subscription.objects.get().lease_until > timezone.now() + timedelta(minutes=50)
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        put_out(commune)
        OutboxEntry.objects.all().delete()
        look({})
        assert OutboxEntry.objects.filter(topic="partners.send").exists()
        run()
    assert subscriber.pushes == []
    assert Subscription.objects.get().ended_why == Why.LEASE


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"mode": "xoa"}, 400),
        ({"callback": "http://la.example/nhan"}, 403),
        ({"callback": "ftp://127.0.0.1/nhan"}, 400),
        ({"callback": "http://127.0.0.1:1@la.example/"}, 400),
        ({"callback": "{origin}/nhan?hub.challenge=1"}, 400),
        ({"callback": "{origin}/" + "x" * 1000}, 400),
        ({"callback": "{origin}/\u0000"}, 400),
        ({"topic": "/he-thong-ban/../rss.xml"}, 404),
        ({"topic": "/he-thong-ban/xa/02701.atom"}, 403),
        ({"secret": ""}, 400),
        ({"secret": "x" * 200}, 400),
        ({"lease_seconds": "mai"}, 400),
    ],
)
def test_what_the_hub_refuses_says_why(client, subscriber, settings, change, status):
    let_in(subscriber.origin)
    topic = change.pop("topic", TOPIC)
    given = {name: value.replace("{origin}", subscriber.origin) for name, value in change.items()}
    answer = ask(client, subscriber, settings, topic=topic, **given)
    assert answer.status_code == status
    assert len(answer.content) > 20
    assert not Subscription.objects.exists()


def test_the_hub_is_posted_to(client):
    assert client.get(HUB).status_code == 405
    assert client.post(HUB, b"x" * 20_000, content_type="text/plain").status_code == 413


def test_a_stranger_cannot_have_a_partner_asked_without_end(client, subscriber, settings):
    let_in(subscriber.origin)
    answers = [
        ask(client, subscriber, settings, callback=f"{subscriber.origin}/la/{n}").status_code
        for n in range(22)
    ]
    assert answers == [202] * 20 + [429] * 2


def test_who_was_stopped_cannot_subscribe(client, subscriber, settings):
    let_in(subscriber.origin, ends_on=timezone.localdate() - timedelta(days=1))
    assert ask(client, subscriber, settings).status_code == 403


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Bao.example.vn/nhan", "https://bao.example.vn"),
        ("https://bao.example.vn:443/", "https://bao.example.vn"),
        ("http://127.0.0.1:8080/x?y=1", "http://127.0.0.1:8080"),
        ("https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443"),
        ("https://bao.example.vn\\@la.example/", None),
        ("https://a@bao.example.vn/", None),
        ("https://bao.example.vn#@la.example/", None),
        ("https://bao.example.vn:99999/", None),
        ("https://báo.example.vn/", None),
        ("//bao.example.vn/", None),
        ("https:///nhan", None),
        ("javascript:alert(1)", None),
        ("https://bao..vn/", None),
    ],
)
def test_two_addresses_of_one_machine_are_told_from_others(url, origin):
    assert rules.origin_of(url) == origin


def test_callbacks_that_differ_in_case_are_two(subscriber, settings):
    let_in(subscriber.origin)
    for path in ("Nhan", "nhan"):
        sent = {
            "hub.mode": "subscribe",
            "hub.topic": f"{settings.PUBLIC_URL}{TOPIC}",
            "hub.callback": f"{subscriber.origin}/{path}",
            "hub.secret": subscriber.secret,
        }
        ask_hub(sent)
    assert Subscription.objects.count() == 2
    assert states() == []

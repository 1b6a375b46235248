"""Every night the links of public texts are looked at, and broken ones are told to their editors."""

import datetime as dt
import socket

import httpx
import pytest
from django.utils import timezone

from tiengmo.directory.tests.factories import OfficeFactory
from tiengmo.foundation import public_address
from tiengmo.one_stop.tests.factories import Offices, published
from tiengmo.outbox.models import OutboxEntry
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.releases.tests.factories import ReleaseFactory, RenditionFactory
from tiengmo.upkeep.links import outside
from tiengmo.upkeep.links.inside import look_inside
from tiengmo.upkeep.links.looking import is_due, look_at_links, note, read_texts
from tiengmo.upkeep.links.outside import Outside
from tiengmo.upkeep.links.reading import addresses_in
from tiengmo.upkeep.models import Link, LinkState, LinkUse
from tiengmo.upkeep.queries import sections
from tiengmo.upkeep.registry import Text

pytestmark = pytest.mark.django_db


def article(html, **fields):
    return RenditionFactory(release=ReleaseFactory(released=True, **fields), body_html=html)


def test_addresses_of_a_text():
    html = (
        '<p>Xem <a href="/thu-tuc/#tim">thủ tục</a>, <a href="/thu-tuc/">lại</a>, '
        '<a href="mailto:x@thu.example">thư</a>, <a href="javascript:alert(1)">x</a>, '
        '<a href="https://báo.example/a?b=1">báo</a>, <a href="http://[">hỏng</a>'
    )
    found = list(addresses_in(Text("1", 1, "", "", html=html)))
    assert [url.partition("://")[2].partition("/")[2] for url in found] == ["thu-tuc/", "a?b=1"]


def test_our_own_pages_are_asked_without_a_network():
    base = "http://127.0.0.1:8000"
    assert look_inside(f"{base}/van-ban/") == ""
    assert look_inside(f"{base}/van-ban/khong-co/") == "404"
    assert look_inside(f"{base}/van-ban") in {"", "404"}


def test_a_link_to_an_absent_page_is_told_to_the_editor(client):
    offices = Offices()
    procedure = published(offices)
    article(
        f'<p><a href="{procedure.address}">Hồ sơ</a> <a href="/van-ban/khong-co/">Chỉ thị</a></p>',
        unit=offices.here,
        title="Bài có liên kết",
    )
    assert look_at_links() == {"links": 2, "broken": 1}
    (section,) = [s for s in sections(offices.member) if s.rows]
    (row,) = section.rows
    assert row.finding.title == "Bài có liên kết"
    assert row.finding.why == "/van-ban/khong-co/: không có trang này"
    # Withdrawn the day after: the other link breaks too.
    from tiengmo.one_stop.actions import withdraw_procedure

    withdraw_procedure(procedure, by=offices.colleague, reason="Đăng nhầm")
    assert look_at_links()["broken"] == 2
    sign_in(client, offices.member)
    assert "trang đã gỡ" in client.get("/quan-tri/can-ra-soat/").content.decode()


def test_a_mended_text_is_forgotten():
    row = article('<a href="/khong-co/">x</a>')
    look_at_links()
    row.body_html = "<p>Đã sửa.</p>"
    row.save()
    look_at_links()
    assert not LinkUse.objects.exists()
    assert not Link.objects.exists()


def test_a_replaced_article_is_not_read():
    old = article('<a href="/khong-co/">x</a>')
    ReleaseFactory(released=True, replaces=old.release)
    read_texts()
    assert not Link.objects.exists()


def test_addresses_elsewhere_are_left_alone_unless_asked_for(settings, monkeypatch):
    article('<a href="https://noi-khac.example/">x</a>')
    asked = []
    monkeypatch.setattr(Outside, "look", lambda _self, url: asked.append(url) or "404")
    look_at_links()
    assert asked == []
    settings.LINKS_OUTSIDE = True
    look_at_links()
    assert Link.objects.get().state == LinkState.DOUBTFUL
    look_at_links()
    assert Link.objects.get().state == LinkState.BROKEN
    assert len(asked) == 2


def test_one_that_answers_again_is_good_again():
    link = Link.objects.create(url="https://x.example/", url_hash="1", is_outside=True)
    note(link, "timeout")
    note(link, "timeout")
    assert link.broken_on == timezone.localdate()
    note(link, "")
    assert (link.state, link.broken_on) == (LinkState.GOOD, None)


def named(monkeypatch, *addresses):
    """Every name leads to these addresses."""

    def look_up(_host, port, **_kind):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(public_address.socket, "getaddrinfo", look_up)
    monkeypatch.setattr(outside, "PAUSE_SECONDS", 0.0)


def outside_that_answers(answer):
    asked = []

    def handle(request):
        asked.append(request)
        return answer(request)

    return Outside(httpx.MockTransport(handle)), asked


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.7", "192.168.1.1", "172.16.3.4", "169.254.169.254", "0.0.0.0",
        "100.64.0.1", "::1", "fd00::1", "fe80::1", "::ffff:127.0.0.1", "224.0.0.1",
    ],
)  # fmt: skip
def test_no_machine_of_our_own_network_is_asked(monkeypatch, address):
    named(monkeypatch, address)
    looks, asked = outside_that_answers(lambda _request: httpx.Response(200))
    assert looks.look("https://noi-khac.example/") == "private"
    assert asked == []


def test_one_private_address_among_public_ones_is_enough(monkeypatch):
    named(monkeypatch, "93.184.215.14", "10.0.0.7")
    looks, asked = outside_that_answers(lambda _request: httpx.Response(200))
    assert looks.look("https://noi-khac.example/") == "private"
    assert asked == []


def test_the_connection_goes_to_the_address_that_was_judged(monkeypatch):
    named(monkeypatch, "93.184.215.14")
    looks, asked = outside_that_answers(lambda _request: httpx.Response(200))
    assert looks.look("https://noi-khac.example/trang?x=1") == ""
    assert asked[0].url.host == "93.184.215.14"
    assert asked[0].headers["host"] == "noi-khac.example"
    assert asked[0].extensions["sni_hostname"] == "noi-khac.example"


def test_a_redirect_into_our_network_is_not_followed(monkeypatch):
    def look_up(host, port, **_kind):
        inner = "10.0.0.7" if host == "trong.example" else "93.184.215.14"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (inner, port))]

    monkeypatch.setattr(outside, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(public_address.socket, "getaddrinfo", look_up)
    looks, asked = outside_that_answers(
        lambda _request: httpx.Response(302, headers={"Location": "http://trong.example/"})
    )
    assert looks.look("https://ngoai.example/") == "private"
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(404, "404"), (410, "410"), (500, "500"), (403, ""), (429, ""), (204, "")],
)
def test_what_other_servers_answer(monkeypatch, answer, reason):
    named(monkeypatch, "93.184.215.14")
    looks, _asked = outside_that_answers(lambda _request: httpx.Response(answer))
    assert looks.look("https://noi-khac.example/") == reason


def test_servers_that_do_not_answer(monkeypatch):
    named(monkeypatch, "93.184.215.14")

    def late(request):
        raise httpx.ConnectTimeout("late", request=request)

    looks, _asked = outside_that_answers(late)
    assert looks.look("https://noi-khac.example/") == "timeout"
    assert looks.look("https://noi-khac.example:6379/") == "port"


def test_when_it_is_night():
    night = timezone.make_aware(dt.datetime(2026, 3, 1, 2, 0))
    assert is_due(night)
    link = Link.objects.create(
        url="/", url_hash="1", is_outside=False, checked_at=night - dt.timedelta(hours=24)
    )
    assert is_due(night)
    assert not is_due(night + dt.timedelta(hours=9))
    link.checked_at = night - dt.timedelta(hours=1)
    link.save()
    assert not is_due(night)


def test_an_editor_asks_for_a_look_now(client):
    OfficeFactory()
    sign_in(client, UserFactory(editor=True))
    for _click in range(3):
        client.post("/quan-tri/can-ra-soat/lien-ket/")
    assert OutboxEntry.objects.filter(topic="upkeep.look_at_links").count() == 1
    sign_in(client, UserFactory(technician=True))
    OutboxEntry.objects.all().delete()
    client.post("/quan-tri/can-ra-soat/lien-ket/")
    assert not OutboxEntry.objects.filter(topic="upkeep.look_at_links").exists()

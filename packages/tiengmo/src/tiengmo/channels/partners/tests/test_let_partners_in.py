"""An administrator lets systems in, tests them, tries one out and stops it; nobody else does."""

import socket
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from tiengmo.channels.health import expiring
from tiengmo.channels.partners.models import Partner, Push, Subscription
from tiengmo.channels.partners.tests.acting import ask, let_in, put_out, run, settled
from tiengmo.channels.registry import Standing
from tiengmo.channels.tests.going_out import rows, told, withdrawn
from tiengmo.config.demo.partners import ensure_partners
from tiengmo.foundation.public_address import is_public
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.releases.models import DeliveryStatus

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]
HOME = reverse("partners_home")
FORM = {
    "name": "Cổng tỉnh",
    "contact_name": "Phòng Báo chí",
    "contact": "0214 000 000",
    "topics": ["tin"],
    "requests_per_second": "10",
}


@pytest.fixture
def administrator(commune):
    return UserFactory(administrator=commune.parent)


def test_an_administrator_lets_a_system_in(client, subscriber, administrator, commune):
    sign_in(client, administrator)
    answer = client.post(reverse("partners_add"), FORM | {"origin": f"{subscriber.origin}/"})
    partner = Partner.objects.get()
    assert answer.url == reverse("partners_partner", args=[partner.pk])
    assert partner.origin == subscriber.origin
    shown = client.get(answer.url).content.decode()
    assert "/he-thong-ban/hub" in shown
    above = BeautifulSoup(shown, "html.parser").select_one(
        f'nav a[href="{HOME}"], li a[href="{HOME}"]'
    )
    assert above.get_text(strip=True) == "Hệ thống bạn"
    assert "/he-thong-ban/tin.atom" in shown
    assert "Cổng tỉnh" in client.get(HOME).content.decode()


def test_an_editor_and_a_communes_administrator_see_nothing_of_it(client, commune):
    partner = let_in("", is_trial=True)
    for user in (UserFactory(editor=commune.parent), UserFactory(administrator=commune)):
        sign_in(client, user)
        assert client.get(HOME).status_code in (302, 403)
        one = reverse("partners_partner", args=[partner.pk])
        assert client.get(one).status_code in (302, 403)
        client.post(reverse("partners_use", args=[partner.pk]), {"is_used": "0"})
        client.post(reverse("partners_test", args=[partner.pk]))
        partner.refresh_from_db()
        assert partner.is_used
        assert partner.tested_at is None


@pytest.mark.parametrize(
    "origin",
    ["bao.example.vn", "ftp://bao.example.vn", "https://bao.example.vn/nhan", "https://a@b.vn"],
)
def test_what_is_no_machines_address_is_told_beside_the_field(client, administrator, origin):
    sign_in(client, administrator)
    answer = client.post(reverse("partners_add"), FORM | {"origin": origin})
    assert "Hãy ghi địa chỉ máy chủ" in answer.content.decode()
    assert not Partner.objects.exists()


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.1.1", "100.64.0.1", "0.0.0.0", "::1",
     "fd00::1", "fe80::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "224.0.0.1"],
)  # fmt: skip
def test_no_machine_of_a_private_network_is_let_in(monkeypatch, administrator, address):
    def look_up(*_asked, **_more):
        return [(0, 0, 0, "", ("93.184.215.14", 443)), (0, 0, 0, "", (address, 443))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(ValidationError, match="mạng riêng"):
        let_in("https://bao.example.vn")


def test_public_addresses_are_public():
    from ipaddress import ip_address

    assert is_public(ip_address("93.184.215.14"))
    assert is_public(ip_address("2606:4700::1111"))


def test_a_name_that_nobody_has_and_no_feed_are_told(monkeypatch):
    def look_up(*_asked, **_more):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(ValidationError, match="Không tìm thấy máy chủ"):
        let_in("https://khong-co.example.vn")
    with pytest.raises(ValidationError, match="ít nhất một nguồn"):
        let_in("https://khong-co.example.vn", topics=[])


def test_the_button_proves_signature_and_callback_without_news(
    client, subscriber, administrator, settings
):
    partner = let_in(subscriber.origin)
    sign_in(client, administrator)
    test = reverse("partners_test", args=[partner.pk])
    client.post(test)
    partner.refresh_from_db()
    assert "chưa đăng ký" in partner.test_result
    ask(client, subscriber, settings)
    run()
    client.post(test)
    partner.refresh_from_db()
    assert partner.test_result == "HTTP 204"
    assert len(subscriber.pushes) == 1
    assert subscriber.titles == []
    subscriber.script = [(500, {}, b"")]
    client.post(test)
    partner.refresh_from_db()
    assert partner.failing_since is not None


def test_a_system_on_trial_gets_files_and_says_so_everywhere(
    client, administrator, commune, settings, tmp_path
):
    settings.HOME = tmp_path
    sign_in(client, administrator)
    client.post(reverse("partners_add"), FORM | {"is_trial": "on"})
    partner = Partner.objects.get()
    release = put_out(commune)
    run()
    (file,) = (tmp_path / "partners").iterdir()
    assert release.title in file.read_text()
    delivery = settled(release)
    assert (delivery.status, delivery.target_name) == (
        DeliveryStatus.DELIVERED,
        "Cổng tỉnh (chạy thử)",
    )
    for url in (HOME, reverse("partners_partner", args=[partner.pk]), reverse("channels_board")):
        assert "chạy thử" in client.get(url).content.decode().lower()
    withdrawn(release)
    run()
    assert told(release, "partners") == {Standing.TAKEN_BACK: 1}
    assert len(list((tmp_path / "partners").iterdir())) == 2


def test_the_demo_has_two_on_trial_once(commune):
    ensure_partners()
    ensure_partners()
    assert all(one.is_trial for one in Partner.objects.all())
    assert Subscription.objects.filter(state=Subscription.State.ACTIVE).count() == 2


def test_stopping_one_ends_its_subscriptions_at_once(
    client, subscriber, administrator, settings, commune
):
    partner = let_in(subscriber.origin)
    ask(client, subscriber, settings)
    run()
    first = put_out(commune)
    run()
    settled(first)
    waiting = put_out(commune, "Tin sau")
    sign_in(client, administrator)
    client.post(reverse("partners_use", args=[partner.pk]), {"is_used": "0"})
    assert run() is None
    assert subscriber.titles == [first.title]
    assert settled(waiting).status == DeliveryStatus.FAILED_PERMANENTLY
    withdrawn(first)
    (row,) = rows(first, "partners")
    assert (row.standing, row.note) == (Standing.GONE, "quản trị viên ngừng")
    assert ask(client, subscriber, settings).status_code == 403


def test_a_feed_taken_away_ends_what_took_it(client, subscriber, administrator, settings, commune):
    partner = let_in(subscriber.origin)
    ask(client, subscriber, settings)
    run()
    sign_in(client, administrator)
    changed = FORM | {"origin": subscriber.origin, "topics": [f"xa/{commune.code}"]}
    client.post(reverse("partners_partner", args=[partner.pk]), changed)
    assert Subscription.objects.get().state == Subscription.State.ENDED
    put_out(commune)
    assert not Push.objects.exists()


def test_an_agreement_that_ends_is_announced(client, subscriber, administrator):
    let_in(subscriber.origin, ends_on=timezone.localdate() + timedelta(days=3))
    assert [one.name for one in expiring()] == ["Báo tỉnh"]
    sign_in(client, administrator)
    assert "Báo tỉnh" in client.get(reverse("channels_board")).content.decode()


def test_one_machine_is_one_partner(subscriber):
    let_in(subscriber.origin)
    with pytest.raises(ValidationError):
        let_in(subscriber.origin, name="Người khác")

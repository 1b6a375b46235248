"""Who asked for Zalo is told there, by a registered template, and by SMS only without Zalo."""

import hashlib
import json
from datetime import timedelta

import httpx
import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from tiengmo.audit.actors import SYSTEM
from tiengmo.channels import health as board
from tiengmo.channels.actions import take_back
from tiengmo.channels.messages import actions, sealing
from tiengmo.channels.messages.models import Message, Provider, Subscriber
from tiengmo.channels.messages.providers import exchange
from tiengmo.channels.messages.templates_of_zalo import template_of
from tiengmo.channels.messages.tests.acting import put_out, run, settled, states
from tiengmo.channels.messages.tests.factories import ProviderFactory, SubscriberFactory
from tiengmo.channels.registry import Forms, channel
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory
from tiengmo.releases.actions import withdraw_release
from tiengmo.releases.models import DeliveryStatus, Priority

pytestmark = pytest.mark.django_db
State = Message.State


class Zalo:
    """Zalo's side and an SMS company's, from their published interfaces.

    `script`: what the next templates meet: an exception, or an error code. `without`: numbers that
    Zalo does not know.
    """

    def __init__(self):
        self.script, self.without = [], set()
        self.sent, self.texted, self.renewals = [], [], []
        self.access, self.refresh = "", "khoa-doi-1"
        self.template = {
            "templateId": 7895417,
            "templateName": "Tin của xã",
            "status": "ENABLE",
            "listParams": [
                {"name": n, "require": True, "type": "STRING", "maxLength": m, "minLength": 0}
                for n, m in (("tieu_de", 60), ("noi_dung", 120), ("noi_gui", 60))
            ],
        }

    def client(self):
        return httpx.Client(transport=httpx.MockTransport(self.handle), timeout=exchange.TIMEOUT)

    def handle(self, request):
        host, path = request.url.host, request.url.path
        if host == "rest.esms.vn":
            self.texted.append(json.loads(request.content))
            return httpx.Response(200, json={"CodeResult": "100", "SMSID": f"s{len(self.texted)}"})
        if host == "oauth.zaloapp.com":
            return httpx.Response(200, json=self._renew(request))
        assert host == "business.openapi.zalo.me"
        if request.headers.get("access_token") != self.access:
            return httpx.Response(200, json={"error": -124, "message": "Access token invalid"})
        if path == "/template/info":
            return httpx.Response(200, json={"error": 0, "data": self.template})
        given = json.loads(request.content)
        step = self.script.pop(0) if self.script else 0
        if step == 0 and given["phone"] in self.without:
            step = -118
        if isinstance(step, Exception):
            self.sent.append(given)
            raise step
        if step:
            return httpx.Response(200, json={"error": step, "message": "…"})
        self.sent.append(given)
        data = {"msg_id": f"z{len(self.sent)}", "sent_time": "1626926349402"}
        return httpx.Response(200, json={"error": 0, "message": "Success", "data": data})

    def _renew(self, request):
        given = dict(pair.split("=") for pair in request.content.decode().split("&"))
        if given["refresh_token"] != self.refresh or not request.headers.get("secret_key"):
            return {"error": -14014, "error_name": "Invalid refresh token"}
        self.renewals.append(given)
        number = len(self.renewals)
        self.access, self.refresh = f"khoa-vao-{number}", f"khoa-doi-{number + 1}"
        return {
            "access_token": self.access,
            "refresh_token": self.refresh,
            "expires_in": "90000",
        }


@pytest.fixture
def zalo(monkeypatch, settings, short_runs):
    settings.QUIET_HOURS = ""
    made = Zalo()
    monkeypatch.setattr(exchange, "client", made.client)
    return made


@pytest.fixture
def providers():
    return ProviderFactory(), ProviderFactory(zns=True)


def told(client, provider, about, **changes):
    body = {
        "event_name": "user_received_message",
        "app_id": "4103",
        "timestamp": "1626926350000",
        "sender": {"id": "2859"},
        "recipient": {"id": "84912345678"},
        "message": {
            "delivery_time": "1626926349999",
            "msg_id": about.reference,
            "tracking_id": str(about.pk),
        },
    } | changes
    raw = json.dumps(body)
    signed = f"4103{raw}1626926350000bi-mat-oa".encode()
    return client.post(
        f"/tin-nhan/bao/{sealing.callback_token(provider.pk)}/",
        raw,
        content_type="application/json",
        headers={"X-ZEvent-Signature": f"mac={hashlib.sha256(signed).hexdigest()}"},
    )


def both(after=0):
    with time_machine.travel(timezone.now() + timedelta(minutes=after)):
        run("zalo")
        run()


def test_each_is_told_one_way(village, zalo, providers):
    SubscriberFactory(village=village, number="84912345678", by_zalo=True)
    SubscriberFactory(village=village, number="84987654321", by_zalo=True)
    SubscriberFactory(village=village, number="84900000000")
    zalo.without = {"84987654321"}
    release = put_out(village, headline="Tiêm phòng")
    both()
    (sent,) = zalo.sent
    message = Message.objects.get(via="zalo")
    assert sent == {
        "phone": "84912345678",
        "template_id": "7895417",
        "template_data": {
            "tieu_de": "Tiêm phòng",
            "noi_dung": "Mai 8 giờ tiêm phòng ở trạm xá.",
            "noi_gui": release.unit.name,
        },
        "tracking_id": str(message.pk),
    }
    assert sorted(one["Phone"] for one in zalo.texted) == ["84900000000", "84987654321"]
    both(after=60)
    assert (len(zalo.sent), len(zalo.texted)) == (1, 2)
    assert states() == [State.ACCEPTED] * 3


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (httpx.ReadTimeout("?"), State.IN_DOUBT),
        (-100, State.IN_DOUBT),
        (-114, State.FAILED),
        (-141, State.FAILED),
        (-130, State.FAILED),
        (-115, State.ACCEPTED),
        (-133, State.ACCEPTED),
        (-144, State.ACCEPTED),
        (httpx.ConnectError("?"), State.ACCEPTED),
    ],
)
def test_no_other_answer_makes_it_an_sms(village, zalo, providers, step, state):
    SubscriberFactory(village=village, by_zalo=True)
    put_out(village)
    zalo.script = [step]
    both()
    both(after=120)
    assert states() == [state]
    assert zalo.texted == []


def test_a_report_counts_when_zalo_signed_it(client, village, zalo, providers):
    _sms, zns = providers
    SubscriberFactory(village=village, by_zalo=True)
    release = put_out(village)
    both()
    message = Message.objects.get()
    forged = {"timestamp": "1626926350001"}
    assert told(client, zns, message, **forged).status_code == 403
    conversation = {"message": {"msg_id": message.reference}}
    assert told(client, zns, message, **conversation).status_code == 200
    assert states() == [State.ACCEPTED]
    for _ in range(2):
        assert told(client, zns, message).status_code == 200
    assert states() == [State.DELIVERED]
    assert settled(release).status == DeliveryStatus.DELIVERED


def test_the_token_is_renewed_once_and_both_are_kept(village, zalo, providers):
    _sms, zns = providers
    for _ in range(20):
        SubscriberFactory(village=village, by_zalo=True)
    put_out(village)
    both()
    assert len(zalo.renewals) == 1
    zns.refresh_from_db()
    kept = sealing.open_credentials(zns.sealed_credentials)
    assert (kept["access_token"], kept["refresh_token"]) == ("khoa-vao-1", "khoa-doi-2")
    assert "khoa-doi-2" not in zns.sealed_credentials
    assert zns.credentials_expire_on == timezone.localdate() + timedelta(days=90)
    # Taken back by Zalo before its time: renewed, and nothing is lost.
    zalo.access = "khac"
    put_out(village)
    both()
    both(after=5)
    assert len(zalo.renewals) == 2
    assert len(zalo.sent) == 40


def test_a_renewal_that_fails_is_told_and_announced_ahead(village, zalo, providers):
    _sms, zns = providers
    zalo.refresh = "khac"
    SubscriberFactory(village=village, by_zalo=True)
    put_out(village)
    both()
    assert states() == [State.WAITING]
    zns.refresh_from_db()
    assert "Invalid refresh token" in zns.trouble
    Provider.objects.filter(pk=zns.pk).update(
        credentials_expire_on=timezone.localdate() + timedelta(days=7)
    )
    assert [one.name for one in board.expiring()] == ["Zalo ZNS"]


def test_a_token_with_a_strange_character_is_told_and_nothing_is_lost(
    client, village, zalo, providers
):
    provider = Provider.objects.get(form="zns")
    kept = sealing.open_credentials(provider.sealed_credentials)
    provider.sealed_credentials = sealing.seal_credentials(kept | {"access_token": "a\u200bb"})
    provider.access_ends_at = timezone.now() + timedelta(days=1)
    provider.save()
    SubscriberFactory(village=village, by_zalo=True)
    put_out(village)
    run("zalo")
    assert states() == [State.WAITING]
    provider.refresh_from_db()
    assert "ký tự lạ" in provider.trouble
    assert actions.test_provider(provider, by=SYSTEM) == (False, "khoá có ký tự lạ, hãy chép lại")


def test_an_emergency_is_texted(village, zalo, providers):
    SubscriberFactory(village=village, by_zalo=True)
    put_out(village, text="Lũ về!", priority=Priority.EMERGENCY)
    both()
    assert zalo.sent == []
    assert len(zalo.texted) == 1


def test_withdrawn_is_told_the_way_it_came(village, zalo, providers):
    SubscriberFactory(village=village, by_zalo=True)
    release = put_out(village, headline="Tiêm phòng")
    both()
    withdraw_release(release, by=UserFactory(approver=village.unit), reason="Sai ngày.")
    release.refresh_from_db()
    take_back(release)
    both()
    last = zalo.sent[-1]["template_data"]
    assert last["tieu_de"] == "Đã gỡ: Tiêm phòng"
    assert "Sai ngày." in last["noi_dung"]
    assert zalo.texted == []


def test_without_zalo_here_what_waits_is_texted(village, zalo, providers):
    _sms, zns = providers
    SubscriberFactory(village=village, by_zalo=True)
    put_out(village)
    Provider.objects.filter(pk=zns.pk).update(is_used=False)
    both()
    assert zalo.sent == []
    assert len(zalo.texted) == 1


def test_writing_says_what_the_template_has_no_room_for(zalo, providers):
    forms = Forms(headline="Tiêm " * 20, short_text="ngắn " * 30)
    problems = {one.field: one.message for one in channel("sms").check(forms)}
    assert "nhiều nhất 60 ký tự" in problems["headline"]
    assert "nhiều nhất 120 ký tự" in problems["short_text"]
    assert channel("sms").check(Forms(headline="Tiêm", short_text="Mai tiêm.")) == []


@pytest.mark.parametrize(
    "fields",
    ["", "tieu_de", "tieu_de = thời tiết, 30", "a = tiêu đề, 0", "a = thôn, 20", "a=tiêu đề,9999"],
)
def test_a_template_that_is_typed_wrongly(fields):
    with pytest.raises(ValueError, match=r"\w"):
        template_of({"template_id": "1", "fields": fields})
    with pytest.raises(ValueError, match="chữ số"):
        template_of({"template_id": "x", "fields": "a = tieu de, 30"})


def test_an_administrator_connects_and_tries_it(client, zalo, village):
    ProviderFactory()
    top = UnitFactory(top=True)
    sign_in(client, UserFactory(administrator=top))
    given = {
        "name": "Zalo của huyện",
        "form": "zns",
        "requests_per_second": "5",
        "price_per_part": "200",
        "setting_zns_template_id": "7895417",
        "setting_zns_fields": "tieu_de = tiêu đề, 60\nnoi_dung = tin ngắn, 200",
        "secret_zns_app_id": "4103",
        "secret_zns_secret_key": "bi-mat-app",
        "secret_zns_refresh_token": "khoa-doi-1",
        "secret_zns_oa_secret_key": "bi-mat-oa",
    }
    page = client.post(
        reverse("texts_provider_add"), given | {"setting_zns_fields": "tieu_de = gì đó"}
    )
    assert "chưa đúng" in page.content.decode()
    client.post(reverse("texts_provider_add"), given)
    provider = Provider.objects.get(form="zns")
    tries = reverse("texts_provider_test", args=[provider.pk])
    client.post(tries)
    provider.refresh_from_db()
    assert "còn cần tham số: noi_gui" in provider.test_result
    fixed = "tieu_de = tiêu đề, 60\nnoi_dung = tin ngắn, 200\nnoi_gui = đơn vị, 60"
    address = reverse("texts_provider", args=[provider.pk])
    client.post(address, given | {"setting_zns_fields": fixed, "secret_zns_refresh_token": ""})
    client.post(tries)
    provider.refresh_from_db()
    assert "noi_dung chỉ nhận 120" in provider.test_result
    provider.settings["fields"] = fixed.replace("200", "120")
    provider.save()
    client.post(tries)
    provider.refresh_from_db()
    assert "Tin của xã" in provider.test_result
    client.post(reverse("texts_provider_use", args=[provider.pk]), {"is_used": "1"})
    # Beside the SMS company, not in its place.
    assert Provider.objects.filter(is_used=True).count() == 2
    assert "muc" in client.get(f"/theo-doi/sms/?xa={village.unit.code}").content.decode()
    assert 'name="zalo"' in client.get(f"/theo-doi/sms/?xa={village.unit.code}").content.decode()


def test_who_asks_for_zalo_gets_the_code_by_sms_first(village, zalo, providers):
    by = UserFactory(editor=village.unit)
    subscriber = actions.ask_to_subscribe(
        "0912345678", village, categories=[], by=by, has_consent=True, by_zalo=True
    )
    assert not Subscriber.objects.get().by_zalo
    both()
    assert len(zalo.texted) == 1
    actions.confirm_subscription(subscriber.pk, sealing.unseal(subscriber.sealed_code))
    assert Subscriber.objects.get().by_zalo

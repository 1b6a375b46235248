"""An administrator names a provider, tries it, uses it; staff note numbers and see how it goes."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from tiengmo.channels import health as board
from tiengmo.channels.messages import actions, health, sealing
from tiengmo.channels.messages.errors import MessageError
from tiengmo.channels.messages.models import Message, Provider, Subscriber
from tiengmo.channels.messages.tests.factories import ProviderFactory, SubscriberFactory
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.releases.models import Delivery, DeliveryStatus
from tiengmo.releases.tests.factories import DeliveryFactory
from tiengmo.upkeep.registry import kinds

pytestmark = pytest.mark.django_db


@pytest.fixture
def district():
    return UnitFactory(top=True)


@pytest.fixture
def administrator(district):
    return UserFactory(administrator=district)


@pytest.fixture
def commune(district):
    return UnitFactory(parent=district)


def fields(**given):
    return {
        "name": "eSMS của huyện",
        "form": "esms",
        "base_url": "",
        "sender": "UBNDHUYEN",
        "requests_per_second": "5",
        "price_per_part": "650",
        "credentials_expire_on": "",
    } | given


def test_credentials_are_sealed_tried_and_never_shown(client, administrator, line):
    sign_in(client, administrator)
    secrets = {"secret_esms_ApiKey": "KHOA-RAT-KIN", "secret_esms_SecretKey": "BI-MAT"}
    answer = client.post(reverse("texts_provider_add"), fields(**secrets))
    assert answer.status_code == 302
    provider = Provider.objects.get()
    assert not provider.is_used
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM text_messages_provider")
        assert "KHOA-RAT-KIN" not in str(cursor.fetchall())
    shown = client.get(answer["Location"]).content.decode()
    assert "KHOA-RAT-KIN" not in shown
    assert "BI-MAT" not in shown
    assert "/tin-nhan/bao/" in shown
    # Saved again without typing them: they are kept.
    client.post(answer["Location"], fields(name="eSMS"))
    provider.refresh_from_db()
    assert sealing.open_credentials(provider.sealed_credentials)["SecretKey"] == "BI-MAT"

    line.script = [(200, {}, {"Balance": 36693, "CodeResponse": "100", "UserID": 9999})]
    client.post(reverse("texts_provider_test", args=[provider.pk]))
    provider.refresh_from_db()
    assert "36693" in provider.test_result
    assert line.requests[0].url.path.endswith("/GetBalance_json")
    line.script = [(200, {}, {"CodeResponse": "101", "ErrorMessage": "Authorize Failed"})]
    client.post(reverse("texts_provider_test", args=[provider.pk]))
    page = client.get(reverse("channels_board")).content.decode()
    assert "Authorize Failed" in page
    assert "Đang lỗi" in page
    client.post(reverse("texts_provider_use", args=[provider.pk]), {"is_used": "1"})
    provider.refresh_from_db()
    assert provider.is_used


def test_a_saved_provider_keeps_its_protocol(client, administrator):
    sign_in(client, administrator)
    provider = ProviderFactory()
    page = reverse("texts_provider", args=[provider.pk])
    answer = client.post(page, fields(form="speedsms", secret_speedsms_token="khoa"))
    assert "Không đổi giao thức" in answer.content.decode()
    provider.refresh_from_db()
    assert provider.form == "esms"


@pytest.mark.parametrize("key", ["KHOA\u200b-KIN", "KHÓA-KIN"])
def test_a_key_copied_with_a_strange_character_is_refused(client, administrator, key):
    sign_in(client, administrator)
    secrets = {"secret_esms_ApiKey": key, "secret_esms_SecretKey": "BI-MAT"}
    answer = client.post(reverse("texts_provider_add"), fields(**secrets))
    assert "ký tự lạ" in answer.content.decode()
    assert not Provider.objects.exists()


def test_only_who_administers_the_whole_locality(client, commune, administrator):
    provider = ProviderFactory(is_used=False)
    other = UserFactory(administrator=commune)
    for act in (
        lambda: actions.use_provider(provider, by=other),
        lambda: actions.test_provider(provider, by=other),
        lambda: actions.save_provider(provider, credentials={}, by=other, name="x"),
    ):
        with pytest.raises(NotAllowed):
            act()
    sign_in(client, other)
    assert client.get(reverse("texts_provider", args=[provider.pk])).status_code == 302
    assert "Thêm nhà cung cấp" in client.get(reverse("channels_board")).content.decode()
    actions.use_provider(provider, by=administrator)
    another = ProviderFactory(is_used=False)
    actions.use_provider(another, by=administrator)
    assert list(Provider.objects.filter(is_used=True)) == [another]


def test_without_credentials_it_is_not_used(administrator):
    provider = ProviderFactory(is_used=False, sealed_credentials="")
    with pytest.raises(MessageError, match="Chưa đủ khoá"):
        actions.use_provider(provider, by=administrator)


def test_an_end_is_announced_a_week_ahead(client, administrator, district):
    today = timezone.localdate()
    ProviderFactory(credentials_expire_on=today + timedelta(days=7))
    far = ProviderFactory(is_used=False, name="Xa", credentials_expire_on=today + timedelta(days=8))
    assert [one.name for one in board.expiring()] == ["eSMS"]
    assert far.name not in [one.name for one in board.expiring()]
    sign_in(client, administrator)
    page = client.get(reverse("channels_board")).content.decode()
    assert "hãy gia hạn" in page
    (kind,) = [one for one in kinds() if one.code == "khoa-ket-noi"]
    assert [one.title for one in kind.read({district.pk})] == ["eSMS"]
    assert list(kind.read({0})) == []


def test_the_page_says_what_fails_and_since_when(client, commune):
    sign_in(client, UserFactory(editor=commune))
    assert (
        "chưa gửi gì trong 7 ngày" in client.get(reverse("channels_board")).content.decode().lower()
    )
    DeliveryFactory(
        channel="print", status=DeliveryStatus.DELIVERED, sent_at=timezone.now() - timedelta(days=2)
    )
    bad = DeliveryFactory(channel="print", status=DeliveryStatus.FAILED_PERMANENTLY)
    began = timezone.now() - timedelta(hours=3)
    Delivery.objects.filter(pk=bad.pk).update(updated_at=began)
    own = {row.own.name: row.own for row in board.board()}
    line = own["Bản in (áp phích, tờ rơi)"]
    assert (line.state, line.since) == ("failing", began)
    DeliveryFactory(channel="print", status=DeliveryStatus.DELIVERED, sent_at=timezone.now())
    own = {row.own.name: row.own for row in board.board()}
    assert own["Bản in (áp phích, tờ rơi)"].state == "healthy"


def test_providers_are_slow_or_on_trial():
    ProviderFactory(answer_ms=4000)
    ProviderFactory(console=True, is_used=False)
    assert [line.state for line in health.lines()] == ["slow", "unused"]
    behind = [line.name for row in board.board() for line in row.behind]
    assert {provider.name for provider in Provider.objects.all()} <= set(behind)
    Provider.objects.filter(form="esms").delete()
    Provider.objects.update(is_used=True)
    assert [line.state for line in health.lines()] == ["trial"]


def test_an_editor_notes_a_number_and_types_the_code(client, commune):
    ProviderFactory()
    village = VillageFactory(unit=commune)
    sign_in(client, UserFactory(editor=commune))
    home = reverse("texts_home")
    given = {"note": "1", "number": "0912345678", "village": village.pk}
    assert client.post(home, given).status_code == 200
    assert not Subscriber.objects.exists()
    answer = client.post(home, given | {"has_consent": "on"})
    subscriber = Subscriber.objects.get()
    page = client.get(answer["Location"]).content.decode()
    assert "…678" in page
    assert "0912345678" not in page
    code = sealing.unseal(subscriber.sealed_code)
    client.post(answer["Location"], {"code": f"{code[:3]} {code[3:]}"})
    shown = client.get(home).content.decode()
    assert re.search(rf"{village.name}.*?>1<", shown, re.DOTALL)
    client.post(home, {"end": "1", "number": "0912 345 678"})
    assert not Subscriber.objects.exists()


def test_an_editor_elsewhere_sees_and_ends_nothing(client, commune):
    ProviderFactory()
    subscriber = SubscriberFactory(village=VillageFactory(unit=commune), number="84912345678")
    sign_in(client, UserFactory(editor=True))
    home = reverse("texts_home")
    assert subscriber.village.name not in client.get(home).content.decode()
    client.post(home, {"end": "1", "number": "0912345678"})
    assert Subscriber.objects.exists()
    assert client.get(reverse("texts_confirm", args=[subscriber.pk])).status_code == 404
    assert not Message.objects.exists()

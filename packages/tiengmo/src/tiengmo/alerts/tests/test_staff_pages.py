"""The pages on which two people warn everybody."""

import pytest
from django.conf import settings as django_settings

from tiengmo.alerts.actions import take_in
from tiengmo.alerts.models import Alert, Feed, Template
from tiengmo.alerts.workflow import State
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.speakers.models import IssuerKey

from .conftest import PASSPHRASE
from .factories import composed, issued, make_ready
from .test_take_in_others import cap

pytestmark = pytest.mark.django_db
HOME = "/quan-tri/canh-bao/"


@pytest.fixture
def composer(client, here):
    return sign_in(client, here.composer)


def test_compose_in_four_pages_and_second_in_two(client, here, django_user_model):
    sign_in(client, here.composer)
    assert "Soạn cảnh báo" in client.get(HOME).content.decode()
    assert "Lũ quét" in client.get(f"{HOME}soan/").content.decode()
    form = client.get(f"{HOME}soan/{here.flood.pk}/").content.decode()
    assert f'value="{here.commune.code}"' in form
    answer = client.post(
        f"{HOME}soan/{here.flood.pk}/",
        {
            "areas": [here.commune.code],
            "status": "Actual",
            "lasts_minutes": "180",
            "repeat_minutes": "3",
            "blank_place": "suối Lũng Pô",
        },
    )
    assert answer.status_code == 302, answer.content.decode()
    alert = make_ready(Alert.objects.get())
    page = client.get(answer["Location"]).content.decode()
    assert "Ký và chuyển người thứ hai" in page
    client.post(f"{HOME}{alert.pk}/ky/", {"passphrase": PASSPHRASE})
    alert.refresh_from_db()
    assert alert.state == State.COMPOSED

    sign_in(client, here.above)
    assert "Chờ bạn ký để phát" in client.get(HOME).content.decode()
    assert "Ký và phát ngay" in client.get(f"{HOME}{alert.pk}/").content.decode()
    client.post(f"{HOME}{alert.pk}/ky-thu-hai/", {"passphrase": "sai roi sai roi"})
    alert.refresh_from_db()
    assert alert.state == State.COMPOSED
    client.post(f"{HOME}{alert.pk}/ky-thu-hai/", {"passphrase": PASSPHRASE})
    alert.refresh_from_db()
    assert alert.state == State.ISSUED
    page = client.get(f"{HOME}{alert.pk}/").content.decode()
    assert "Soạn lời báo an toàn" in page
    assert "Đang phát" in client.get(HOME).content.decode()


def test_the_pages_in_english(client, here):
    from wagtail.users.models import UserProfile

    alert = issued(here)
    profile = UserProfile.get_for_user(here.composer)
    profile.preferred_language = "en"
    profile.save()
    sign_in(client, here.composer)
    assert "Write an alert" in client.get(HOME).content.decode()
    page = client.get(f"{HOME}{alert.pk}/").content.decode()
    assert "The loudspeakers will say" in page
    assert "True alert" in page
    assert "Draw the area on a map" in client.get(f"{HOME}soan/{here.flood.pk}/").content.decode()


def test_what_is_missing_is_said_in_its_place(composer, here):
    fire = Template.objects.get(hazard="forest_fire")
    answer = composer.post(
        f"{HOME}soan/{fire.pk}/",
        {
            "areas": [here.other.code],
            "status": "Actual",
            "lasts_minutes": "60",
            "repeat_minutes": "5",
        },
    )
    assert answer.status_code == 200
    assert "Ngoài phạm vi" in answer.content.decode()
    assert not Alert.objects.exists()


def test_update_and_all_clear_from_the_page(composer, here):
    alert = issued(here)
    page = composer.get(f"{HOME}{alert.pk}/cap-nhat/").content.decode()
    assert "sẽ thay ngay" in page
    answer = composer.post(
        f"{HOME}{alert.pk}/cap-nhat/",
        {"areas": [here.commune.code], "lasts_minutes": "60", "repeat_minutes": "3"},
    )
    assert answer.status_code == 302
    answer = composer.post(f"{HOME}{alert.pk}/an-toan/", {"text": "Nước đã rút, bà con yên tâm."})
    newest = Alert.objects.order_by("-created_at").first()
    assert newest.msg_type == "Cancel"
    assert newest.main_info.description == "Nước đã rút, bà con yên tâm."


def test_refuse_with_a_reason(client, here):
    alert = composed(here)
    sign_in(client, here.colleague)
    client.post(f"{HOME}{alert.pk}/bo/", {"reason": "Nước đã rút"})
    alert.refresh_from_db()
    assert alert.state == State.REJECTED
    assert "Nước đã rút" in client.get(f"{HOME}{alert.pk}/").content.decode()


def test_a_stranger_sees_nothing_of_it(client, here):
    alert = composed(here)
    sign_in(client, here.next_door)
    assert client.get(f"{HOME}{alert.pk}/").status_code == 404
    assert (
        client.post(f"{HOME}{alert.pk}/ky-thu-hai/", {"passphrase": PASSPHRASE}).status_code == 404
    )
    assert alert.headline not in client.get(HOME).content.decode()


def test_an_editor_has_no_key_and_no_button(client, here):
    sign_in(client, here.editor)
    page = client.get(HOME).content.decode()
    assert "canh-bao/soan/" not in page
    client.post(f"{HOME}khoa/", {"new": "mot cau rat dai", "again": "mot cau rat dai"})
    assert not IssuerKey.objects.filter(user=here.editor).exists()


def test_make_a_key_and_change_its_passphrase(client, here):
    person = UserFactory(approver=here.commune)
    sign_in(client, person)
    client.post(
        f"{HOME}khoa/", {"act": "make", "new": "mot cau rat dai", "again": "khac hoan toan"}
    )
    assert not IssuerKey.objects.filter(user=person).exists()
    client.post(
        f"{HOME}khoa/", {"act": "make", "new": "mot cau rat dai", "again": "mot cau rat dai"}
    )
    key = IssuerKey.objects.get(user=person)
    page = client.get(f"{HOME}khoa/")
    assert key.kid in page.content.decode()
    assert "issue-person" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    before = key.sealed
    client.post(
        f"{HOME}khoa/",
        {"old": "mot cau rat dai", "new": "cau khac han roi", "again": "cau khac han roi"},
    )
    key.refresh_from_db()
    assert key.sealed != before


def test_a_proposal_becomes_a_prefilled_form_or_is_dismissed(composer, here):
    feed = Feed.objects.create(name="Đài khí tượng", url="https://kttv.example.vn/cap.atom")
    code = f"<geocode><valueName>x</valueName><value>{here.villages[0].code}</value></geocode>"
    proposal = take_in(feed, cap(area=code))
    assert "Mưa lớn diện rộng" in composer.get(HOME).content.decode()
    page = composer.get(f"{HOME}tin/{proposal.pk}/").content.decode()
    assert "chưa kiểm chứng" in page
    form = composer.get(f"{HOME}soan/{here.flood.pk}/?proposal={proposal.pk}").content.decode()
    assert f'name="proposal" value="{proposal.pk}"' in form
    composer.post(f"{HOME}tin/{proposal.pk}/")
    assert "Mưa lớn diện rộng" not in composer.get(HOME).content.decode()


def test_only_an_administrator_follows_feeds(client, here):
    sign_in(client, here.composer)
    assert client.get(f"{HOME}nguon/").status_code == 302
    sign_in(client, UserFactory(administrator=here.commune))
    assert client.get(f"{HOME}nguon/").status_code == 302
    sign_in(client, UserFactory(administrator=here.district))
    client.post(
        f"{HOME}nguon/", {"name": "Đài", "url": "https://kttv.example.vn/a", "is_active": "on"}
    )
    assert Feed.objects.get().name == "Đài"
    assert "kttv.example.vn" in client.get(f"{HOME}nguon/").content.decode()
    assert django_settings.PUBLIC_URL

"""An administrator connects a page, tries it, and hears a week ahead that its credentials end."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection as database
from django.urls import reverse
from django.utils import timezone

from tiengmo.channels import health as board
from tiengmo.channels.social import actions, sealing
from tiengmo.channels.social.models import Account, Connection, Network, Post
from tiengmo.channels.social.tests.acting import put_out, run
from tiengmo.channels.social.tests.factories import AccountFactory, ConnectionFactory
from tiengmo.channels.social.tests.network import graph_error
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory
from tiengmo.releases.tests.factories import DeliveryFactory
from tiengmo.upkeep.registry import kinds

pytestmark = pytest.mark.django_db


@pytest.fixture
def district():
    return UnitFactory(top=True)


@pytest.fixture
def commune(district):
    return UnitFactory(parent=district)


@pytest.fixture
def page(commune):
    return AccountFactory(unit=commune, number=100064123456789)


def test_credentials_are_sealed_tried_and_never_shown(client, commune, page, line):
    sign_in(client, UserFactory(administrator=commune))
    place = reverse("social_connection", args=[page.pk])
    refused = client.post(place, {"is_used": "on"})
    assert "Chưa đủ khoá" in refused.content.decode()
    answer = client.post(place, {"is_used": "on", "secret_access_token": "KHOA-RAT-KIN"})
    assert answer["Location"] == place
    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM social_connection")
        assert "KHOA-RAT-KIN" not in str(cursor.fetchall())
    assert "KHOA-RAT-KIN" not in client.get(place).content.decode()
    # Saved again without typing it: it is kept.
    client.post(place, {"is_used": "on", "credentials_expire_on": "2027-01-01"})
    kept = Connection.objects.get()
    assert sealing.open_credentials(kept.sealed_credentials)["access_token"] == "KHOA-RAT-KIN"

    client.post(reverse("social_test", args=[page.pk]))
    kept.refresh_from_db()
    assert "UBND xã thử" in kept.test_result
    page.refresh_from_db()
    assert page.followers == 1234
    line.script = [(400, {}, graph_error(190, 460, "Session invalidated"))]
    client.post(reverse("social_test", args=[page.pk]))
    shown = client.get(reverse("channels_board")).content.decode()
    assert "Session invalidated" in shown
    assert "Đang lỗi" in shown
    assert "KHOA-RAT-KIN" not in shown


def test_credentials_of_another_page_are_seen(commune, page, line):
    ConnectionFactory(account=page)
    line.script = [(200, {}, {"id": "999", "name": "Trang khác"})]
    is_good, said = actions.test_connection(page, by=UserFactory(administrator=commune))
    assert not is_good
    assert "trang khác" in said


def test_a_key_copied_with_a_hidden_character_is_refused_and_stops_nobody(
    client, commune, district, page, line
):
    sign_in(client, UserFactory(administrator=commune))
    place = reverse("social_connection", args=[page.pk])
    for bad in ("KHOA\u200bKIN", "KHOÁ", "KHOA KIN"):
        shown = client.post(place, {"is_used": "on", "secret_access_token": bad})
        assert "Hãy chép lại" in shown.content.decode()
    with pytest.raises(ValidationError, match="chép lại"):
        actions.save_network(
            "zalo",
            credentials={"secret_key": "BI\u200bMAT"},
            by=UserFactory(administrator=district),
        )
    # Kept before this was refused.
    sealed = sealing.seal_credentials({"access_token": "KHOA\u200bKIN"})
    ConnectionFactory(account=page, sealed_credentials=sealed)
    good = ConnectionFactory(account__unit=commune).account
    is_good, said = actions.test_connection(page, by=UserFactory(administrator=commune))
    assert (is_good, "ký tự lạ" in said) == (False, True)
    put_out(commune)
    run()
    states = dict(Post.objects.values_list("account", "state"))
    assert states == {page.pk: Post.State.WAITING, good.pk: Post.State.DONE}


def test_zalo_needs_its_application_and_a_cover(client, commune, district, line):
    oa = AccountFactory(zalo=True, number=2859123456789, unit=commune)
    keeper = UserFactory(administrator=commune)
    given = {"credentials": {"refresh_token": "khoa-doi-1"}, "is_used": True}
    with pytest.raises(ValidationError, match="ảnh bìa"):
        actions.save_connection(oa, by=keeper, **given)
    actions.save_connection(oa, by=keeper, cover_url="https://mo.example.vn/b.jpg", **given)
    # The application is everybody's: who administers the whole locality sets it.
    sign_in(client, keeper)
    place = reverse("social_network", args=["zalo"])
    assert client.get(place).status_code == 302
    with pytest.raises(NotAllowed):
        actions.save_network("zalo", credentials={}, by=keeper)
    is_good, said = actions.test_connection(oa, by=keeper)
    assert (is_good, "-14014" in said) == (False, True)
    sign_in(client, UserFactory(administrator=district))
    wanted = {"requests_per_second": "3", "base_url": ""}
    secrets = {"secret_app_id": "77", "secret_secret_key": "BI-MAT-UNG-DUNG"}
    assert client.post(place, wanted | secrets).status_code == 302
    assert "BI-MAT" not in client.get(place).content.decode()
    assert Network.objects.get(pk="zalo").requests_per_second == 3
    assert actions.test_connection(oa, by=keeper)[0]
    assert line.asked("/access_token")[-1].headers["secret_key"] == "BI-MAT-UNG-DUNG"
    assert client.get(reverse("social_network", args=["tiktok"])).status_code == 404


def test_only_who_administers_the_unit(client, page, district):
    stranger = UserFactory(administrator=UnitFactory(parent=district))
    with pytest.raises(NotAllowed):
        actions.save_connection(page, credentials={}, by=stranger, is_used=True)
    ConnectionFactory(account=page)
    with pytest.raises(NotAllowed):
        actions.test_connection(page, by=stranger)
    sign_in(client, UserFactory(editor=page.unit))
    assert client.get(reverse("social_connection", args=[page.pk])).status_code in (302, 403)


def test_an_end_is_announced_a_week_ahead_and_the_board_stays_short(client, district, commune):
    today = timezone.localdate()
    for _ in range(20):
        ConnectionFactory(account__unit=commune, credentials_expire_on=today + timedelta(days=60))
    soon = ConnectionFactory(
        account__unit=commune, credentials_expire_on=today + timedelta(days=7)
    ).account
    failing = ConnectionFactory(
        account__unit=commune, failing_since=timezone.now(), trouble="HTTP 403"
    ).account
    ConnectionFactory(account__unit=commune, console=True)
    (lines,) = [row.behind for row in board.board() if row.own.name == "Trang Facebook"]
    assert [one.state for one in lines] == ["healthy", "failing", "healthy", "trial"] or [
        one.state for one in lines
    ] == ["failing", "healthy", "healthy", "trial"]
    assert {one.name.split(" (")[0] for one in lines} >= {soon.name, failing.name, "20 trang khác"}
    assert [one.name.split(" (")[0] for one in board.expiring()] == [soon.name]
    (kind,) = [one for one in kinds() if one.code == "khoa-mang-xa-hoi"]
    assert [one.title for one in kind.read({commune.pk})] == [soon.name]
    assert list(kind.read({district.pk})) == []
    sign_in(client, UserFactory(administrator=district))
    assert "hãy gia hạn" in client.get(reverse("channels_board")).content.decode()


def test_the_page_of_posts_and_what_somebody_says_of_them(client, commune, page):
    ConnectionFactory(account=page)
    delivery = DeliveryFactory(channel="facebook", target=str(page.pk), village=None)
    post = Post.objects.create(
        account=page,
        release=delivery.release,
        delivery=delivery,
        state=Post.State.IN_DOUBT,
        looks=5,
        expires_at=timezone.now(),
        detail="ReadTimeout",
    )
    sign_in(client, UserFactory(editor=commune))
    place = reverse("social_posts")
    shown = client.get(place).content.decode()
    assert "không thấy bài" in shown
    assert "ReadTimeout" in client.get(place + "?xem=can").content.decode()
    client.post(reverse("social_settle", args=[post.pk, "dang-lai"]))
    post.refresh_from_db()
    assert post.state == Post.State.WAITING
    assert "không thấy bài" not in client.get(place).content.decode()
    assert client.post(reverse("social_settle", args=[post.pk, "gi-do"])).status_code == 404
    sign_in(client, UserFactory(editor=True))
    assert page.name not in client.get(place).content.decode()
    assert client.post(reverse("social_settle", args=[post.pk, "dang-lai"])).status_code == 404


def test_who_answered_for_a_page_is_forgotten_two_years_after_its_end(commune):
    by = UserFactory(administrator=commune)
    account = AccountFactory(unit=commune, owner_name="Bà Cũ", owner_phone="0900")
    actions.save_account(account, by=by, owner_name="Bà Mới")
    actions.retire_account(account, by=by, reason="Thôi dùng")
    assert actions.forget_owners() == 0
    Account.objects.update(retired_at=timezone.now() - timedelta(days=731))
    assert actions.forget_owners() == 1
    account.refresh_from_db()
    assert (account.owner_name, account.owner_phone) == ("", "")
    assert "Bà" not in str(list(account.changes.values_list("detail", flat=True)))
    assert actions.forget_owners() == 0

"""Somebody enters a page in the register, another makes sure, citizens read it; it ends with a reason."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from tiengmo.audit import SYSTEM
from tiengmo.channels.social import actions
from tiengmo.channels.social.errors import SocialError
from tiengmo.channels.social.models import Account, AccountChange, Connection
from tiengmo.channels.social.register.addresses import key_of, looks_like
from tiengmo.channels.social.tests.factories import AccountFactory, ConnectionFactory
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.events import unit_succeeded
from tiengmo.places.models import Unit
from tiengmo.places.tests.factories import UnitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def district():
    return UnitFactory(top=True)


@pytest.fixture
def commune(district):
    return UnitFactory(parent=district)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("https://www.facebook.com/UBND.Xa.Tham.Luong", "facebook:ubndxathamluong"),
        ("m.facebook.com/ubndxathamluong/posts/123?x=1", "facebook:ubndxathamluong"),
        ("  http://FB.com/ubndxathamluong/ ", "facebook:ubndxathamluong"),
        ("https://www.facebook.com/profile.php?id=100064123456789", "facebook:100064123456789"),
        ("facebook.com/people/UBND-xa/100064123456789/", "facebook:100064123456789"),
        ("facebook.com/UBND-xa-A-100064123456789", "facebook:100064123456789"),
        ("https://www.facebook.com/p/UBND-xa-A-100064123456789/", "facebook:100064123456789"),
        ("https://zalo.me/2859123456789", "zalo:2859123456789"),
        ("https://oa.zalo.me/oa/2859123456789", "zalo:2859123456789"),
        ("https://facebook.com.vn-chinhphu.xyz/ubnd", ""),
        ("https://evil.example/facebook.com/ubnd", ""),
        ("https://facebook.com@evil.example/ubnd", ""),
        ("https://facebook.com%2Fubndxa%2F@evil.com/dang-nhap", ""),
        ("https://facebook.com:80@evil.com/ubndxa", ""),
        (r"https://evil.com\@facebook.com/ubndxa", ""),
        ("https://ubnd@facebook.com/ubndxa", ""),
        ("javascript://facebook.com/ubndxa", ""),
        ("https://apps.facebook.com/ubndxa", ""),
        ("https://facebook.com/ubnd%2Fxa", ""),
        ("https://facebook.com/%75bndxa", "facebook:ubndxa"),
        ("HTTPS://facebook.com/ubndxa", "facebook:ubndxa"),
        ("https://www.facebook.com/groups/123456", ""),
        ("https://www.facebook.com/share/1AbCdEf/", ""),
        ("https://[::1", ""),
        ("UBND xã Thẩm Lương", ""),
        ("", ""),
    ],
)
def test_an_address_however_it_was_copied(typed, key):
    assert key_of(typed) == key


def test_what_is_made_to_be_mistaken_for_another_is_seen():
    known = ["facebook:ubndxathamluong", "zalo:2859123456789"]
    assert looks_like("facebook:ubndxatharnluong", known) == known[0]
    assert looks_like("facebook:ubndxathamlu0ng", known) == known[0]
    assert looks_like("facebook:ubndxathamluong", known) == ""
    assert looks_like("facebook:quancaphebinhminh", known) == ""
    assert looks_like("zalo:2859123456788", known) == ""


def fields(unit, **given):
    return {
        "network": "facebook",
        "name": "UBND xã Thẩm Lương",
        "address": "https://www.facebook.com/ubnd.tham.luong",
        "external_id": "100064123456789",
        "unit": unit,
        "owner_name": "Chị Lan",
        "owner_phone": "0912 345 678",
    } | given


def test_registered_verified_changed_retired(client, commune, district):
    keeper, above = UserFactory(administrator=commune), UserFactory(administrator=district)
    stranger = UserFactory(administrator=UnitFactory(parent=district))
    with pytest.raises(NotAllowed):
        actions.save_account(Account(), by=stranger, **fields(commune))
    account = actions.save_account(Account(), by=keeper, **fields(commune))
    assert account.status == Account.Status.REGISTERED
    # A commune does not declare its own page official.
    with pytest.raises(NotAllowed):
        actions.verify_account(account, by=keeper, reason="tự xác minh")
    with pytest.raises(SocialError):
        actions.verify_account(account, by=above, reason=" ")
    account = actions.verify_account(account, by=above, reason="Công văn 12/UBND-VP")
    assert account.status == Account.Status.VERIFIED
    # Another owner: still official. Another address: somebody makes sure again.
    account = actions.save_account(account, by=keeper, owner_name="Anh Páo")
    assert account.status == Account.Status.VERIFIED
    account = actions.save_account(account, by=keeper, address="https://fb.com/ubndthamluong2")
    assert account.status == Account.Status.REGISTERED
    actions.verify_account(account, by=above, reason="Đã gọi điện")
    ConnectionFactory(account=account)
    with pytest.raises(NotAllowed):
        actions.retire_account(account, by=stranger, reason="x")
    account = actions.retire_account(account, by=keeper, reason="Trang bị chiếm")
    connection = Connection.objects.get()
    assert (connection.is_used, connection.sealed_credentials) == (False, "")
    acts = list(AccountChange.objects.order_by("pk").values_list("act", flat=True))
    assert acts == [
        *("registered", "verified", "changed", "changed", "verified", "retired"),
    ]
    texts = str(list(AccountChange.objects.values_list("detail", flat=True)))
    assert "Anh Páo" in texts
    assert "0912" not in texts
    sign_in(client, above)
    page = client.get(reverse("social_account", args=[account.pk])).content.decode()
    assert "Trang bị chiếm" in page
    assert "Đã gọi điện" in page


def test_what_is_wrong_is_said(commune):
    by = UserFactory(administrator=commune)
    AccountFactory(address="https://facebook.com/ubndthamluong", external_id="100064123456789")
    for given, where in (
        ({"address": "https://example.vn/x"}, "address"),
        ({"address": "https://zalo.me/123456"}, "address"),
        ({"external_id": "²²"}, "external_id"),
        ({"external_id": ""}, "address"),  # the same page by its name
        ({"address": "https://facebook.com/khac"}, "address"),  # the same by its number
    ):
        with pytest.raises(ValidationError) as refused:
            actions.save_account(Account(), by=by, **fields(commune, **given))
        assert where in refused.value.error_dict


def test_by_hand_on_the_page(client, commune, district):
    sign_in(client, UserFactory(administrator=commune))
    given = fields(commune.pk, since_on="2026-01-02", reason="QĐ 5")
    answer = client.post(reverse("social_account_add"), given | {"address": "khong dung"})
    assert answer.status_code == 200
    answer = client.post(reverse("social_account_add"), given)
    account = Account.objects.get()
    assert answer["Location"] == reverse("social_account", args=[account.pk])
    page = client.get(answer["Location"]).content.decode()
    assert "QĐ 5" in page
    assert "Chờ quản trị viên của đơn vị cấp trên" in page
    client.post(reverse("social_decide", args=[account.pk, "xac-minh"]), {"reason": "x"})
    account.refresh_from_db()
    assert account.status == Account.Status.REGISTERED
    sign_in(client, UserFactory(administrator=district))
    client.post(reverse("social_decide", args=[account.pk, "xac-minh"]), {"reason": "CV 9"})
    account.refresh_from_db()
    assert account.status == Account.Status.VERIFIED
    assert account.name in client.get(reverse("social_accounts") + "?q=tham+luong").content.decode()
    sign_in(client, UserFactory(editor=UnitFactory(parent=district)))
    assert client.get(reverse("social_account", args=[account.pk])).status_code == 404
    assert account.name not in client.get(reverse("social_accounts")).content.decode()


def test_a_table_of_357_comes_in_once_and_says_what_is_wrong(
    client, commune, district, django_assert_max_num_queries
):
    lines = ["Mạng;Tên;Địa chỉ;Mã đơn vị;Người phụ trách;Mã OA;Từ ngày"]
    lines += [
        f"Zalo;OA thôn {n};zalo.me/{2_000_000_000 + n};{commune.code};Cán bộ {n};"
        f"{2_000_000_000 + n};1/7/2025"
        for n in range(357)
    ]
    lines[5] = "Zalo;Sai đơn vị;zalo.me/3000000001;99999;Ai đó;;"
    lines[9] = lines[8]
    lines[12] = f"Tiktok;X;tiktok.com/x;{commune.code};Ai đó;;"
    lines[20] = f"Zalo;Sai ngày;zalo.me/3000000002;{commune.code};Ai đó;;mồng một"
    raw = "\n".join(lines).encode("utf-8-sig")
    sign_in(client, UserFactory(administrator=district))
    file = SimpleUploadedFile("so.csv", raw, content_type="text/csv")
    page = client.post(reverse("social_import"), {"table": file}).content.decode()
    assert Account.objects.count() == 353
    for line, why in ((6, "99999"), (10, "dòng 9"), (13, "Facebook hoặc Zalo"), (21, "1/7/2025")):
        assert f"<td>{line}</td>" in page
        assert why in page
    by = UserFactory(administrator=district)
    again = actions.import_accounts(raw, by=by)
    assert (again.new, again.changed, again.same) == (0, 0, 353)
    assert not Account.objects.filter(status=Account.Status.VERIFIED).exists()
    for bad in (b"", b"\xff\xfe\x00", b"a,b\n1,2", b"x" * (4 * 1024 * 1024 + 1)):
        with pytest.raises(SocialError):
            actions.import_accounts(bad, by=by)


def test_a_commune_imports_only_its_own(commune, district):
    other = UnitFactory(parent=district)
    raw = (
        "mang,ten,dia chi,ma don vi,nguoi phu trach\n"
        f"facebook,A,facebook.com/trang.cua.toi,{commune.code},Lan\n"
        f"facebook,B,facebook.com/trang.nguoi.khac,{other.code},Páo\n"
    ).encode()
    done = actions.import_accounts(raw, by=UserFactory(administrator=commune))
    assert (done.new, [line for line, _why in done.problems]) == (1, [3])


def test_a_merger_takes_the_pages_along(commune, district):
    page = AccountFactory(unit=commune)
    ended = AccountFactory(unit=commune, status=Account.Status.RETIRED)
    successor = UnitFactory(parent=district)
    unit_succeeded.send(
        Unit, predecessor=commune, successor=successor, on=timezone.localdate(), by=SYSTEM
    )
    page.refresh_from_db()
    ended.refresh_from_db()
    assert (page.unit, page.status) == (successor, Account.Status.VERIFIED)
    assert ended.unit == commune
    assert page.changes.get().detail == {"unit": [commune.name, successor.name]}

from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from tiengmo.audit.actors import SYSTEM
from tiengmo.audit.models import AuditEntry
from tiengmo.people import actions
from tiengmo.people.errors import NotAllowed
from tiengmo.people.models import Role, RoleAssignment, User
from tiengmo.people.queries import (
    accounts_in_reach,
    has_role,
    holders_of,
    may_manage,
    units_where,
)
from tiengmo.people.tests.factories import UserFactory, make_unit, sign_in
from tiengmo.places.events import unit_succeeded

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    district = make_unit(name="huyện Thử")
    commune = make_unit(name="xã Một", parent=district)
    other = make_unit(name="xã Hai", parent=district)
    return district, commune, other


def test_a_role_reaches_down_and_not_up_or_aside(tree):
    district, commune, other = tree
    above, here = UserFactory(approver=district), UserFactory(approver=commune)
    assert has_role(above, Role.APPROVER, commune)
    assert has_role(here, Role.APPROVER, commune)
    assert not has_role(here, Role.APPROVER, district)
    assert not has_role(here, Role.APPROVER, other)
    assert not has_role(here, Role.EDITOR, commune)
    assert not has_role(here, Role.APPROVER, None)


def test_holders_are_those_exactly_there_and_active(tree):
    district, commune, _ = tree
    UserFactory(approver=district)
    here = UserFactory(approver=commune)
    UserFactory(approver=commune, is_active=False)
    assert list(holders_of(Role.APPROVER, commune)) == [here]
    assert list(units_where(here, Role.APPROVER)) == [commune]


def test_a_closed_account_holds_nothing(tree):
    _, commune, _ = tree
    gone = UserFactory(approver=commune, is_active=False)
    assert not has_role(gone, Role.APPROVER, commune)
    assert not units_where(gone, Role.APPROVER).exists()
    with pytest.raises(NotAllowed, match="bị khoá"):
        actions.require_role(gone, Role.APPROVER, commune)


def test_a_refusal_says_what_is_needed_and_where(tree):
    _, commune, _ = tree
    with pytest.raises(NotAllowed, match="“Người duyệt” tại xã Một"):
        actions.require_role(UserFactory(editor=commune), Role.APPROVER, commune)


@pytest.mark.parametrize("role", Role.values)
def test_any_role_opens_the_staff_pages_and_its_loss_closes_them(role, tree):
    _, commune, _ = tree
    user = UserFactory(**{role: commune})
    assert User.objects.get(pk=user.pk).has_perm("wagtailadmin.access_admin")
    actions.withdraw_role(user.assignments.get(), by=SYSTEM)
    assert not User.objects.get(pk=user.pk).has_perm("wagtailadmin.access_admin")


def test_editors_add_pictures_and_documents(client, tree):
    editor, operator = UserFactory(editor=tree[1]), UserFactory(operator=tree[1])
    sign_in(client, editor)
    assert client.get(reverse("wagtailimages:add")).status_code == 200
    assert client.get(reverse("wagtaildocs:add")).status_code == 200
    sign_in(client, operator)
    assert client.get(reverse("wagtailimages:add")).status_code == 302


def test_wagtails_own_account_pages_open_for_no_role(client, tree):
    administrator = UserFactory(administrator=tree[0])
    assert not User.objects.get(pk=administrator.pk).has_perm("people.change_user")
    sign_in(client, administrator)
    for name in ("wagtailusers_users:index", "wagtailusers_users:add", "wagtailusers_groups:index"):
        assert client.get(reverse(name)).status_code == 302, name
    address = reverse("wagtailusers_users:edit", args=[administrator.pk])
    assert client.post(address, {"is_superuser": "on"}).status_code == 302
    assert not User.objects.get(pk=administrator.pk).is_superuser


def test_an_administrator_manages_only_what_lies_below(tree):
    district, commune, other = tree
    administrator = UserFactory(administrator=commune)
    below = UserFactory(editor=commune)
    above = UserFactory(administrator=district, unit=commune)
    aside = UserFactory(editor=other)
    root = UserFactory(is_superuser=True, unit=commune)
    assert may_manage(administrator, below)
    assert not may_manage(administrator, above)
    assert not may_manage(administrator, aside)
    assert not may_manage(administrator, root)
    assert aside not in accounts_in_reach(administrator)
    for target in (above, aside, root):
        with pytest.raises(NotAllowed):
            actions.make_password_link(target, by=administrator)
        with pytest.raises(NotAllowed):
            actions.assign_role(target, Role.EDITOR, commune, by=administrator)
    with pytest.raises(NotAllowed):
        actions.assign_role(below, Role.EDITOR, district, by=administrator)
    with pytest.raises(NotAllowed):
        actions.open_account(username="x", full_name="X", unit=other, by=administrator)


def test_through_the_pages_too(client, tree):
    district, commune, other = tree
    administrator, below = UserFactory(administrator=commune), UserFactory(editor=commune)
    above, aside = UserFactory(administrator=district, unit=commune), UserFactory(editor=other)
    sign_in(client, administrator)
    listing = client.get(reverse("people_accounts")).content.decode()
    assert below.full_name in listing
    assert aside.full_name not in listing
    assert client.get(reverse("people_account", args=[aside.pk])).status_code == 404
    assert client.get(reverse("people_account", args=[above.pk])).status_code == 200
    act = reverse("people_account_act", args=[above.pk, "lien-ket"])
    assert "dat-mat-khau" not in client.post(act, follow=True).content.decode()
    give = reverse("people_account_act", args=[below.pk, "giao-vai-tro"])
    client.post(give, {"role": "approver", "unit": district.pk})
    assert not has_role(below, Role.APPROVER, district)
    client.post(give, {"role": "approver", "unit": commune.pk})
    assert has_role(below, Role.APPROVER, commune)
    take = reverse("people_account_act", args=[below.pk, "thu-hoi"])
    assignment = below.assignments.get(role="approver")
    for _ in range(2):  # a double click
        assert client.post(take, {"assignment": assignment.pk}).status_code == 302
    assert not has_role(below, Role.APPROVER, commune)
    assert AuditEntry.objects.filter(action="role.withdrawn").count() == 1
    client.post(
        reverse("people_account", args=[below.pk]),
        {"full_name": "Tên mới", "email": "", "unit": district.pk},
    )
    below.refresh_from_db()
    assert below.unit == commune


def test_the_accounts_page_is_for_administrators(client, tree):
    sign_in(client, UserFactory(editor=tree[1]))
    assert client.get(reverse("people_accounts")).status_code == 302
    assert "Nhân sự" not in client.get("/quan-tri/").content.decode()


def test_a_name_is_corrected_and_recorded(client, tree):
    administrator, below = UserFactory(administrator=tree[1]), UserFactory(editor=tree[1])
    sign_in(client, administrator)
    client.post(
        reverse("people_account", args=[below.pk]),
        {"full_name": "Lò Thị Mai", "email": "mai@example.vn", "unit": tree[1].pk},
    )
    below.refresh_from_db()
    assert below.full_name == "Lò Thị Mai"
    entry = AuditEntry.objects.get(action="account.changed")
    assert entry.detail["to"]["full_name"] == "Lò Thị Mai"
    assert "mai@example.vn" not in str(entry.detail)


def test_roles_go_on_with_the_successor_of_a_unit(tree):
    district, commune, other = tree
    first, second = UserFactory(approver=commune), UserFactory(editor=other)
    merged = make_unit(name="xã Gộp", parent=district)
    for predecessor in (commune, other):
        unit_succeeded.send(
            sender=type(merged),
            predecessor=predecessor,
            successor=merged,
            on=date(2025, 7, 1),
            by=SYSTEM,
        )
    assert has_role(first, Role.APPROVER, merged)
    assert has_role(second, Role.EDITOR, merged)
    assert RoleAssignment.objects.filter(unit=commune).exists()
    assert AuditEntry.objects.filter(action="role.carried_over").count() == 2
    assert User.objects.get(pk=first.pk).unit == merged
    # Running it again changes nothing.
    unit_succeeded.send(
        sender=type(merged), predecessor=commune, successor=merged, on=date(2025, 7, 1), by=SYSTEM
    )
    assert AuditEntry.objects.filter(action="role.carried_over").count() == 2


def test_groups_hold_nothing_that_roles_do_not_give(tree):
    names = set(
        Permission.objects.filter(group__name__startswith="Vai trò: ").values_list(
            "codename", flat=True
        )
    )
    assert "access_admin" in names
    assert not names & {"add_user", "change_user", "delete_user", "change_group", "add_group"}

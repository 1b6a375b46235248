import re

import pytest
from axes.models import AccessAttempt
from django.urls import reverse

from tiengmo.audit.models import AuditEntry
from tiengmo.people import actions
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import PASSWORD, UserFactory, make_unit, sign_in

pytestmark = pytest.mark.django_db

HOME = "/quan-tri/"
LOGIN = "/quan-tri/login/"


def try_password(client, username, password=PASSWORD, **extra):
    return client.post(LOGIN, {"username": username, "password": password, "next": HOME}, **extra)


def test_the_page_is_vietnamese_and_ours(client):
    # Most browsers in offices ask for English.
    page = client.get(LOGIN, headers={"accept-language": "en-US,en"}).content.decode()
    assert "Sign in" not in page
    assert "Remember me" not in page
    assert "<title>" in page
    assert "Tiếng Mõ" in page
    assert "Wagtail" not in re.sub(
        r"<script.*?</script>|<link[^>]*>|<noscript.*?</noscript>", "", page, flags=re.DOTALL
    )
    assert "Mật khẩu" in page


def test_an_editor_signs_in_with_a_password_and_it_is_recorded(client):
    editor = UserFactory(editor=True)
    assert try_password(client, editor.username).url == HOME
    assert client.get(HOME).status_code == 200
    assert AuditEntry.objects.filter(action="account.signed_in").get().actor_id == str(editor.pk)


def test_the_session_id_changes_when_somebody_signs_in(client):
    editor = UserFactory(editor=True)
    client.get(LOGIN)
    session = client.session
    session["before"] = True
    session.save()
    before = client.session.session_key
    try_password(client, editor.username)
    assert client.session.session_key != before


def test_somebody_without_a_role_gets_no_further(client):
    nobody = UserFactory()
    try_password(client, nobody.username)
    assert client.get(HOME).status_code == 302


def test_a_wrong_password_is_told_without_saying_which_half_is_wrong(client):
    editor = UserFactory(editor=True)
    known = try_password(client, editor.username, "sai").content.decode()
    unknown = try_password(client, "khong-co-ai", "sai").content.decode()
    for page in (known, unknown):
        assert "Tên đăng nhập hoặc mật khẩu không đúng" in page


@pytest.fixture
def throttled(settings):
    settings.AXES_ENABLED = True
    settings.AXES_FAILURE_LIMIT = 3


def test_too_many_wrong_passwords_lock_with_a_clear_page(client, throttled):
    editor = UserFactory(editor=True)
    for _ in range(3):
        response = try_password(client, editor.username, "sai")
    assert response.status_code == 429
    assert "Sai mật khẩu quá nhiều lần. Hãy đợi 15 phút" in response.content.decode()
    assert response["Retry-After"] == "900"
    # The right password does not help now, and the person is told the same.
    response = try_password(client, editor.username)
    assert response.status_code == 429
    assert AuditEntry.objects.filter(action="account.locked_out").exists()


def test_a_colleague_is_not_locked_out_with_them(client, throttled):
    editor, colleague = UserFactory(editor=True), UserFactory(editor=True)
    for _ in range(3):
        try_password(client, editor.username, "sai")
    assert try_password(client, colleague.username).status_code == 302


def test_the_part_time_administrator_unlocks(client, throttled):
    unit = make_unit()
    editor, administrator = UserFactory(editor=unit), UserFactory(administrator=unit)
    for _ in range(3):
        try_password(client, editor.username, "sai")
    office = sign_in(type(client)(), administrator)
    page = office.get(reverse("people_account", args=[editor.pk])).content.decode()
    assert "Mở khoá đăng nhập" in page
    office.post(reverse("people_account_act", args=[editor.pk, "mo-khoa-dang-nhap"]))
    assert not AccessAttempt.objects.filter(username=editor.username).exists()
    assert try_password(client, editor.username).status_code == 302
    assert AuditEntry.objects.get(action="account.unlocked").actor_id == str(administrator.pk)


def test_a_closed_account_is_out_at_once(client):
    unit = make_unit()
    editor, administrator = UserFactory(editor=unit), UserFactory(administrator=unit)
    try_password(client, editor.username)
    actions.close_account(editor, by=administrator)
    assert client.get(HOME).status_code == 302
    assert try_password(client, editor.username).status_code == 200


def test_a_new_person_sets_a_password_through_a_link_that_works_once(client):
    unit = make_unit()
    administrator = UserFactory(administrator=unit)
    office = sign_in(type(client)(), administrator)
    page = office.post(
        reverse("people_open_account"),
        {
            "full_name": "Vàng A Sình",
            "username": "sinh.va",
            "email": "",
            "unit": unit.pk,
            "role": "editor",
        },
    ).content.decode()
    link = re.search(r"http://[^<\s]+/dat-mat-khau/[^<\s]+", page)[0].partition("8000")[2]
    response = client.get(link, follow=True)
    form_page = response.request["PATH_INFO"]
    new = {"new_password1": "cối-giã-gạo-27", "new_password2": "cối-giã-gạo-27"}
    assert client.post(form_page, new).url == LOGIN
    assert try_password(client, "sinh.va", "cối-giã-gạo-27").url == HOME
    assert client.get(HOME).status_code == 200
    assert "đã dùng hoặc đã hết hạn" in type(client)().get(link, follow=True).content.decode()
    acts = set(AuditEntry.objects.values_list("action", flat=True))
    assert {
        "account.opened",
        "role.assigned",
        "account.password_link_made",
        "account.password_set",
    } <= acts


def test_a_demo_account_is_refused_where_no_demo_runs(client, settings):
    settings.IS_DEMO = False
    demo = UserFactory(editor=True, is_demo_account=True)
    assert "bản chạy thử" in try_password(client, demo.username).content.decode()
    client.force_login(demo, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(HOME).url == LOGIN


def test_nobody_resets_their_own_rights():
    unit = make_unit()
    administrator = UserFactory(administrator=unit)
    with pytest.raises(NotAllowed):
        actions.assign_role(administrator, "approver", unit, by=administrator)
    with pytest.raises(NotAllowed):
        actions.reset_second_factor(administrator, by=administrator, reason="mất máy")
    with pytest.raises(NotAllowed):
        actions.close_account(administrator, by=administrator)


def test_nobody_renames_themselves_past_the_audit_log(client):
    editor = UserFactory(editor=True)
    sign_in(client, editor)
    page = client.get("/quan-tri/account/").content.decode()
    assert "first_name" not in page
    client.post("/quan-tri/account/", {"name_email-first_name": "Chủ tịch"})
    editor.refresh_from_db()
    assert editor.first_name == ""

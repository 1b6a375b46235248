"""The staff's pages as a member, a colleague and a stranger meet them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from tiengmo.official_documents.tests.factories import docx
from tiengmo.one_stop.actions import begin_version
from tiengmo.one_stop.models import Paper, Procedure, ProcedureVersion
from tiengmo.people.permissions import sync_groups
from tiengmo.people.tests.factories import UserFactory, sign_in

from .factories import draft, published, words


@pytest.fixture
def as_(client, offices):
    def go(user):
        sync_groups()
        return sign_in(client, user)

    return go


def form_of(offices, **more):
    values = words()
    values |= {"field": values["field"].pk, "level": values["level"].pk}
    values |= {"online_level": "none", "unit": offices.here.pk, "code": "1.001193"}
    for prefix in ("papers", "fees"):
        values |= {f"{prefix}-TOTAL_FORMS": "2", f"{prefix}-INITIAL_FORMS": "0"}
    values |= {"papers-0-name": "Tờ khai", "papers-0-originals": "1"}
    values |= {"fees-0-name": "Lệ phí", "fees-0-amount_dong": "8000"}
    return values | more


def told(answer):
    return " ".join(str(message) for message in answer.context["messages"])


def test_a_procedure_goes_from_entry_to_the_public(offices, as_):
    client = as_(offices.member)
    form = form_of(offices, **{"papers-0-file": docx()})
    page = client.post(reverse("procedures_new"), form, follow=True)
    assert "Đã lưu bản nháp" in told(page)
    procedure = Procedure.objects.get()
    assert "Công bố</button>" not in page.content.decode()
    preview = client.get(reverse("procedures_preview", args=[procedure.pk])).content.decode()
    assert "Bản xem trước" in preview
    assert "8.000 đồng" in preview
    client = as_(offices.colleague)
    saves = ProcedureVersion.objects.get().saves
    page = client.post(
        reverse("procedures_publish", args=[procedure.pk]), {"saves": saves}, follow=True
    )
    assert "người dân xem được ngay" in told(page)
    assert "Tải mẫu" in client.get(procedure.address).content.decode()


def test_a_new_procedure_begins_today_in_ones_own_unit(offices, as_):
    form = as_(offices.member).get(reverse("procedures_new")).context["form"]
    assert form.procedure["unit"].value() == offices.here.pk
    assert form.version["valid_from"].value() == timezone.localdate()


def test_mistakes_are_told_beside_their_fields(offices, as_):
    client = as_(offices.member)
    page = client.post(
        reverse("procedures_new"),
        form_of(
            offices,
            **{
                "code": "mã có dấu",
                "deadline_amount": "",
                "papers-0-originals": "999",
                "fees-0-amount_dong": "nhiều",
                "steps": "Bước đã gõ",
            },
        ),
    )
    text = page.content.decode()
    assert "Mã gồm chữ không dấu" in text
    assert "Bước đã gõ" in text
    assert page.context["form"].papers.total_error_count() == 1
    assert page.context["form"].fees.total_error_count() == 1
    page = client.post(reverse("procedures_new"), form_of(offices, deadline_amount=""))
    assert "Hãy ghi thời hạn" in page.content.decode()
    bad = SimpleUploadedFile("mau.docx", b"MZ program")
    page = client.post(reverse("procedures_new"), form_of(offices, **{"papers-0-file": bad}))
    assert "không phải PDF" in page.content.decode()
    assert not Procedure.objects.exists()


def test_a_form_without_its_hidden_parts_is_refused_and_nothing_breaks(offices, as_):
    client = as_(offices.member)
    form = form_of(offices)
    del form["papers-TOTAL_FORMS"]
    assert client.post(reverse("procedures_new"), form).status_code == 200
    form = form_of(offices, **{"papers-TOTAL_FORMS": "100000"})
    assert client.post(reverse("procedures_new"), form).status_code == 200
    assert not Procedure.objects.exists()


def test_a_new_version_keeps_the_forms_that_were_there(offices, as_):
    client = as_(offices.member)
    client.post(reverse("procedures_new"), form_of(offices, **{"papers-0-file": docx()}))
    draft_ = ProcedureVersion.objects.get()
    paper = Paper.objects.get()
    edit = reverse("procedures_edit", args=[draft_.procedure_id, draft_.pk])
    form = form_of(
        offices,
        **{"saves": "1", "papers-0-kept": paper.pk, "papers-INITIAL_FORMS": "1"},
    )
    page = client.post(edit, form, follow=True)
    assert "Đã lưu" in told(page)
    kept = Paper.objects.get()
    assert kept.sha256 == paper.sha256
    form |= {"saves": "2", "papers-0-kept": kept.pk, "papers-0-drop_file": "on"}
    client.post(edit, form)
    assert Paper.objects.get().sha256 == ""


def test_nobody_takes_the_form_of_another_procedure(offices, as_):
    client = as_(offices.member)
    client.post(reverse("procedures_new"), form_of(offices, **{"papers-0-file": docx()}))
    theirs = Paper.objects.get()
    form = form_of(offices, **{"code": "2", "papers-0-kept": theirs.pk})
    client.post(reverse("procedures_new"), form)
    assert Paper.objects.get(version__procedure__code="2").sha256 == ""


def test_a_new_version_is_begun_and_thrown_away(offices, as_):
    procedure = published(offices)
    client = as_(offices.member)
    page = client.post(reverse("procedures_begin", args=[procedure.pk]), follow=True)
    assert page.status_code == 200
    assert procedure.versions.count() == 2
    assert "Giấy chứng sinh" in page.content.decode()
    client.post(reverse("procedures_discard", args=[procedure.pk]))
    assert procedure.versions.count() == 1


def test_a_stranger_changes_nothing(offices, as_):
    procedure = published(offices)
    hidden = draft(offices, code="9.9", name="Bản nháp bí mật")
    begin_version(procedure, by=offices.member)
    client = as_(offices.stranger)
    home = client.get(reverse("procedures_home")).content.decode()
    assert procedure.name in home
    assert "bí mật" not in home
    address = reverse("procedures_procedure", args=[hidden.procedure_id])
    assert client.get(address).status_code == 404
    for name in ("publish", "check", "abolish", "withdraw", "discard", "begin"):
        form = {"reason": "Thử", "saves": "1", "on": "2026-01-01", "basis": "QĐ 1"}
        client.post(reverse(f"procedures_{name}", args=[procedure.pk]), form)
    row = Procedure.objects.get(pk=procedure.pk)
    assert row.is_offered
    assert row.versions.count() == 2


def test_people_of_other_work_do_not_come_in(offices, as_):
    client = as_(UserFactory(operator=offices.here))
    assert client.get(reverse("procedures_home")).status_code == 302
    assert client.get(reverse("procedures_new")).status_code == 302


def test_the_list_finds_what_needs_a_check(offices, as_):
    import time_machine

    with time_machine.travel("2025-03-01T03:00:00Z", tick=False):
        published(offices, code="1.1", name="Việc cũ")
    published(offices, code="1.2", name="Việc mới")
    client = as_(offices.member)

    def found(**asked):
        page = client.get(reverse("procedures_home"), asked)
        return [one.code for one in page.context["found"]]

    assert found(trang_thai="old") == ["1.1"]
    assert found(tim="viec moi") == ["1.2"]
    assert found(cap="cap-huyen") == []
    procedure = Procedure.objects.get(code="1.1")
    client.post(reverse("procedures_check", args=[procedure.pk]))
    assert found(trang_thai="old") == []


def test_abolish_and_withdraw_from_the_page(offices, as_):
    client = as_(offices.colleague)
    procedure = published(offices)
    refused = client.post(reverse("procedures_abolish", args=[procedure.pk]), {}, follow=True)
    assert "căn cứ" in told(refused)
    page = client.post(
        reverse("procedures_abolish", args=[procedure.pk]),
        {"on": "2099-01-01", "basis": "QĐ 12/2098"},
        follow=True,
    )
    assert "Bãi bỏ từ 01/01/2099" in page.content.decode()
    page = client.post(
        reverse("procedures_withdraw", args=[procedure.pk]), {"reason": "Sai"}, follow=True
    )
    assert "Đã gỡ" in told(page)
    assert client.get(procedure.address).status_code == 410

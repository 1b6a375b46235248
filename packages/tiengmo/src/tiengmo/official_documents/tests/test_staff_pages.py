"""The staff's pages as a member, a colleague and a stranger meet them."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from tiengmo.official_documents.models import OfficialDocument
from tiengmo.official_documents.workflow import State
from tiengmo.people.permissions import sync_groups
from tiengmo.people.tests.factories import UserFactory, sign_in

from .factories import docx, draft, pdf, published


@pytest.fixture
def as_(client, offices):
    def go(user):
        sync_groups()
        return sign_in(client, user)

    return go


def words(offices, **more):
    document = draft(offices, number="tam-1")
    values = {
        "unit": offices.here.pk,
        "kind": document.kind_id,
        "field": document.field_id,
        "number": "12/QĐ-UBND",
        "issued_on": "2022-09-05",
        "issuer": "UBND xã",
        "abstract": "Về việc họp thôn",
        "body": "Điều 1.",
    }
    document.delete()
    return values | more


def told(answer):
    return " ".join(str(message) for message in answer.context["messages"])


def test_a_document_goes_from_entry_to_the_public(offices, as_):
    client = as_(offices.member)
    page = client.post(
        reverse("documents_new"), words(offices, new_files=[pdf(), docx()]), follow=True
    )
    assert "Đã lưu bản nháp" in told(page)
    document = OfficialDocument.objects.get()
    assert document.files.count() == 2
    assert "Công bố</button>" not in page.content.decode()
    preview = client.get(reverse("documents_preview", args=[document.pk]))
    assert "Bản xem trước" in preview.content.decode()
    assert "no-store" in preview["Cache-Control"]
    client = as_(offices.colleague)
    page = client.post(
        reverse("documents_publish", args=[document.pk]),
        {"version": document.version},
        follow=True,
    )
    assert "người dân đọc được ngay" in told(page)
    assert client.get(document.address).status_code == 200


def test_a_new_document_begins_in_ones_own_unit(offices, as_):
    page = as_(offices.member).get(reverse("documents_new"))
    form = page.context["form"]
    assert form["unit"].value() == offices.here.pk
    assert form["issuer"].value().startswith("UBND xã")


def test_mistakes_are_told_beside_their_fields_and_the_words_are_kept(offices, as_):
    client = as_(offices.member)
    wrong = words(
        offices,
        number="không có chữ số",
        effective_on="2020-01-01",
        replaces_numbers="999/KH",
        abstract="Trích yếu đã gõ",
    )
    page = client.post(reverse("documents_new"), wrong)
    text = page.content.decode()
    assert page.status_code == 200
    assert "ít nhất một chữ số" in text
    assert "Không thấy văn bản số “999/KH”" in text
    assert "Trích yếu đã gõ" in text
    page = client.post(
        reverse("documents_new"),
        words(offices, effective_on="2020-01-01", new_files=[pdf("x.pdf", b"no")]),
    )
    assert "trước ngày ban hành" in page.content.decode()
    page = client.post(reverse("documents_new"), words(offices, new_files=[pdf("x.pdf", b"no")]))
    assert "không phải PDF" in page.content.decode()
    assert not OfficialDocument.objects.exists()


def test_the_second_save_of_the_same_page_is_refused(offices, as_):
    client = as_(offices.member)
    document = draft(offices)
    address = reverse("documents_edit", args=[document.pk])
    form = words(offices, version=document.version)
    client.post(address, form | {"abstract": "Người thứ nhất"})
    page = client.post(address, form | {"abstract": "Người thứ hai"})
    assert "Có người vừa lưu" in page.content.decode()
    assert OfficialDocument.objects.get().abstract == "Người thứ nhất"


def test_a_stranger_sees_what_is_public_and_no_more(offices, as_):
    client = as_(offices.stranger)
    hidden, shown = draft(offices, number="1-CT"), published(offices, number="2-CT")
    home = client.get(reverse("documents_home")).content.decode()
    assert "2-CT" in home
    assert "1-CT" not in home
    assert client.get(reverse("documents_document", args=[hidden.pk])).status_code == 404
    assert client.get(reverse("documents_preview", args=[hidden.pk])).status_code == 404
    page = client.get(reverse("documents_document", args=[shown.pk])).content.decode()
    assert "Đính chính</a>" not in page
    for name in ("documents_withdraw", "documents_discard", "documents_publish"):
        client.post(reverse(name, args=[shown.pk]), {"reason": "Thử", "version": shown.version})
    assert OfficialDocument.objects.get(pk=shown.pk).state == State.PUBLISHED
    assert client.get(reverse("documents_correct", args=[shown.pk])).status_code == 302


def test_an_editor_cannot_hand_a_document_to_another_unit(offices, as_):
    client = as_(offices.member)
    page = client.post(reverse("documents_new"), words(offices, unit=offices.there.pk))
    assert page.status_code == 200
    assert not OfficialDocument.objects.exists()


def test_people_of_other_work_do_not_come_in(offices, as_):
    client = as_(UserFactory(operator=offices.here))
    assert client.get(reverse("documents_home")).status_code == 302
    assert client.get(reverse("documents_new")).status_code == 302
    assert "Văn bản" not in client.get("/quan-tri/").content.decode()


def test_a_correction_and_a_withdrawal_from_the_page(offices, as_):
    client = as_(offices.colleague)
    document = published(offices)
    address = reverse("documents_correct", args=[document.pk])
    form = words(offices, version=document.version, number=document.number)
    refused = client.post(address, form)
    assert "Hãy ghi lý do đính chính" in refused.content.decode()
    page = client.post(address, form | {"reason": "Gõ nhầm"}, follow=True)
    assert "Đã đính chính" in told(page)
    assert "Gõ nhầm" in client.get(document.address).content.decode()
    refused = client.post(reverse("documents_withdraw", args=[document.pk]), {}, follow=True)
    assert "lý do gỡ" in told(refused)
    page = client.post(
        reverse("documents_withdraw", args=[document.pk]), {"reason": "Nhầm"}, follow=True
    )
    assert "Đã gỡ" in told(page)
    assert client.get(document.address).status_code == 410


def test_the_public_history_is_in_vietnamese_whoever_corrects(offices, as_):
    user = offices.colleague
    from wagtail.users.models import UserProfile

    UserProfile.objects.create(user=user, preferred_language="en")
    document = published(offices)
    form = words(offices, version=document.version, number=document.number, reason="Sửa")
    as_(user).post(reverse("documents_correct", args=[document.pk]), form)
    labels = {line["label"] for line in document.changes.get().lines}
    assert "Trích yếu" in labels


def test_an_embargoed_document_says_when_it_comes(offices, as_):
    client = as_(offices.colleague)
    at = timezone.now() + dt.timedelta(days=2)
    document = published(offices, embargo_until=at)
    page = client.get(reverse("documents_document", args=[document.pk])).content.decode()
    assert f"{timezone.localtime(at):%H:%M %d/%m/%Y}" in page
    assert "Xem trước" in page


def test_the_list_is_searched_without_marks_and_narrowed(offices, as_):
    client = as_(offices.member)
    draft(offices, number="1-CT", abstract="Về phòng chống rét")
    published(offices, number="2-CT", abstract="Về trồng rừng", kind="ke-hoach")

    def found(**asked):
        page = client.get(reverse("documents_home"), asked)
        assert page.status_code == 200
        return [one.number for one in page.context["found"]]

    assert found(tim="phong chong ret") == ["1-CT"]
    assert found(loai="ke-hoach") == ["2-CT"]
    assert found(trang_thai="draft") == ["1-CT"]
    assert found(tim="không có") == []
    assert set(found(loai="không-có", trang="9999", tim='"')) <= {"1-CT", "2-CT"}


def test_a_draft_is_thrown_away(offices, as_):
    client = as_(offices.member)
    document = draft(offices, files=[pdf()])
    answer = client.post(reverse("documents_discard", args=[document.pk]), follow=True)
    assert "Đã xoá" in told(answer)
    assert not OfficialDocument.objects.exists()


def test_staff_read_the_files_of_a_draft(offices, as_):
    document = draft(offices, files=[pdf()])
    address = reverse("documents_file", args=[document.pk, document.files.get().pk])
    assert as_(offices.stranger).get(address).status_code == 404
    answer = as_(offices.member).get(address)
    assert answer["Content-Disposition"].startswith("attachment")
    answer.close()


def test_after_a_merger_the_successors_people_go_on(offices, as_):
    from tiengmo.places.models import UnitSuccession
    from tiengmo.places.tests.factories import UnitFactory

    document = draft(offices)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    merged = UnitFactory(parent=offices.top, valid_from=yesterday)
    UnitSuccession.objects.create(
        predecessor=offices.here, successor=merged, on=yesterday, legal_basis="NQ"
    )
    type(offices.here).objects.filter(pk=offices.here.pk).update(
        valid_to=yesterday - dt.timedelta(days=1)
    )
    client = as_(UserFactory(approver=merged))
    page = client.post(
        reverse("documents_publish", args=[document.pk]),
        {"version": document.version},
        follow=True,
    )
    assert "người dân đọc được ngay" in told(page)

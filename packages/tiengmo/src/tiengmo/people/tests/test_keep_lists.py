"""An administrator of the locality keeps the lists that are data; nobody deletes a row of them."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from tiengmo.audit.models import AuditEntry
from tiengmo.newsroom.models import Category
from tiengmo.official_documents.actions import save_list_row as save_document_row
from tiengmo.official_documents.models import DocumentField, DocumentKind, OfficialDocument
from tiengmo.official_documents.staff.forms import DocumentForm
from tiengmo.official_documents.tests import factories as documents
from tiengmo.one_stop.models import ProcedureField, ProcedureLevel
from tiengmo.one_stop.tests import factories as procedures
from tiengmo.outbox.actions import sweep
from tiengmo.outreach.models import Topic
from tiengmo.outreach.tests.factories import QuestionFactory
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory
from tiengmo.search.actions import count_words
from tiengmo.search.queries import find

pytestmark = pytest.mark.django_db
LISTS = {
    "chuyen-muc": (Category, {"name_en": "New", "position": "3", "is_used": "on"}),
    "loai-van-ban": (DocumentKind, {"position": "3", "is_used": "on"}),
    "linh-vuc-van-ban": (DocumentField, {"position": "3", "is_used": "on"}),
    "linh-vuc-thu-tuc": (ProcedureField, {"position": "3", "is_used": "on"}),
    "cap-thuc-hien": (ProcedureLevel, {"position": "3", "is_used": "on"}),
    "chu-de-hoi-dap": (Topic, {"order": "3"}),
}
EACH = pytest.mark.parametrize("name", LISTS)


@pytest.fixture
def top():
    return UnitFactory(top=True)


@pytest.fixture
def administrator(client, top):
    user = UserFactory(administrator=top)
    sign_in(client, user)
    return user


def sent(name, /, **fields):
    return {"name": "Tên  mới", "code": "ten-moi", **LISTS[name][1], **fields}


@EACH
def test_adding_a_row(client, administrator, name):
    page = client.get(reverse(f"{name}:add"))
    assert page.status_code == 200
    assert client.post(reverse(f"{name}:add"), sent(name)).status_code == 302
    row = LISTS[name][0].objects.get(code="ten-moi")
    assert row.name == "Tên mới"
    entry = AuditEntry.objects.get(action=f"{row._meta.model_name}.added")
    assert entry.actor_id == str(administrator.pk)
    assert entry.detail["code"] == "ten-moi"
    assert "Tên mới" in client.get(reverse(f"{name}:list")).content.decode()


@EACH
def test_a_code_stays(client, administrator, name):
    client.post(reverse(f"{name}:add"), sent(name))
    row = LISTS[name][0].objects.get(code="ten-moi")
    answer = client.post(reverse(f"{name}:edit", args=[row.pk]), sent(name, code="khac"))
    assert "không đổi được" in answer.content.decode()
    client.post(reverse(f"{name}:edit", args=[row.pk]), sent(name, name="Tên khác"))
    row.refresh_from_db()
    assert (row.code, row.name) == ("ten-moi", "Tên khác")


@EACH
def test_an_editor_does_not_open_it(client, top, name):
    sign_in(client, UserFactory(editor=top))
    assert client.get(reverse(f"{name}:add")).status_code in (302, 403)
    client.post(reverse(f"{name}:add"), sent(name))
    assert not LISTS[name][0].objects.filter(code="ten-moi").exists()


@EACH
def test_a_communes_administrator_does_not_change_the_localitys_list(client, top, name):
    sign_in(client, UserFactory(administrator=UnitFactory(parent=top)))
    answer = client.post(reverse(f"{name}:add"), sent(name))
    assert not LISTS[name][0].objects.filter(code="ten-moi").exists()
    assert "Việc này cần vai trò" in answer.content.decode()


@EACH
def test_nobody_deletes_a_row(client, administrator, name):
    client.post(reverse(f"{name}:add"), sent(name))
    row = LISTS[name][0].objects.get(code="ten-moi")
    client.post(reverse(f"{name}:delete", args=[row.pk]))
    assert LISTS[name][0].objects.filter(pk=row.pk).exists()


def test_what_is_set_aside_is_offered_no_more(top):
    kind = DocumentKind.objects.get(code="chi-thi")
    old = OfficialDocument(kind=kind, field=DocumentField.objects.first())
    kind.is_used = False
    kind.save()
    user = UserFactory(editor=top)
    assert kind not in DocumentForm(user=user).fields["kind"].queryset
    assert kind in DocumentForm(user=user, instance=old).fields["kind"].queryset


def found(text):
    count_words()
    return [hit.category_name for hit in find(text).hits]


def test_search_says_the_new_name():
    offices = documents.Offices()
    document = documents.published(offices, abstract="Về phòng chống rét cho trâu bò")
    procedure = procedures.published(procedures.Offices())
    QuestionFactory(published=True)
    administrator = UserFactory(administrator=offices.top, is_demo_account=True)
    kind = document.kind
    kind.name = "Chỉ thị mới"
    save_document_row(kind, by=administrator)
    from tiengmo.one_stop.actions import save_list_row as save_procedure_row

    field = procedure.field
    field.name = "Hộ tịch mới"
    save_procedure_row(field, by=administrator)
    sweep(["official_documents.list_row_renamed", "one_stop.list_row_renamed"])
    assert "Chỉ thị mới" in found("phòng chống rét")
    assert "Hộ tịch mới" in found("đăng ký khai sinh")


def test_a_stranger_to_the_list(top):
    with pytest.raises(NotAllowed):
        save_document_row(DocumentKind(code="x", name="X"), by=UserFactory(approver=top))


def test_two_rows_of_one_name(client, administrator):
    name = DocumentKind.objects.first().name
    with pytest.raises(ValidationError):
        save_document_row(DocumentKind(code="x", name=name), by=administrator)

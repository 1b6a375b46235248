"""A document from an editor's desk to the public, and who may do what."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from tiengmo.audit.models import AuditEntry
from tiengmo.official_documents.actions import discard_draft, publish_document, save_draft
from tiengmo.official_documents.errors import ChangedMeanwhile, NotPossible, NotReady
from tiengmo.official_documents.handlers import APPEAR, appear
from tiengmo.official_documents.models import OfficialDocument
from tiengmo.outbox.models import OutboxEntry
from tiengmo.people.errors import NotAllowed
from tiengmo.search.queries import find

from .factories import docx, draft, pdf, published


def test_what_an_approver_publishes_people_read_and_find(offices, client):
    document = published(offices, files=[pdf()])
    page = client.get("/van-ban/chi-thi-07-ct-tw-2022/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "07-CT/TW" in text
    assert "Chỉ thị 07.pdf" in text
    assert "Điều 2. Loa phát đúng giờ." in text
    assert [one.url for one in find("07-ct/tw").hits] == [document.address]
    assert AuditEntry.objects.filter(action="document.published").count() == 1


def test_a_draft_is_nobodys_business(offices, client):
    document = draft(offices)
    assert client.get(document.address).status_code == 404
    assert "07-CT/TW" not in client.get("/van-ban/").content.decode()
    assert not find("07-ct/tw").hits


def test_the_editor_alone_publishes_nothing(offices):
    document = draft(offices)
    with pytest.raises(NotAllowed):
        publish_document(document, by=offices.member)
    with pytest.raises(NotAllowed):
        publish_document(document, by=offices.stranger)
    publish_document(document, by=offices.top_approver)


def test_a_stranger_enters_nothing_here(offices):
    with pytest.raises(NotAllowed):
        draft(offices, by=offices.stranger)
    with pytest.raises(NotAllowed):
        discard_draft(draft(offices), by=offices.stranger)


def test_a_document_with_nothing_to_read_stays_a_draft(offices):
    document = draft(offices, body="")
    with pytest.raises(NotReady, match="đính tệp"):
        publish_document(document, by=offices.colleague)


def test_the_same_document_is_entered_once(offices):
    draft(offices)
    with pytest.raises(ValidationError, match="đã có"):
        draft(offices, number="07 – CT / TW", issuer=" Ban  Thường vụ Huyện uỷ")
    assert OfficialDocument.objects.count() == 1


def test_two_offices_may_use_one_number(offices):
    first = published(offices)
    second = published(offices, issuer="UBND xã", number="07-CT/TW")
    assert first.slug != second.slug


def test_publishing_what_somebody_changed_meanwhile_is_refused(offices):
    document = draft(offices)
    changed = OfficialDocument.objects.get(pk=document.pk)
    changed.abstract = "Về việc khác"
    save_draft(changed, by=offices.member, version=document.version)
    with pytest.raises(ChangedMeanwhile):
        publish_document(document, by=offices.colleague, version=document.version)


def test_published_twice_is_published_once(offices):
    document = published(offices)
    with pytest.raises(NotPossible):
        publish_document(document, by=offices.colleague)
    with pytest.raises(NotPossible):
        save_draft(document, by=offices.member)
    with pytest.raises(NotPossible):
        discard_draft(document, by=offices.member)


def test_an_embargoed_document_appears_at_its_hour(offices, client):
    at = timezone.now() + dt.timedelta(hours=5)
    document = published(offices, embargo_until=at)
    assert client.get(document.address).status_code == 404
    assert not find("07-ct/tw").hits
    entry = OutboxEntry.objects.get(topic=APPEAR)
    assert entry.due_at == at
    appear(entry.payload)  # too early does nothing
    assert not find("07-ct/tw").hits
    with time_machine.travel(at + dt.timedelta(seconds=1), tick=False):
        appear(entry.payload)
        appear(entry.payload)
        assert client.get(document.address).status_code == 200
        assert len(find("07-ct/tw").hits) == 1


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"number": ""}, "number"),
        ({"number": "không số"}, "number"),
        ({"number": '07"-CT'}, "number"),
        ({"number": "07-CT 🐓"}, "number"),
        ({"number": "7" * 61}, "number"),
        ({"abstract": " \u200b "}, "abstract"),
        ({"abstract": "a" * 601}, "abstract"),
        ({"issued_on": dt.date(2999, 1, 1)}, "issued_on"),
        ({"issued_on": dt.date(1022, 1, 1)}, "issued_on"),
        ({"effective_on": dt.date(2022, 9, 4)}, "effective_on"),
        ({"expires_on": dt.date(2022, 9, 4)}, "expires_on"),
        ({"body": "a" * 200_001}, "body"),
    ],
)
def test_what_cannot_be_is_refused_by_field(offices, fields, wrong):
    with pytest.raises(ValidationError) as refused:
        draft(offices, **fields)
    assert wrong in refused.value.message_dict


def test_texts_are_stored_composed_and_shown_as_written(offices, client):
    import unicodedata

    abstract = "Về “an toàn” & <b>hoà bình</b> 'hồ' 🐓"
    document = published(offices, abstract=unicodedata.normalize("NFD", abstract))
    assert document.abstract == abstract
    page = client.get(document.address).content.decode()
    assert "&lt;b&gt;hoà bình&lt;/b&gt;" in page
    assert "🐓" in page


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (pdf("rỗng.pdf", b""), "trống"),
        (pdf("cụt.pdf", b"%PDF-1.4 ..."), "cụt"),
        (pdf("js.pdf", b"%PDF-1.4 /OpenAction<</S/JavaScript/JS(x)>> %%EOF"), "chương trình"),
        (pdf("ảnh.pdf", b"\x89PNG\r\n"), "không phải"),
        (docx(**{"word/vbaProject.bin": "x"}), "macro"),
        (pdf("hỏng.docx", b"PK\x03\x04 no archive"), "hỏng"),
        (docx("bom.docx", **{"word/media/a.bin": "0" * 40_000_000}), "quá lớn"),
        (pdf("trang.html", b"<html><script>alert(1)</script>"), "không phải"),
    ],
)
def test_files_are_judged_by_what_they_are(offices, file, why):
    file.seek(0)
    with pytest.raises(NotReady, match=why):
        draft(offices, files=[file])
    assert not OfficialDocument.objects.exists()


def test_a_file_is_called_what_it_is_and_kept_once(offices):
    document = draft(offices, files=[docx("tờ khai.pdf"), docx("bản hai.docx")])
    assert [file.name for file in document.files.all()] == ["tờ khai.docx"]

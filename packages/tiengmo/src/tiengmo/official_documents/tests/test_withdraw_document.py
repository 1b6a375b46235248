"""What is wrong is corrected in the open, and what must go says why."""

import datetime as dt

import pytest
from django.utils import timezone

from tiengmo.official_documents.actions import correct_document, withdraw_document
from tiengmo.official_documents.actions.content import Enclosed
from tiengmo.official_documents.errors import ChangedMeanwhile, NotPossible, NotReady
from tiengmo.official_documents.events import public_page_changed
from tiengmo.official_documents.models import OfficialDocument
from tiengmo.people.errors import NeedsSecondFactor, NotAllowed
from tiengmo.search.queries import find

from .factories import draft, pdf, published


def again(document):
    return OfficialDocument.objects.get(pk=document.pk)


def test_a_withdrawn_document_leaves_its_reason(offices, client):
    document = published(offices, files=[pdf()])
    file = document.files.get()
    withdraw_document(document, by=offices.colleague, reason="Ban hành nhầm phụ lục.")
    page = client.get(document.address)
    assert page.status_code == 410
    assert "Ban hành nhầm phụ lục." in page.content.decode()
    assert client.get(file.address).status_code == 410
    assert "07-CT/TW" not in client.get("/van-ban/").content.decode()
    assert "07-CT/TW" not in client.get("/van-ban/rss.xml").content.decode()
    assert not find("07-ct/tw").hits


def test_withdrawing_needs_a_reason_and_an_approver(offices):
    document = published(offices)
    with pytest.raises(NotReady):
        withdraw_document(document, by=offices.colleague, reason=" \u200b\n")
    for other in (offices.member, offices.stranger):
        with pytest.raises(NotAllowed):
            withdraw_document(document, by=other, reason="Nhầm")
    with pytest.raises(NotPossible):
        withdraw_document(draft(offices, number="8-CT"), by=offices.colleague, reason="Nhầm")


def test_withdrawing_asks_for_the_second_factor(offices):
    document = published(offices)
    user = offices.colleague
    user.is_verified = lambda: False
    with pytest.raises(NeedsSecondFactor):
        withdraw_document(document, by=user, reason="Nhầm")


def test_what_was_withdrawn_before_its_hour_was_never_there(offices, client):
    at = timezone.now() + dt.timedelta(hours=5)
    document = published(offices, embargo_until=at)
    withdraw_document(document, by=offices.colleague, reason="Hoãn")
    assert client.get(document.address).status_code == 404


def test_a_correction_shows_what_changed_and_why(offices, client):
    document = published(offices, files=[pdf()])
    old_file = document.files.get()
    changed = again(document)
    changed.abstract = "Về tăng cường công tác truyền thanh cơ sở"
    correct_document(
        changed,
        by=offices.colleague,
        reason="Gõ sai trích yếu.",
        enclosed=Enclosed(files=[pdf("đúng.pdf", pdf().read() + b"\n")], removed=[old_file.pk]),
        version=document.version,
    )
    page = client.get(document.address).content.decode()
    assert "Gõ sai trích yếu." in page
    assert "<del>Về tăng cường công tác thông tin cơ sở</del>" in page
    assert "<ins>Về tăng cường công tác truyền thanh cơ sở</ins>" in page
    assert client.get(old_file.address).status_code == 410
    assert [one.title for one in find("truyền thanh cơ sở").hits] == [changed.abstract]


def test_a_correction_needs_a_reason_a_change_and_the_newest_version(offices):
    document = published(offices)
    changed = again(document)
    changed.abstract = "Khác"
    with pytest.raises(NotReady, match="lý do"):
        correct_document(changed, by=offices.colleague, reason=" ")
    with pytest.raises(NotReady, match="thay đổi"):
        correct_document(again(document), by=offices.colleague, reason="Không có gì")
    with pytest.raises(ChangedMeanwhile):
        correct_document(changed, by=offices.colleague, reason="Muộn", version=0)
    for other in (offices.member, offices.stranger):
        with pytest.raises(NotAllowed):
            correct_document(changed, by=other, reason="Không được")
    assert again(document).abstract == document.abstract


def test_the_address_survives_a_corrected_number(offices, client):
    document = published(offices)
    changed = again(document)
    changed.number = "08-CT/TW"
    correct_document(changed, by=offices.colleague, reason="Sai số")
    page = client.get(document.address)
    assert page.status_code == 200
    assert "08-CT/TW" in page.content.decode()


def test_a_newer_document_says_so_on_the_older_ones_page(offices, client):
    old = published(offices)
    told = []

    def listen(document, **_rest):
        told.append(document.pk)

    public_page_changed.connect(listen)
    try:
        new = published(offices, number="9-CT/HU", issued_on=dt.date(2023, 1, 5), replaces=[old])
    finally:
        public_page_changed.disconnect(listen)
    assert set(told) == {old.pk, new.pk}
    page = client.get(old.address).content.decode()
    assert "Đã được thay thế" in page
    assert new.address in page
    assert old.address in client.get(new.address).content.decode()


def test_two_documents_do_not_replace_each_other(offices):
    old = published(offices)
    new = draft(offices, number="9-CT/HU", replaces=[old])
    with pytest.raises(NotReady):
        correct_document(
            again(old), by=offices.colleague, reason="x", enclosed=Enclosed(replaces=[new])
        )

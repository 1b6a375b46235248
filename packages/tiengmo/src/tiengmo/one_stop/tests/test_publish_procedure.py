"""A procedure from draft to the counter, its versions, and who may do what."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from tiengmo.one_stop.actions import (
    abolish_procedure,
    begin_version,
    confirm_checked,
    discard_draft,
    publish_version,
    save_draft,
    withdraw_procedure,
)
from tiengmo.one_stop.actions.content import FeeWords, PaperWords, fees_of, papers_of
from tiengmo.one_stop.errors import ChangedMeanwhile, NotPossible, NotReady
from tiengmo.one_stop.handlers import take_effect
from tiengmo.one_stop.models import Procedure, ProcedureVersion
from tiengmo.one_stop.taking_effect import TAKE_EFFECT
from tiengmo.outbox.models import OutboxEntry
from tiengmo.people.errors import NeedsSecondFactor, NotAllowed
from tiengmo.search.queries import find

from .factories import FEES, PAPERS, draft, published


def begun(offices, procedure, **changes):
    version = begin_version(procedure, by=offices.member)
    for name, value in changes.items():
        setattr(version, name, value)
    return save_draft(version, by=offices.member, papers=papers_of(version), fees=fees_of(version))


def test_what_an_approver_publishes_people_read_and_find(offices, client):
    version = draft(offices)
    assert client.get("/thu-tuc/1.001193/").status_code == 404
    assert not find("khai sinh").hits
    publish_version(version, by=offices.colleague)
    page = client.get("/thu-tuc/1.001193/").content.decode()
    for text in ("Đăng ký khai sinh", "1 ngày làm việc", "8.000 đồng", "Giấy chứng sinh"):
        assert text in page
    assert [hit.number for hit in find("khai sinh", kind="procedure").hits] == ["1.001193"]


def test_who_may_write_and_publish(offices):
    with pytest.raises(NotAllowed):
        draft(offices, by=offices.stranger)
    version = draft(offices)
    for other in (offices.member, offices.stranger):
        with pytest.raises(NotAllowed):
            publish_version(version, by=other)
    user = offices.top_approver
    user.is_verified = lambda: False
    with pytest.raises(NeedsSecondFactor):
        publish_version(version, by=user)
    user.is_verified = lambda: True
    publish_version(version, by=user)


def test_a_new_version_replaces_the_old_on_its_day(offices, client):
    procedure = published(offices)
    today = timezone.localdate()
    day = today + dt.timedelta(days=10)
    version = begun(offices, procedure, deadline_amount=3, valid_from=day)
    assert papers_of(version) == PAPERS
    assert fees_of(version) == FEES
    publish_version(version, by=offices.colleague)
    page = client.get(procedure.address).content.decode()
    assert "1 ngày làm việc" in page
    assert f"Áp dụng từ {day:%d/%m/%Y}" in page
    entry = OutboxEntry.objects.get(topic=TAKE_EFFECT)
    assert timezone.localdate(entry.due_at) == day
    take_effect(entry.payload)  # too early does nothing
    assert Procedure.objects.get().current.number == 1
    with time_machine.travel(entry.due_at + dt.timedelta(minutes=1), tick=False):
        take_effect(entry.payload)
        take_effect(entry.payload)
        assert Procedure.objects.get().current.number == 2
        assert "3 ngày làm việc" in client.get(procedure.address).content.decode()
        old = client.get("/thu-tuc/1.001193/ban/1/").content.decode()
        assert "Đây là bản cũ" in old
        assert f"đến hết {day - dt.timedelta(days=1):%d/%m/%Y}" in old


def test_the_page_changes_at_midnight_even_if_no_worker_runs(offices, client):
    procedure = published(offices)
    day = timezone.localdate() + dt.timedelta(days=2)
    publish_version(
        begun(offices, procedure, deadline_amount=3, valid_from=day), by=offices.colleague
    )
    with time_machine.travel(timezone.now() + dt.timedelta(days=3), tick=False):
        assert "3 ngày làm việc" in client.get(procedure.address).content.decode()


def test_a_version_cannot_begin_before_the_one_it_replaces(offices):
    procedure = published(offices)
    version = begun(offices, procedure, valid_from=dt.date(2019, 1, 1))
    with pytest.raises(NotReady, match="01/01/2020"):
        publish_version(version, by=offices.colleague)


def test_of_two_versions_from_one_day_the_later_holds(offices):
    procedure = published(offices)
    version = begun(offices, procedure, deadline_amount=2, valid_from=dt.date(2020, 1, 1))
    publish_version(version, by=offices.colleague)
    assert Procedure.objects.get().current == version


def test_there_is_one_draft_and_two_people_do_not_overwrite_each_other(offices):
    procedure = published(offices)
    first = begin_version(procedure, by=offices.member)
    assert begin_version(procedure, by=offices.member) == first
    save_draft(first, by=offices.member, papers=[], fees=[], saves=1)
    again = ProcedureVersion.objects.get(pk=first.pk)
    with pytest.raises(ChangedMeanwhile):
        save_draft(again, by=offices.member, papers=[], fees=[], saves=1)
    with pytest.raises(ChangedMeanwhile):
        publish_version(again, by=offices.colleague, saves=1)


def test_what_is_published_is_not_edited(offices):
    version = published(offices).current
    with pytest.raises(NotPossible):
        save_draft(version, by=offices.member, papers=[], fees=[])
    with pytest.raises(NotPossible):
        discard_draft(version, by=offices.member)
    with pytest.raises(NotPossible):
        publish_version(version, by=offices.colleague)


def test_discarding_the_only_draft_leaves_nothing(offices):
    assert discard_draft(draft(offices), by=offices.member)
    assert not Procedure.objects.exists()
    procedure = published(offices)
    assert not discard_draft(begin_version(procedure, by=offices.member), by=offices.member)
    assert Procedure.objects.exists()


def test_a_code_is_used_once(offices):
    draft(offices)
    with pytest.raises(ValidationError):
        draft(offices)


def test_a_withdrawn_procedure_says_why_and_a_new_version_brings_it_back(offices, client):
    procedure = published(offices)
    with pytest.raises(NotReady):
        withdraw_procedure(procedure, by=offices.colleague, reason=" ")
    for other in (offices.member, offices.stranger):
        with pytest.raises(NotAllowed):
            withdraw_procedure(procedure, by=other, reason="Sai lệ phí")
    withdraw_procedure(procedure, by=offices.colleague, reason="Sai lệ phí.")
    for address in (procedure.address, f"{procedure.address}ban/1/"):
        page = client.get(address)
        assert page.status_code == 410
        assert "Sai lệ phí." in page.content.decode()
    assert not find("khai sinh").hits
    assert "Hộ tịch" not in client.get("/thu-tuc/").content.decode()
    publish_version(begun(offices, procedure), by=offices.colleague)
    assert client.get(procedure.address).status_code == 200
    assert find("khai sinh").hits


def test_an_abolished_procedure_stays_readable(offices, client):
    procedure = published(offices)
    today = timezone.localdate()
    with pytest.raises(NotAllowed):
        abolish_procedure(procedure, by=offices.member, on=today, basis="QĐ 12/2026")
    with pytest.raises(NotReady):
        abolish_procedure(procedure, by=offices.colleague, on=today, basis="")
    abolish_procedure(procedure, by=offices.colleague, on=today, basis="QĐ 12/2026")
    page = client.get(procedure.address)
    assert page.status_code == 200
    assert "đã bãi bỏ" in page.content.decode()
    assert not find("khai sinh").hits
    with pytest.raises(NotPossible):
        confirm_checked(procedure, by=offices.member)


def test_an_abolition_to_come_is_told_and_happens_on_its_day(offices, client):
    procedure = published(offices)
    day = timezone.localdate() + dt.timedelta(days=4)
    abolish_procedure(procedure, by=offices.colleague, on=day, basis="QĐ 12/2026")
    assert find("khai sinh").hits
    assert "sẽ bãi bỏ" in client.get(procedure.address).content.decode()
    entry = OutboxEntry.objects.get(topic=TAKE_EFFECT)
    with time_machine.travel(entry.due_at, tick=False):
        take_effect(entry.payload)
        assert not find("khai sinh").hits


def test_somebody_checked_it(offices, client):
    with time_machine.travel("2025-03-01T03:00:00Z", tick=False):
        procedure = published(offices)
    assert "Kiểm tra lần cuối" in client.get(procedure.address).content.decode()
    with pytest.raises(NotAllowed):
        confirm_checked(procedure, by=offices.stranger)
    confirm_checked(procedure, by=offices.member)
    assert f"{timezone.localdate():%d/%m/%Y}" in client.get(procedure.address).content.decode()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": " \u200b"}, "name"),
        ({"name": "a" * 401}, "name"),
        ({"steps": "\n \n"}, "steps"),
        ({"steps": "a" * 20_001}, "steps"),
        ({"where_to_go": ""}, "where_to_go"),
        ({"deadline_amount": None}, "deadline_amount"),
        ({"deadline_amount": 0}, "deadline_amount"),
        ({"deadline_amount": 5000}, "deadline_amount"),
        ({"online_level": "full"}, "online_url"),
        ({"online_level": "full", "online_url": "javascript:alert(1)"}, "online_url"),
        ({"online_level": "full", "online_url": "ftp://example.vn/"}, "online_url"),
        ({"valid_from": dt.date(1022, 1, 1)}, "valid_from"),
        ({"checked_on": dt.date(2999, 1, 1)}, "checked_on"),
    ],
)
def test_what_cannot_be_is_refused_by_field(offices, fields, wrong):
    with pytest.raises(ValidationError) as refused:
        draft(offices, **fields)
    assert wrong in refused.value.message_dict


@pytest.mark.parametrize(
    ("papers", "fees"),
    [
        ([PaperWords(" ")], []),
        ([PaperWords("a" * 501)], []),
        ([PaperWords("Tờ khai", 99)], []),
        ([PaperWords("Tờ khai", -1)], []),
        ([PaperWords("Tờ khai")] * 61, []),
        ([], [FeeWords("Lệ phí", None)]),
        ([], [FeeWords("Lệ phí", -5)]),
        ([], [FeeWords("", 5)]),
    ],
)
def test_papers_and_fees_that_cannot_be(offices, papers, fees):
    with pytest.raises(NotReady):
        draft(offices, papers=papers, fees=fees)
    assert not Procedure.objects.exists()

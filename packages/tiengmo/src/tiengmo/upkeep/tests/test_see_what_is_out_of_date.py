"""An editor sees what is out of date in the own units, mends it or leaves it with a reason."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from tiengmo.audit.models import AuditEntry
from tiengmo.directory.tests.factories import OfficeFactory
from tiengmo.official_documents.tests import factories as documents
from tiengmo.one_stop.models import ProcedureVersion
from tiengmo.one_stop.tests import factories as procedures
from tiengmo.outreach.tests.factories import EventFactory
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory
from tiengmo.releases.models import Release
from tiengmo.releases.tests.factories import ReleaseFactory
from tiengmo.upkeep.models import SetAside
from tiengmo.upkeep.queries import counts, sections

pytestmark = pytest.mark.django_db
PAGE = "/quan-tri/can-ra-soat/"
LEAVE = "/quan-tri/can-ra-soat/de-nguyen/"


@pytest.fixture
def offices():
    return documents.Offices()


def days_ago(days):
    return timezone.localdate() - dt.timedelta(days=days)


def notice(unit, *, closed=5, released=30, **fields):
    return ReleaseFactory(
        released=True,
        released_at=timezone.now() - dt.timedelta(days=released),
        closes_on=days_ago(closed),
        category_name="Đấu thầu",
        unit=unit,
        **fields,
    )


def shown(user):
    return {s.kind.code: [row.finding.title for row in s.rows] for s in sections(user) if s.rows}


def test_a_tender_past_its_day_without_a_result(offices):
    row = notice(offices.here, title="Mời thầu sửa cầu")
    notice(offices.here, closed=-3)
    assert shown(offices.member) == {"het-han": ["Mời thầu sửa cầu"]}
    # Corrected after its day: somebody wrote how it ended.
    ReleaseFactory(released=True, unit=offices.here, closes_on=row.closes_on, replaces=row)
    assert shown(offices.member) == {}


def test_a_withdrawn_notice_is_nobodys_work(offices):
    notice(offices.here, status=Release.Status.WITHDRAWN)
    assert shown(offices.member) == {}


def test_an_event_that_left_no_word(offices):
    past = timezone.now() - dt.timedelta(days=10)
    EventFactory(published=True, unit=offices.here, start_at=past, title="Đối thoại về đất")
    EventFactory(published=True, unit=offices.here, start_at=past, minutes="Đã thống nhất.")
    EventFactory(published=True, unit=offices.here, past=True)  # over since less than a week
    assert shown(offices.member) == {"su-kien": ["Đối thoại về đất"]}


def test_documents_that_no_longer_hold(offices):
    ended = documents.published(offices, number="1/QĐ", expires_on=days_ago(4))
    documents.published(offices, number="2/QĐ", expires_on=days_ago(-4))
    old = documents.published(offices, number="3/QĐ")
    new = documents.published(offices, number="4/QĐ")
    new.replaces.add(old)
    titles = shown(offices.member)["van-ban"]
    assert len(titles) == 2
    assert any(str(ended) in title for title in titles)
    assert any(str(old) in title for title in titles)


def test_a_procedure_nobody_checked_for_a_year(offices):
    row = procedures.published(offices)
    assert "thu-tuc" not in shown(offices.member)
    ProcedureVersion.objects.update(checked_on=days_ago(400))
    assert shown(offices.member)["thu-tuc"] == [str(row)]


def test_a_contact_older_than_six_months(offices):
    OfficeFactory(unit=offices.here, forgotten=True, name="Trạm y tế")
    OfficeFactory(unit=offices.here)
    assert shown(offices.member) == {"lien-he": ["Trạm y tế"]}


def test_only_the_own_units_and_below(offices, client):
    OfficeFactory(unit=offices.there, forgotten=True, name="Trạm y tế xã bên")
    assert shown(offices.member) == {}
    assert shown(offices.stranger) == {"lien-he": ["Trạm y tế xã bên"]}
    assert shown(offices.top_approver) == {"lien-he": ["Trạm y tế xã bên"]}
    sign_in(client, offices.member)
    page = client.get(f"{PAGE}?don-vi={offices.there.code}").content.decode()
    assert "Trạm y tế xã bên" not in page


def test_what_a_merged_unit_left_is_its_successors(offices):
    from tiengmo.places.models import UnitSuccession

    before = UnitFactory(parent=offices.top, valid_to=days_ago(3))
    UnitSuccession.objects.create(predecessor=before, successor=offices.here, on=days_ago(2))
    notice(before, title="Mời thầu của xã cũ")
    assert shown(offices.member) == {"het-han": ["Mời thầu của xã cũ"]}


def test_the_page_says_unit_owner_how_long_and_where_to_mend(offices, client):
    row = notice(offices.here, title="Mời thầu sửa cầu", closed=5)
    OfficeFactory(unit=offices.here, forgotten=True)
    sign_in(client, offices.member)
    page = client.get(PAGE).content.decode()
    assert offices.here.name in page
    assert "Người Viết" in page  # who wrote the notice
    assert offices.member.full_name in page  # who keeps the contact
    assert "đã 5 ngày" in page
    assert f"/quan-tri/ban-tin/{row.source_id}/" in page
    only = client.get(f"{PAGE}?loai=lien-he").content.decode()
    assert "Mời thầu sửa cầu" not in only


def test_the_home_page_counts_it(offices, client):
    notice(offices.here)
    sign_in(client, offices.member)
    page = client.get("/quan-tri/").content.decode()
    assert re.search(r'loai=het-han">[^<]+</a> <strong>1</strong>', page)
    assert [number for _kind, number in counts(offices.member)] == [1]


def test_leaving_one_as_it_is_takes_a_reason_and_is_recorded(offices, client):
    row = notice(offices.here)
    sign_in(client, offices.member)
    asked = {"kind": "het-han", "ref": str(row.pk), "reason": "  "}
    assert "Hãy ghi vì sao" in client.post(LEAVE, asked, follow=True).content.decode()
    assert shown(offices.member)
    client.post(LEAVE, asked | {"reason": "Kết quả ở bài khác"})
    assert shown(offices.member) == {}
    entry = AuditEntry.objects.get(action="upkeep.set_aside")
    assert entry.actor_name == offices.member.full_name
    SetAside.objects.update(until_on=days_ago(1))
    assert shown(offices.member)


def test_nobody_leaves_what_another_unit_keeps(offices, client):
    row = notice(offices.here)
    sign_in(client, offices.stranger)
    client.post(LEAVE, {"kind": "het-han", "ref": str(row.pk), "reason": "Không cần"})
    assert not SetAside.objects.exists()


def test_a_contact_is_confirmed_and_not_left(offices, client):
    office = OfficeFactory(unit=offices.here, forgotten=True)
    sign_in(client, offices.member)
    client.post(LEAVE, {"kind": "lien-he", "ref": f"office:{office.pk}", "reason": "Không cần"})
    assert not SetAside.objects.exists()


def test_somebody_who_writes_nothing_sees_an_empty_page(client):
    OfficeFactory(forgotten=True)
    sign_in(client, UserFactory(technician=True))
    assert "Không có mục nào quá hạn." in client.get(PAGE).content.decode()

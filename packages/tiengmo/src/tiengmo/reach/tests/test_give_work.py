"""A missed village gets somebody with a day to go there, and what they did counts in reach."""

import uuid
from datetime import timedelta

import pytest
from django.db.models.signals import post_save
from django.urls import reverse
from django.utils import timezone

from tiengmo.audit.models import AuditEntry
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.reach.actions import assign, assign_rest, cancel_assignment, report_assignment
from tiengmo.reach.errors import ReachError
from tiengmo.reach.missed import missed_by
from tiengmo.reach.models import Act, Assignment
from tiengmo.reach.queries import reach_of
from tiengmo.releases.actions import withdraw_release
from tiengmo.releases.models import Delivery, DeliveryStatus, Receipt
from tiengmo.releases.tests.factories import DeliveryFactory, ReleaseFactory, RenditionFactory
from tiengmo.speakers.tests.factories import BoxFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(settings):
    settings.IS_DEMO = True
    top = UnitFactory(top=True, name="Huyện Thử")
    commune = UnitFactory(parent=top, name="Xã A Lù")
    release = ReleaseFactory(unit=top, released=True)
    RenditionFactory(release=release, language="vi")
    return top, commune, release


@pytest.fixture
def approver(place):
    return UserFactory(approver=place[0], is_demo_account=True, full_name="Người Duyệt")


def today(days=0):
    return timezone.localdate() + timedelta(days=days)


def play(delivery, lo, hi, language="vi"):
    Delivery.objects.filter(pk=delivery.pk).update(status=DeliveryStatus.DELIVERED)
    Receipt.objects.create(
        delivery=delivery,
        key=uuid.uuid4().hex,
        kind="played",
        at=timezone.now(),
        village=delivery.village,
        language=language,
        households_lo=lo,
        households_hi=hi,
        method="within range of proven sound",
    )


def of(release, village):
    return next(one for one in missed_by(release) if one.village == village)


def test_without_a_box_somebody_must_go_and_what_they_did_counts(place, approver):
    _top, commune, release = place
    village = VillageFactory(unit=commune, households=38)
    one = of(release, village)
    assert (one.reason, [act.act for act in one.acts]) == ("no_box", [Act.VISIT])
    assert "38 hộ" in one.acts[0].text

    worker = UserFactory(editor=commune)
    work = assign(release, village, act=Act.VISIT, by=approver, due_on=today(3), person=worker)
    assert work.what == one.acts[0].text
    # Pressed twice, given once.
    assert assign(release, village, act=Act.VISIT, by=approver, due_on=today(3)) == work
    assert of(release, village).offered == []

    receipt = uuid.uuid4()
    done = {"by": worker, "receipt_id": receipt, "on": today(), "households": 30, "language": "vi"}
    report_assignment(work, **done)
    report_assignment(work, **done)  # a form sent twice
    reach = reach_of(release)
    assert reach.reached == (30, 30)
    channel = next(c for c in reach.channels if c.code == "assigned")
    assert (channel.delivered, channel.villages_reached, channel.reached) == (1, 1, (30, 30))
    acts = list(AuditEntry.objects.filter(action__startswith="reach.").values_list("action"))
    assert acts == [("reach.assigned",), ("reach.assignment_done",)]


def test_a_village_that_heard_another_language_is_still_owed_its_own(place, approver):
    _top, commune, release = place
    village = VillageFactory(unit=commune, households=100, languages=["hmn", "vi"])
    box = BoxFactory(village=village, online=True, households_lo=40, households_hi=70)
    play(DeliveryFactory(release=release, village=village, target=box.serial), 40, 70)
    reach = reach_of(release)
    assert (reach.reached, reach.in_first_language) == ((40, 70), (0, 0))
    assert reach.in_another_language == (40, 70)
    one = of(release, village)
    assert one.reason == "wrong_language"
    assert [act.act for act in one.acts] == [Act.EDITION, Act.VISIT]
    assert "Tiếng Hmông" in one.acts[0].text
    RenditionFactory(release=release, language="hmn")
    assert [act.act for act in of(release, village).acts] == [Act.REPLAY, Act.VISIT]

    work = assign(release, village, act=Act.VISIT, by=approver, due_on=today(3))
    report_assignment(
        work, by=approver, receipt_id=uuid.uuid4(), on=today(), households=60, language="hmn"
    )
    after = reach_of(release)
    # 60 by the visit, 40 to 70 by the box, in one village of 100.
    assert after.reached == (60, 100)
    assert after.in_first_language == (60, 60)
    assert after.in_another_language == (0, 40)
    assert not missed_by(release)


def test_acts_follow_what_there_is_in_the_village(place):
    _top, commune, release = place
    dead = VillageFactory(unit=commune)
    BoxFactory(village=dead, name="Cụm loa cổng chợ", households_lo=50, households_hi=80)
    cut = VillageFactory(unit=commune)
    ready = BoxFactory(village=cut, online=True, households_lo=50, households_hi=80)
    refused = VillageFactory(unit=commune)
    odd = BoxFactory(village=refused, online=True, name="Cụm loa lạ")
    hollow = VillageFactory(unit=commune, is_dead_zone=True)
    BoxFactory(village=hollow)
    for village, box, reason in (
        (cut, ready, "cut"),
        (refused, odd, "refused"),
        (dead, dead.boxes.get(), "box_offline"),
    ):
        DeliveryFactory(
            release=release,
            village=village,
            target=box.serial,
            status=DeliveryStatus.FAILED_PERMANENTLY,
            reason=reason,
        )
    got = {one.village: [act.act for act in one.acts] for one in missed_by(release)}
    assert got == {
        dead: [Act.REPAIR, Act.VISIT],
        cut: [Act.REPLAY, Act.VISIT],
        refused: [Act.REPAIR, Act.VISIT],
        hollow: [Act.VISIT],
    }
    assert "Cụm loa cổng chợ" in of(release, dead).acts[0].text
    release.channels = [*release.channels, "print"]
    release.save()
    assert [act.act for act in of(release, hollow).acts] == [Act.SHEETS, Act.VISIT]


def test_a_box_that_may_still_answer_costs_nobody_a_trip(place):
    _top, commune, release = place
    village = VillageFactory(unit=commune)
    DeliveryFactory(release=release, village=village, status=DeliveryStatus.SENDING)
    one = of(release, village)
    assert (one.reason, one.acts) == ("waiting", [])


def test_a_replay_claims_no_households_of_its_own(place, approver):
    _top, commune, release = place
    village = VillageFactory(unit=commune)
    BoxFactory(village=village, online=True)
    work = assign(release, village, act=Act.REPLAY, by=approver, due_on=today())
    report_assignment(work, by=approver, receipt_id=uuid.uuid4(), on=today(), households=90)
    assert reach_of(release).reached == (0, 0)


def test_what_cannot_be_given_or_reported(place, approver):
    _top, commune, release = place
    village = VillageFactory(unit=commune, households=20)
    visit = {"act": Act.VISIT, "by": approver}
    with pytest.raises(ReachError, match="Hạn"):
        assign(release, village, due_on=today(-1), **visit)
    with pytest.raises(ReachError, match="không còn cần"):
        assign(release, village, due_on=today(), act=Act.REPLAY, by=approver)
    stranger = UserFactory(editor=UnitFactory(top=True))
    with pytest.raises(ReachError, match="không làm việc ở"):
        assign(release, village, due_on=today(), person=stranger, **visit)
    with pytest.raises(NotAllowed):
        assign(release, village, due_on=today(), act=Act.VISIT, by=stranger)
    technician = UserFactory(technician=commune)
    with pytest.raises(NotAllowed):
        assign(release, village, due_on=today(), act=Act.VISIT, by=technician)
    work = assign(release, village, due_on=today(), **visit)
    receipt = {"receipt_id": uuid.uuid4(), "language": "vi"}
    with pytest.raises(NotAllowed):
        report_assignment(work, by=stranger, on=today(), households=5, **receipt)
    for wrong in (0, 21):
        with pytest.raises(ReachError, match="20"):
            report_assignment(work, by=approver, on=today(), households=wrong, **receipt)
    with pytest.raises(ReachError, match="chưa tới"):
        report_assignment(work, by=approver, on=today(1), households=5, **receipt)
    with pytest.raises(ReachError, match="lý do"):
        cancel_assignment(work, by=approver, why=" ")
    cancel_assignment(work, by=approver, why="Đường sạt lở")
    with pytest.raises(ReachError, match="đã huỷ"):
        report_assignment(work, by=approver, on=today(), households=5, **receipt)


def test_a_withdrawal_calls_off_what_is_open_and_keeps_what_was_done(place, approver):
    _top, commune, release = place
    first, second = (VillageFactory(unit=commune, households=50) for _ in range(2))
    done = assign(release, first, act=Act.VISIT, by=approver, due_on=today())
    report_assignment(
        done, by=approver, receipt_id=uuid.uuid4(), on=today(), households=10, language="vi"
    )
    still = assign(release, second, act=Act.VISIT, by=approver, due_on=today())
    withdraw_release(release, by=approver, reason="Sai ngày")
    still.refresh_from_db()
    assert (still.state, still.note) == ("cancelled", "Bản tin đã gỡ.")
    release.refresh_from_db()
    assert reach_of(release).reached == (10, 10)
    assert all(one.acts == [] for one in missed_by(release))
    with pytest.raises(ReachError, match="đã gỡ"):
        assign(release, second, act=Act.VISIT, by=approver, due_on=today())


def test_on_the_page_one_click_gives_and_a_form_brings_the_receipt(client, place, approver):
    _top, commune, release = place
    village = VillageFactory(unit=commune, households=38, name="Thôn <Vắng>")
    worker = UserFactory(editor=commune, full_name="Vàng A Páo", is_demo_account=True)
    sign_in(client, approver)
    html = client.get(reverse("reach_release", args=[release.pk])).content.decode()
    assert "Thôn &lt;Vắng&gt;" in html
    assert "Vàng A Páo" in html
    assert "Bản đồ thôn" in html
    given = client.post(
        reverse("reach_give", args=[release.pk]),
        {
            "person": worker.pk,
            "due_on": today(2).isoformat(),
            "pick": village.code,
            f"act-{village.code}": Act.VISIT,
        },
    )
    assert given.status_code == 302
    work = Assignment.objects.get()
    assert (work.person, work.due_on) == (worker, today(2))

    sign_in(client, worker)
    listed = client.get(reverse("reach_work"), {"xem": "cua-toi"}).content.decode()
    assert work.what in listed
    home = client.get(reverse("wagtailadmin_home")).content.decode()
    assert "1 việc giao cho bạn" in home
    sent = {
        "receipt_id": str(uuid.uuid4()),
        "households": "12",
        "language": "vi",
        "on": today().isoformat(),
    }
    wrong = client.post(reverse("reach_report", args=[work.pk]), {**sent, "households": "39"})
    assert "Số hộ từ 1 đến 38" in wrong.content.decode()
    assert client.post(reverse("reach_report", args=[work.pk]), sent).status_code == 302
    assert reach_of(release).reached == (12, 12)


def test_all_that_is_left_goes_to_the_communes_at_once(client, place, approver):
    top, commune, release = place
    for unit in (commune, UnitFactory(parent=top)):
        VillageFactory(unit=unit)
    sign_in(client, approver)
    one = client.post(
        reverse("reach_give", args=[release.pk]),
        {"due_on": today(2).isoformat(), "pick": "tat-ca", "xa": commune.code},
    )
    assert one["Location"].endswith(f"?xa={commune.code}")
    assert [work.village.unit for work in Assignment.objects.all()] == [commune]
    client.post(
        reverse("reach_give", args=[release.pk]),
        {"person": "", "due_on": today(2).isoformat(), "pick": "tat-ca"},
    )
    assert Assignment.objects.filter(person=None, state="open").count() == 2
    # Once more gives nothing twice; and each commune can be read by itself.
    assert assign_rest(release, by=approver, due_on=today(2)) == []
    shown = client.get(reverse("reach_release", args=[release.pk]), {"xa": commune.code})
    assert [one.village.unit for one in shown.context["missed"]] == [commune]


def test_somebody_named_is_given_the_rest_of_their_own_commune_only(place, approver):
    top, commune, release = place
    own = VillageFactory(unit=commune)
    VillageFactory(unit=UnitFactory(parent=top))
    worker = UserFactory(editor=commune)
    given = assign_rest(release, by=approver, due_on=today(), person=worker)
    assert [work.village for work in given] == [own]


def test_strangers_see_neither_the_page_nor_the_work(client, place, approver):
    _top, commune, release = place
    village = VillageFactory(unit=commune)
    work = assign(release, village, act=Act.VISIT, by=approver, due_on=today())
    sign_in(client, UserFactory(approver=UnitFactory(top=True), is_demo_account=True))
    assert client.get(reverse("reach_release", args=[release.pk])).status_code in {302, 403}
    page = client.post(reverse("reach_give", args=[release.pk]), {"pick": village.code})
    assert page.status_code in {302, 403}
    assert client.post(reverse("reach_report", args=[work.pk]), {}).status_code == 404
    assert client.post(reverse("reach_cancel", args=[work.pk]), {"why": "x"}).status_code == 404
    assert work.what not in client.get(reverse("reach_work")).content.decode()


def test_work_reported_while_a_withdrawal_calls_the_rest_off_stays_done(place, approver):
    _top, commune, release = place
    works = [
        assign(release, VillageFactory(unit=commune), act=Act.VISIT, by=approver, due_on=today(n))
        for n in range(2)
    ]

    def meanwhile(instance, **_signal):
        """The second is reported while the first is being called off."""
        if instance.state == Assignment.State.CANCELLED:
            Assignment.objects.filter(pk=works[1].pk).update(
                state=Assignment.State.DONE, receipt_id=uuid.uuid4(), households=5
            )

    post_save.connect(meanwhile, sender=Assignment)
    try:
        withdraw_release(release, by=approver, reason="Sai ngày.")
    finally:
        post_save.disconnect(meanwhile, sender=Assignment)
    release.refresh_from_db()
    assert release.status == release.Status.WITHDRAWN
    states = [Assignment.objects.get(pk=one.pk).state for one in works]
    assert states == [Assignment.State.CANCELLED, Assignment.State.DONE]


def test_a_note_that_names_somebody_is_refused(place, approver):
    _top, commune, release = place
    work = assign(
        release,
        VillageFactory(unit=commune, households=38),
        act=Act.VISIT,
        by=approver,
        due_on=today(),
    )
    done = {"by": approver, "on": today(), "households": 3, "language": "vi"}
    for note, said in (("Gặp ông Giàng A Páo", "tên người"), ("Gọi 0912 345 678", "số điện thoại")):
        with pytest.raises(ReachError, match=said):
            report_assignment(work, receipt_id=uuid.uuid4(), note=note, **done)
        with pytest.raises(ReachError, match=said):
            cancel_assignment(work, by=approver, why=note)
    work.refresh_from_db()
    assert (work.state, work.note) == (Assignment.State.OPEN, "")


def test_whoever_reports_work_for_the_upper_units_bulletin_sees_what_came_of_it(
    client, place, approver
):
    _top, commune, release = place
    village = VillageFactory(unit=commune, households=38)
    release.audience = [village.code]  # neither the worker's unit nor above it
    release.save()
    worker = UserFactory(editor=commune, is_demo_account=True)
    work = assign(release, village, act=Act.VISIT, by=approver, due_on=today(), person=worker)
    sign_in(client, worker)
    page = client.post(
        reverse("reach_report", args=[work.pk]),
        {
            "receipt_id": str(uuid.uuid4()),
            "households": "12",
            "language": "vi",
            "on": today().isoformat(),
        },
        follow=True,
    )
    assert page.redirect_chain == [(reverse("reach_release", args=[release.pk]), 302)]
    assert page.status_code == 200
    assert "Đã ghi kết quả." in page.content.decode()

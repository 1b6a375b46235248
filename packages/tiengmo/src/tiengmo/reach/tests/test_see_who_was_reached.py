"""From receipts to households: by village, channel, commune and language, and who was missed."""

import datetime as dt

import pytest
from django.utils import timezone

from tiengmo.places.models import VillageMembership
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.reach.queries import audience_preview, reach_of
from tiengmo.releases.models import Delivery, DeliveryStatus, Receipt
from tiengmo.releases.tests.factories import DeliveryFactory, ReleaseFactory
from tiengmo.speakers.tests.factories import BoxFactory

pytestmark = pytest.mark.django_db


def play(delivery, lo, hi, language="vi", key=None):
    Delivery.objects.filter(pk=delivery.pk).update(status=DeliveryStatus.DELIVERED)
    return Receipt.objects.create(
        delivery=delivery,
        key=key or f"play:{delivery.pk}",
        kind="played",
        at=timezone.now(),
        village=delivery.village,
        language=language,
        households_lo=lo,
        households_hi=hi,
        method="within range of proven sound",
    )


def fail(release, village, reason, status=DeliveryStatus.FAILED_PERMANENTLY, **fields):
    return DeliveryFactory(release=release, village=village, status=status, reason=reason, **fields)


@pytest.fixture
def locality():
    top = UnitFactory(top=True, name="Huyện Thử")
    y_ty = UnitFactory(parent=top, name="Xã Y Tý")
    a_lu = UnitFactory(parent=top, name="Xã A Lù")
    villages = {
        "two_boxes": VillageFactory(unit=y_ty, households=100, languages=["hni", "vi"]),
        "one_box": VillageFactory(unit=y_ty, households=80, languages=["vi"]),
        "no_box": VillageFactory(unit=a_lu, households=50),
        "dead_zone": VillageFactory(unit=a_lu, households=40, is_dead_zone=True),
        "offline": VillageFactory(unit=a_lu, households=30),
    }
    release = ReleaseFactory(unit=top, released=True)
    return release, villages


def test_the_whole_account(locality):
    release, villages = locality
    first = DeliveryFactory(release=release, village=villages["two_boxes"])
    second = DeliveryFactory(release=release, village=villages["two_boxes"])
    play(first, 40, 70, language="hni")
    play(second, 30, 60, language="hni")
    play(DeliveryFactory(release=release, village=villages["one_box"]), 50, 75)
    fail(release, villages["offline"], "box_offline", was_online=False)
    fail(release, villages["dead_zone"], "box_offline", was_online=False)
    page = DeliveryFactory(release=release, channel="portal", village=None, was_online=None)
    Receipt.objects.create(
        delivery=page,
        key="page",
        kind="published",
        at=timezone.now(),
        method="no household claim",
    )

    reach = reach_of(release)

    assert reach.households == 300
    # 40 (not 70: they may overlap) and 100 (not 130: there are no more); 50 and 75.
    assert reach.reached == (40 + 50, 100 + 75)
    assert (reach.communes_reached, len(reach.communes)) == (1, 2)
    assert {v.name: v.reason for v in reach.missed} == {
        villages["no_box"].name: "no_box",
        villages["dead_zone"].name: "cut_off",
        villages["offline"].name: "box_offline",
    }
    assert reach.missed_households == 120
    sound = next(c for c in reach.channels if c.code == "loudspeakers")
    assert (sound.villages_targeted, sound.villages_reached, sound.reached) == (5, 2, (90, 175))
    portal = next(c for c in reach.channels if c.code == "portal")
    assert not portal.claims_households
    assert portal.reached == (0, 0)
    assert (reach.online_targets, reach.online_proved) == (3, 3)


def test_nothing_yet(locality):
    release, villages = locality
    DeliveryFactory(release=release, village=villages["one_box"], status=DeliveryStatus.SENDING)
    reach = reach_of(release)
    assert reach.reached == (0, 0)
    assert reach.is_moving
    waiting = next(v for v in reach.missed if v.name == villages["one_box"].name)
    assert (waiting.reason, waiting.may_still_arrive) == ("waiting", True)


def test_a_box_that_reports_twice_counts_once(locality):
    release, villages = locality
    delivery = DeliveryFactory(release=release, village=villages["one_box"])
    play(delivery, 30, 40)
    play(delivery, 30, 40, key="again")
    assert reach_of(release).reached == (30, 40)


def test_a_village_that_heard_another_language_first(locality):
    release, villages = locality
    play(DeliveryFactory(release=release, village=villages["two_boxes"]), 40, 70, language="vi")
    play(DeliveryFactory(release=release, village=villages["one_box"]), 50, 75, language="vi")
    reach = reach_of(release)
    heard = {v.name: v.is_first_language_served for v in reach.villages if v.is_reached}
    assert heard == {villages["two_boxes"].name: False, villages["one_box"].name: True}
    assert reach.in_first_language == (50, 75)


def test_a_cut_play_claims_no_household(locality):
    release, villages = locality
    delivery = fail(release, villages["one_box"], "cut")
    Receipt.objects.create(
        delivery=delivery,
        key="cut",
        kind="played_partly",
        at=timezone.now(),
        village=delivery.village,
        method="cut: no household claim",
    )
    reach = reach_of(release)
    assert reach.reached == (0, 0)
    assert next(v for v in reach.missed if v.name == villages["one_box"].name).reason == "cut"


def test_a_receipt_for_another_area_adds_nothing(locality):
    release, _villages = locality
    play(DeliveryFactory(release=release, village=VillageFactory()), 10, 20)
    assert reach_of(release).reached == (0, 0)


def test_a_village_that_shrank_since_is_not_over_counted(locality):
    release, villages = locality
    play(DeliveryFactory(release=release, village=villages["one_box"]), 50, 75)
    type(villages["one_box"]).objects.filter(pk=villages["one_box"].pk).update(households=45)
    assert reach_of(release).reached == (45, 45)


def test_a_merger_entered_later_leaves_the_account_as_it_was(locality):
    release, villages = locality
    play(DeliveryFactory(release=release, village=villages["one_box"]), 50, 75)
    before = reach_of(release)
    village = villages["one_box"]
    old, entered_at = village.unit, timezone.now()
    new = UnitFactory(
        code=old.code, name="Xã Mới", valid_from=dt.date(2025, 7, 1), opened_at=entered_at
    )
    old.valid_to, old.closed_at = dt.date(2025, 6, 30), entered_at
    old.save()
    for moved in old.villages.all():
        moved.memberships.update(valid_to=dt.date(2025, 6, 30))
        VillageMembership.objects.create(village=moved, unit=new, valid_from=dt.date(2025, 7, 1))
    old.villages.update(unit=new)
    after = reach_of(release)
    assert after.households == before.households == 300
    assert [(c.name, c.reached) for c in after.communes] == [
        (c.name, c.reached) for c in before.communes
    ]


def test_176_villages_and_300_boxes_in_a_handful_of_queries(django_assert_max_num_queries):
    top = UnitFactory(top=True)
    communes = [UnitFactory(parent=top) for _ in range(21)]
    villages = [VillageFactory(unit=communes[n % 21]) for n in range(176)]
    release = ReleaseFactory(unit=top, released=True)
    deliveries = Delivery.objects.bulk_create(
        Delivery(
            release=release,
            channel="loudspeakers",
            target=f"b{n}",
            village=villages[n % 164],
            status=DeliveryStatus.DELIVERED,
            was_online=True,
        )
        for n in range(300)
    )
    Receipt.objects.bulk_create(
        Receipt(
            delivery=d,
            key=str(d.pk),
            kind="played",
            at=timezone.now(),
            village=d.village,
            language="vi",
            households_lo=50,
            households_hi=70,
            method="within range",
        )
        for d in deliveries
    )
    with django_assert_max_num_queries(8):
        reach = reach_of(release)
    assert reach.villages_reached == 164
    assert len(reach.missed) == 12
    assert reach.communes_reached == 21


def test_before_it_goes_out_the_editor_sees_what_it_would_reach(locality):
    release, villages = locality
    BoxFactory(village=villages["two_boxes"], households_lo=40, households_hi=70, online=True)
    BoxFactory(village=villages["two_boxes"], households_lo=30, households_hi=60, online=True)
    BoxFactory(village=villages["offline"], households_lo=20, households_hi=30)
    BoxFactory(village=villages["one_box"], retired_at=timezone.now(), online=True)

    preview = audience_preview(release.audience, ["portal", "loudspeakers"])

    assert (preview.communes, preview.villages, preview.households) == (2, 5, 300)
    assert (preview.boxes, preview.boxes_offline) == (3, 1)
    assert preview.expected == (40, 100)
    assert [v.name for v in preview.offline] == [villages["offline"].name]
    assert {v.name for v in preview.without_box} == {
        villages[n].name for n in ("one_box", "no_box", "dead_zone")
    }
    assert dict(preview.languages) == {"hni": 100, "vi": 200}
    assert audience_preview(["nowhere"], []).unknown == ["nowhere"]

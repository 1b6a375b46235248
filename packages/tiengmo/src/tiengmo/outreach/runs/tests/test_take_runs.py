"""A crew's phone tells of a run: once however often, with its way or without, and reach counts it."""

import json
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tiengmo.outreach.runs.handlers import erase_tracks
from tiengmo.outreach.runs.models import Pass, Run
from tiengmo.outreach.runs.rules import KEEP_TRACK
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.reach.models import Recount
from tiengmo.reach.queries import reach_of
from tiengmo.releases.actions import withdraw_release
from tiengmo.releases.tests.factories import ReleaseFactory

from .tracks import DEGREE_M, drive, gpx

pytestmark = pytest.mark.django_db


@pytest.fixture
def commune():
    return UnitFactory(in_district=True)


@pytest.fixture
def villages(commune):
    """One on the road, one 250 m off, one 2 km off."""
    return [
        VillageFactory(unit=commune, latitude=22.6 + off / DEGREE_M, longitude=103.72)
        for off in (0, 250, 2000)
    ]


@pytest.fixture
def phone(client, commune):
    return sign_in(client, UserFactory(propagandist=commune))


@pytest.fixture
def start():
    return (timezone.now() - timedelta(hours=3)).replace(second=0, microsecond=0)


@pytest.fixture
def release(commune, start):
    return ReleaseFactory(
        unit=commune,
        audience=[commune.code],
        released=True,
        released_at=start - timedelta(hours=5),
        cleared_at=start - timedelta(hours=5),
    )


def wall(at):
    return f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"


def run_of(passed, start, release, **fields):
    fields = {
        "vehicle": "Xe loa 24A-0001",
        "route": "Trung tâm xã – bản xa",
        "language": "vi",
        "started_at": wall(start),
        "ended_at": wall(start + timedelta(hours=1)),
        "stops": "2",
        "range_m": "",
        "villages": ",".join(one.code for one in passed),
        "releases": str(release.pk),
        "track": "",
    } | fields
    return {"id": str(uuid.uuid4()), "kind": "run", "revision": 1, "fields": fields}


def tell(phone, entry):
    url = reverse("outreach_phone_take")
    return phone.post(url, json.dumps(entry), content_type="application/json")


def way(start, **changes):
    road = {"latitude": 22.6, "west": 103.70, "east": 103.74} | changes
    return gpx(drive(start, **road))


def test_the_way_says_which_villages_were_passed(phone, villages, start, release):
    on_road, beside, far = villages
    answer = tell(phone, run_of([on_road, far], start, release, track=way(start)))

    assert answer.status_code == 200, answer.content
    run = Run.objects.get()
    assert (run.has_track, round(run.km, 1)) == (True, 4.1)
    passed = {one.village: one for one in run.passes.all()}
    assert (passed[on_road].counts, passed[on_road].is_noted) == (True, True)
    # Beside the road, and nobody had noted it.
    assert (passed[beside].counts, passed[beside].is_noted) == (True, False)
    # Noted, and the vehicle never came there.
    assert (passed[far].counts, passed[far].nearest_m) == (False, None)
    reach = reach_of(release)
    assert {row.pk: tuple(row.reached) for row in reach.villages} == {
        on_road.pk: (0, 100), beside.pk: (0, 100), far.pk: (0, 0),
    }  # fmt: skip
    (channel,) = [one for one in reach.channels if one.code == "runs"]
    assert (channel.villages_targeted, channel.villages_reached, channel.delivered) == (2, 2, 1)


def test_without_a_way_the_crew_is_believed_with_less_trust(phone, villages, start, release):
    assert tell(phone, run_of(villages[2:], start, release)).status_code == 200
    reach = reach_of(release)
    (channel,) = [one for one in reach.channels if one.code == "runs"]
    assert tuple(channel.reached) == (0, 100)
    assert channel.methods == ["vehicle passed while it played, noted by its crew"]


def test_sent_twice_it_is_one_run(phone, villages, start, release):
    entry = run_of(villages, start, release, track=way(start))
    for _ in range(3):
        assert tell(phone, entry).status_code == 200
    assert Run.objects.count() == 1
    assert Pass.objects.count() == 3
    assert tuple(reach_of(release).reached) == (0, 200)


def test_flitting_by_counts_for_nobody(phone, villages, start, release):
    entry = run_of(villages[:1], start, release, track=way(start, kmh=90, every=5))
    assert tell(phone, entry).status_code == 200
    assert not Pass.objects.get(village=villages[0]).counts
    assert tuple(reach_of(release).reached) == (0, 0)


def test_changed_and_withdrawn_by_its_author_only(phone, client, villages, start, release):
    entry = run_of(villages, start, release)
    tell(phone, entry)
    entry["revision"] = 2
    entry["fields"]["villages"] = villages[0].code
    assert tell(phone, entry).status_code == 200
    assert Pass.objects.count() == 1
    stale = entry | {"fields": entry["fields"] | {"stops": "9"}}
    assert tell(phone, stale).status_code == 422
    Recount.objects.all().delete()
    assert tell(phone, entry | {"revision": 3, "withdrawn": True}).status_code == 200
    assert tuple(reach_of(release).reached) == (0, 0)
    assert Recount.objects.filter(release=release).exists()
    colleague = sign_in(client, UserFactory(propagandist=villages[0].unit))
    assert tell(colleague, entry | {"revision": 4}).status_code == 422


def test_what_cannot_be_is_told_field_by_field(phone, villages, start, release):
    hour = timedelta(hours=1)
    other = ReleaseFactory(released=True, released_at=start - 2 * hour)
    cases = {
        "ended_at": {"ended_at": wall(start - hour)},
        "started_at": {"started_at": wall(start - timedelta(days=60))},
        "vehicle": {"vehicle": ""},
        "villages": {"villages": VillageFactory().code},
        "releases": {"releases": str(other.pk)},
        "range_m": {"range_m": "9000"},
        "route": {"route": "Đón ông Lý Văn Thử 0912345678"},
        "track": {"track": "<gpx"},
        "language": {"language": "la"},
    }
    for field, fields in cases.items():
        answer = tell(phone, run_of(villages, start, release, **fields))
        assert answer.status_code == 422, field
        assert field in answer.json()["problems"], field
    assert not Run.objects.exists()
    clock = tell(phone, run_of(villages, start, release, track=way(start - timedelta(days=9))))
    assert "không trùng giờ" in clock.json()["problems"]["track"]
    named = run_of(villages, start, release, vehicle="Xe của anh Lý Văn Thử")
    assert "tên người" in tell(phone, named).json()["problems"]["vehicle"]
    late = run_of(villages, start, release, releases="khong-phai")
    assert tell(phone, late).status_code == 422


def test_a_large_entry_is_only_taken_for_a_run(phone, villages, start, release):
    entry = run_of(villages, start, release, track=way(start, every=1))
    assert len(json.dumps(entry)) > 64 * 1024
    assert tell(phone, entry).status_code == 200
    assert tell(phone, entry | {"kind": "session"}).status_code == 400


def test_a_run_after_the_withdrawal_proves_nothing(phone, villages, start, release):
    withdraw_release(release, by=UserFactory(approver=release.unit), reason="Sai ngày")
    type(release).objects.filter(pk=release.pk).update(withdrawn_at=start - timedelta(minutes=5))
    release.refresh_from_db()
    assert tell(phone, run_of(villages, start, release)).status_code == 200
    assert tuple(reach_of(release).reached) == (0, 0)


def test_the_way_is_forgotten_and_the_villages_are_kept(phone, villages, start, release):
    tell(phone, run_of(villages, start, release, track=way(start)))
    erase_tracks({})
    assert Run.objects.get().track
    Run.objects.update(noted_at=timezone.now() - KEEP_TRACK - timedelta(days=1))
    erase_tracks({})
    assert Run.objects.get().track == []
    assert Pass.objects.filter(counts=True).count() == 2


def test_the_phone_is_told_what_the_way_showed(phone, villages, start, release):
    answer = tell(phone, run_of([villages[2]], start, release, track=way(start))).json()
    (own,) = answer["own"]
    assert own["kind"] == "run"
    assert set(own["passed"]) == {villages[0].name, villages[1].name}
    assert own["not_passed"] == [villages[2].name]


def test_villages_passed_before_the_bulletin_went_out_or_after_it_was_taken_back_do_not_count(
    phone, villages, start, release
):
    on_road, beside, _far = villages
    type(beside).objects.filter(pk=beside.pk).update(longitude=103.739)
    beside.refresh_from_db()
    assert tell(phone, run_of([on_road], start, release, track=way(start))).status_code == 200
    first, last = (Pass.objects.get(village=one) for one in (on_road, beside))
    assert first.last_at < last.first_at
    between = first.last_at + (last.first_at - first.last_at) / 2

    type(release).objects.filter(pk=release.pk).update(released_at=between)
    release.refresh_from_db()
    assert {row.pk for row in reach_of(release).villages if row.is_reached} == {beside.pk}

    type(release).objects.filter(pk=release.pk).update(
        released_at=start - timedelta(hours=5), withdrawn_at=between
    )
    release.refresh_from_db()
    assert {row.pk for row in reach_of(release).villages if row.is_reached} == {on_road.pk}


def test_a_recorded_drive_is_mended_without_its_way(phone, villages, start, release):
    on_road, beside, far = villages
    entry = run_of([on_road, far], start, release, track=way(start))
    tell(phone, entry)
    entry |= {"revision": 2, "fields": entry["fields"] | {"track": "", "stops": "3"}}
    entry["fields"]["villages"] = beside.code
    assert tell(phone, entry).status_code == 200
    run = Run.objects.get()
    assert (run.stops, run.has_track) == (3, True)
    assert {one.village: (one.counts, one.is_noted) for one in run.passes.all()} == {
        on_road: (True, False), beside: (True, True),
    }  # fmt: skip
    # Another hour is another way.
    entry |= {"revision": 3}
    entry["fields"] |= {"started_at": wall(start + timedelta(minutes=5))}
    answer = tell(phone, entry)
    assert answer.status_code == 422
    assert "chọn lại tệp" in answer.json()["problems"]["track"]
    assert Pass.objects.filter(counts=True).count() == 2

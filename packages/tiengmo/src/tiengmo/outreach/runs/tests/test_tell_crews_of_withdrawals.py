"""A crew that played what was taken back reads so in its notebook, until somebody went to say so."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tiengmo.channels.trail import trail_of
from tiengmo.outreach.runs.models import Pass, Run
from tiengmo.outreach.sessions.models import Retelling
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.releases.actions import withdraw_release
from tiengmo.releases.tests.factories import ReleaseFactory

pytestmark = pytest.mark.django_db
WHY = "Sai ngày khám"


@pytest.fixture
def commune():
    return UnitFactory(in_district=True)


@pytest.fixture
def villages(commune):
    return VillageFactory.create_batch(2, unit=commune)


@pytest.fixture
def crew(commune):
    return UserFactory(propagandist=commune)


@pytest.fixture
def release(commune):
    at = timezone.now() - timedelta(hours=5)
    return ReleaseFactory(
        unit=commune, audience=[commune.code], released=True, released_at=at, cleared_at=at
    )


@pytest.fixture
def drive(crew, villages, release):
    """Passed the first village; noted the second, where its track never came."""
    start = timezone.now() - timedelta(hours=3)
    run = Run.objects.create(
        id="11111111-1111-4111-8111-111111111111", unit=release.unit, vehicle="Xe loa", language="vi",
        started_at=start, ended_at=start + timedelta(hours=1),
        author_id=str(crew.pk), author_name=str(crew),
    )  # fmt: skip
    run.releases.add(release)
    Pass.objects.create(run=run, village=villages[0], counts=True)
    Pass.objects.create(run=run, village=villages[1], is_noted=True, counts=False)
    return run


def wrong(client):
    answer = client.get(reverse("outreach_phone_given"))
    assert answer.status_code == 200
    return answer.json()["wrong"]


def take_back(release):
    withdraw_release(release, by=UserFactory(approver=release.unit), reason=WHY)
    release.refresh_from_db()


def still_out(release):
    return [
        row
        for channel in trail_of(release)
        if channel.code == "outreach"
        for part in channel.parts
        for row in part.rows
    ]


def test_the_next_contact_says_which_villages_heard_what_is_not_so(
    client, crew, villages, release, drive
):
    phone = sign_in(client, crew)
    assert wrong(phone) == []
    take_back(release)
    assert wrong(phone) == [
        {"title": release.title, "village": villages[0].name, "reason": WHY},
    ]
    (row,) = still_out(release)
    assert (row.village, row.is_followed, row.note) == (villages[0], False, "1 chuyến xe loa")


def test_nothing_is_left_to_say_once_somebody_went_back(client, crew, villages, release, drive):
    take_back(release)
    phone = sign_in(client, crew)
    url = reverse("outreach_told_again", args=[release.pk, villages[0].code])
    assert phone.post(url).status_code == 302
    assert Retelling.objects.get().village == villages[0]
    assert wrong(phone) == []
    (row,) = still_out(release)
    assert row.is_followed
    # A village that the vehicle never reached has nothing to be told again.
    phone.post(reverse("outreach_told_again", args=[release.pk, villages[1].code]))
    assert Retelling.objects.count() == 1


def test_played_once_more_afterwards_it_must_be_told_again(client, crew, villages, release, drive):
    take_back(release)
    phone = sign_in(client, crew)
    phone.post(reverse("outreach_told_again", args=[release.pk, villages[0].code]))
    Run.objects.update(started_at=timezone.now() + timedelta(minutes=1))
    assert [one["village"] for one in wrong(phone)] == [villages[0].name]


def test_other_crews_and_drives_that_were_taken_back_are_left_in_peace(
    client, commune, crew, release, drive
):
    take_back(release)
    assert wrong(sign_in(client, UserFactory(propagandist=commune))) == []
    Run.objects.update(withdrawn_at=timezone.now())
    assert wrong(sign_in(client, crew)) == []
    assert still_out(release) == []

"""A bulletin that waits while its commune is merged goes on with the successor."""

import datetime as dt

import pytest
from django.utils import timezone

from tiengmo.newsroom import review
from tiengmo.newsroom.actions import clear_bulletin, edit_bulletin
from tiengmo.newsroom.permissions import may_edit
from tiengmo.newsroom.queries import bulletins_for
from tiengmo.people.models import RoleAssignment
from tiengmo.places.models import UnitSuccession, Village
from tiengmo.places.tests.factories import UnitFactory
from tiengmo.releases.models import Release

from .factories import fresh, latest, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def merged(locality):
    """The waiting bulletin of a commune that ended yesterday, and the unit that took it over."""
    bulletin = submitted(locality, audience=[locality.village.code])
    today = timezone.localdate()
    successor = UnitFactory(parent=locality.top, valid_from=today)
    locality.here.valid_to = today - dt.timedelta(days=1)
    locality.here.save()
    UnitSuccession.objects.create(
        predecessor=locality.here, successor=successor, on=today, legal_basis="Nghị quyết thử"
    )
    Village.objects.filter(unit=locality.here).update(unit=successor)
    for assignment in RoleAssignment.objects.filter(unit=locality.here):
        RoleAssignment.objects.create(user=assignment.user, role=assignment.role, unit=successor)
    RoleAssignment.objects.filter(unit=locality.here).delete()
    return bulletin, successor


def test_its_editors_keep_it(locality, merged):
    bulletin, _successor = merged
    assert may_edit(locality.member, fresh(bulletin))
    assert bulletin in bulletins_for(locality.member)
    draft = latest(bulletin)
    draft.headline = "Lịch tiêm phòng ở xã mới"
    assert edit_bulletin(draft, by=locality.member).review_restarted


def test_it_is_cleared_in_the_successors_name_and_keeps_its_own(locality, merged):
    bulletin, successor = merged
    edit_bulletin(latest(bulletin), by=locality.member)
    assert review.route_of(latest(bulletin)) == [successor]
    now = fresh(bulletin)
    clear_bulletin(now, by=locality.colleague, revision_id=now.latest_revision_id)
    assert Release.objects.get().unit == successor
    assert fresh(bulletin).unit == locality.here

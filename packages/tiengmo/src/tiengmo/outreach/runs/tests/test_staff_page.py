"""The list of drives, for whoever reads a unit's work and for the crew."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from tiengmo.outreach.runs.models import Pass, Run
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import VillageFactory

pytestmark = pytest.mark.django_db


def test_what_was_passed_and_what_was_only_noted(client):
    village = VillageFactory(name="Thôn Ven Đường")
    far = VillageFactory(unit=village.unit, name="Thôn Xa Khuất")
    now = timezone.now()
    run = Run.objects.create(
        id="5d0c2bb0-35a8-4e6b-9ad9-5a2c3f0e6a01",
        unit=village.unit,
        vehicle="Xe loa thử",
        language="vi",
        started_at=now - dt.timedelta(hours=2),
        ended_at=now - dt.timedelta(hours=1),
        has_track=True,
        km=12.34,
        author_id="1",
        author_name="Tổ xe",
    )
    Pass.objects.create(
        run=run, village=village, counts=True, nearest_m=41.0, seconds=95.0, kmh=14.0
    )
    Pass.objects.create(run=run, village=far, is_noted=True)

    sign_in(client, UserFactory(editor=village.unit))
    body = client.get(reverse("outreach_runs")).content.decode()
    assert "cách 41 m, 95 giây, 14 km/giờ" in body
    assert "Thôn Xa Khuất" in body
    old = client.get(reverse("outreach_runs"), {"tu": "2020-01-01", "den": "2020-02-01"})
    assert "Thôn Ven Đường" not in old.content.decode()
    sign_in(client, UserFactory(editor=True))
    assert "Xe loa thử" not in client.get(reverse("outreach_runs")).content.decode()
    sign_in(client, UserFactory(technician=True))
    assert client.get(reverse("outreach_runs")).status_code == 302


def test_days_at_the_end_of_the_calendar_show_the_usual_ones(client):
    sign_in(client, UserFactory(editor=True))
    for day in ("9999-12-31", "0001-01-01"):
        page = client.get(reverse("outreach_runs"), {"tu": day, "den": day})
        assert page.status_code == 200
        assert page.context["last"] == timezone.localdate()

from datetime import timedelta

import pytest
from django.utils import timezone

from tiengmo.audit.models import AuditEntry
from tiengmo.outbox.models import OutboxEntry
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory
from tiengmo.releases.actions import make_release, withdraw_release
from tiengmo.releases.drafts import RenditionDraft
from tiengmo.releases.errors import ReleaseError
from tiengmo.releases.models import Release
from tiengmo.voices.models import Sound

pytestmark = pytest.mark.django_db


def made(unit=None, **changes):
    unit = unit or UnitFactory()
    return make_release(
        **{
            "source_type": "newsroom.bulletin",
            "source_id": "7",
            "source_version": "3",
            "title": "Lịch tiêm phòng dại",
            "unit": unit,
            "audience": [unit.code],
            "channels": ["portal"],
            "priority": "routine",
            "release_at": None,
            "window_end_at": None,
            "author_name": "Giàng Thị Mỷ",
            "cleared_by": UserFactory(),
            "renditions": [
                RenditionDraft("vi", "Lịch tiêm phòng dại", body_html="<p>Sáu giờ.</p>")
            ],
            **changes,
        }
    )


def test_release_is_frozen_audited_and_due():
    release = made()
    assert release.slug.startswith("lich-tiem-phong-dai")
    assert OutboxEntry.objects.get(topic="release.due").payload == {"release": str(release.pk)}
    assert AuditEntry.objects.filter(action="release.made").count() == 1
    assert release.window_end_at > release.release_at


def test_two_approvers_at_once_make_one_release():
    unit = UnitFactory()
    assert made(unit).pk == made(unit).pk
    assert Release.objects.count() == 1
    assert OutboxEntry.objects.filter(topic="release.due").count() == 1


def test_embargo_makes_it_due_to_the_second():
    later = timezone.now() + timedelta(hours=3)
    release = made(release_at=later)
    assert OutboxEntry.objects.get(topic="release.due").due_at == later
    assert release.status == Release.Status.SCHEDULED


def test_script_in_the_body_is_not_frozen():
    draft = RenditionDraft("vi", "Tin", body_html='<p onclick="x()">A<script>alert(1)</script></p>')
    release = made(renditions=[draft])
    assert release.renditions.get().body_html == "<p>A</p>"


@pytest.mark.parametrize(
    "changes",
    [
        {"renditions": []},
        {"audience": []},
        {"channels": []},
        {"window_end_at": timedelta(hours=-1)},
        {"renditions": [RenditionDraft("vi", "Tin", sound=Sound(status=Sound.Status.RENDERING))]},
    ],
)
def test_what_cannot_go_out_is_refused_and_leaves_nothing(changes):
    if "window_end_at" in changes:
        changes = {"window_end_at": timezone.now() + changes["window_end_at"]}
    with pytest.raises(ReleaseError):
        made(**changes)
    assert not Release.objects.exists()
    assert not OutboxEntry.objects.exists()


def test_withdrawal_needs_a_reason_and_happens_once():
    release, colleague = made(), UserFactory()
    with pytest.raises(ReleaseError):
        withdraw_release(release, by=colleague, reason="  ")
    withdraw_release(release, by=colleague, reason="Sai giờ")
    withdraw_release(release, by=colleague, reason="Lần nữa")
    release.refresh_from_db()
    assert release.withdrawal_reason == "Sai giờ"
    assert OutboxEntry.objects.filter(topic="release.withdrawn").count() == 1


def test_a_correction_that_waits_gives_way_and_what_people_have_is_what_is_replaced():
    first = made(source_version="1")
    Release.objects.filter(pk=first.pk).update(
        status=Release.Status.RELEASED, released_at=timezone.now()
    )
    waits = made(first.unit, source_version="2", release_at=timezone.now() + timedelta(hours=5))
    third = made(first.unit, source_version="3")
    waits.refresh_from_db()
    assert waits.status == Release.Status.WITHDRAWN
    assert third.replaces == first

"""What a technician sees and presses while a program is on its way to the boxes."""

import pytest
from django.urls import reverse

from tiengmo.audit.actors import SYSTEM
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.speakers import models, updates
from tiengmo.speakers.errors import SpeakerError
from tiengmo.speakers.updates.step import step_deployments

from .programs import begin, ordered, tell


def technician(client, unit):
    user = UserFactory(technician=unit)
    sign_in(client, user)
    return user


def test_a_technician_begins_and_halts_it_on_the_page(client, village, release, fleet):
    release()
    user = technician(client, village.unit)
    page = reverse("speakers_programs")
    assert "0.2.0" in client.get(page).content.decode()
    answer = client.post(
        page,
        {
            "version": "0.2.0",
            "unit": village.unit.pk,
            "plan": "1, 100%",
            "soak_minutes": 5,
            "failure_percent": 5,
        },
    )
    one = models.Deployment.objects.get()
    assert answer["Location"] == reverse("speakers_deployment", args=[one.pk])
    assert one.by_name == user.get_full_name()
    step_deployments()
    text = client.get(answer["Location"]).content.decode()
    assert "đã ra lệnh" in text
    for verb, state in [("dung", "halted"), ("tiep", "running"), ("ket-thuc", "ended")]:
        client.post(reverse("speakers_deployment_act", args=[one.pk, verb]))
        one.refresh_from_db()
        assert one.state == state
    assert client.get(page).status_code == 200


def test_all_boxes_change_back_only_when_a_technician_is_sure(client, village, release, fleet):
    release()
    release("0.1.0", roll_back_from="0.2.0")
    technician(client, village.unit)
    one = begin(village, plan="100%")
    step_deployments()
    tell(ordered(one)[0], "confirmed", silent_ms=2140)
    page = client.get(reverse("speakers_deployment", args=[one.pk])).content.decode()
    assert "2,1 giây" in page
    assert "20 cụm loa sẽ đổi bản" in page
    way_back = reverse("speakers_deployment_act", args=[one.pk, "hoan-tac"])
    client.post(way_back)
    assert not one.undone_by.exists()
    client.post(way_back, {"is_sure": "1"})
    assert one.undone_by.get().installations.count() == 20


def test_a_version_for_more_platforms_than_an_order_carries(village, release, fleet, monkeypatch):
    release()
    release(arch="amd64")
    deployment = begin(village)
    monkeypatch.setattr("tiengmo.speakers.updates.step.MAX_UPDATES", 1)
    step_deployments()
    deployment.refresh_from_db()
    assert deployment.state == "halted"
    assert "quá nhiều loại máy" in deployment.halt_reason
    monkeypatch.setattr("tiengmo.speakers.updates.rollout.MAX_UPDATES", 1)
    updates.end(deployment, by=SYSTEM)
    with pytest.raises(SpeakerError, match="quá nhiều loại máy"):
        begin(village)


def test_who_is_no_technician_there_changes_nothing(client, village, release, fleet):
    release()
    one = begin(village)
    sign_in(client, UserFactory(operator=village.unit))
    page = client.get(reverse("speakers_deployment", args=[one.pk])).content.decode()
    assert "Dừng lại" not in page
    client.post(reverse("speakers_deployment_act", args=[one.pk, "dung"]))
    one.refresh_from_db()
    assert one.state == "running"

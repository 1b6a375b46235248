"""A program's way to the boxes: signed once, by stages, halted by itself, taken back by a person."""

from datetime import timedelta

import pytest
from django.utils import timezone
from speaker_link.envelope import peek

from tiengmo.audit.actors import SYSTEM
from tiengmo.audit.models import AuditEntry
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory
from tiengmo.speakers import models, updates
from tiengmo.speakers.actions import revoke_station_key
from tiengmo.speakers.errors import SpeakerError
from tiengmo.speakers.models import Installation, InstallState, OutgoingCommand
from tiengmo.speakers.technician.faults import faults_of
from tiengmo.speakers.updates.step import step_deployments

from .programs import begin, later, ordered, states, tell


def test_one_then_a_quarter_then_all(village, release, fleet):
    release()
    release(arch="amd64")
    deployment = begin(village)
    assert deployment.phases == [1, 5, 20]
    step_deployments()
    (first,) = ordered(deployment)
    body = peek(OutgoingCommand.objects.get(pk=first.command_id).payload).body
    assert {peek(text).body.architecture for text in body.updates} == {"arm64", "amd64"}
    step_deployments()
    assert len(ordered(deployment)) == 1

    tell(first, "installing")
    tell(first, "confirmed", silent_ms=2100)
    step_deployments()
    assert states(deployment).count(InstallState.ORDERED) == 0, "it soaks"
    later(deployment, 31)
    step_deployments()
    step_deployments()
    assert len(ordered(deployment)) == 4
    for one in ordered(deployment):
        tell(one, "confirmed")
    step_deployments()
    later(deployment, 31)
    step_deployments()
    step_deployments()
    assert len(ordered(deployment)) == 15
    for one in ordered(deployment):
        tell(one, "confirmed")
    step_deployments()
    later(deployment, 31)
    step_deployments()
    deployment.refresh_from_db()
    assert deployment.state == "finished"
    assert set(states(deployment)) == {InstallState.CONFIRMED}
    actions = AuditEntry.objects.values_list("action", flat=True)
    assert list(actions).count("speakers.deployment_phase") == 2
    assert "speakers.deployment_finished" in actions


def test_the_first_that_goes_back_halts_it(village, release, fleet):
    release()
    deployment = begin(village)
    step_deployments()
    (first,) = ordered(deployment)
    tell(first, "rolled_back", reason="no_link")
    step_deployments()
    deployment.refresh_from_db()
    assert deployment.state == "halted"
    assert "không kết nối" in deployment.halt_reason
    (fault,) = [f for f in faults_of(fleet) if "quay về" in f.title]
    assert fault.box.pk == first.box_id

    updates.resume(deployment, by=SYSTEM)
    step_deployments()
    deployment.refresh_from_db()
    assert deployment.state == "running", "a person saw it and went on"
    later(deployment, 31)
    step_deployments()
    step_deployments()
    deployment.refresh_from_db()
    assert (deployment.phase, len(ordered(deployment))) == (1, 4)


def test_who_was_forgiven_and_came_back_hides_no_other_failure(village, release, fleet):
    release()
    deployment = begin(village, plan="100%", failure_percent=0)
    step_deployments()
    first, second, *_others = ordered(deployment)
    tell(first, "installing")
    later(deployment, 36)
    step_deployments()
    updates.resume(deployment, by=SYSTEM)
    tell(first, "confirmed")
    first.refresh_from_db()
    assert not first.is_forgiven
    tell(second, "rolled_back", reason="crashed")
    step_deployments()
    deployment.refresh_from_db()
    assert deployment.state == "halted"


def test_orders_go_out_a_few_at_a_time(village, release, fleet, monkeypatch):
    monkeypatch.setattr("tiengmo.speakers.updates.step.ORDERS_A_STEP", 8)
    release()
    deployment = begin(village, plan="100%")
    for expected in (8, 16, 20):
        step_deployments()
        assert len(ordered(deployment)) == expected


def test_looking_at_many_orders_takes_no_query_for_each(
    village, release, fleet, django_assert_max_num_queries
):
    release()
    begin(village, plan="100%")
    step_deployments()
    with django_assert_max_num_queries(12):
        step_deployments()


def test_what_comes_to_an_order_that_was_taken_back_still_counts(village, release, fleet):
    release()
    deployment = begin(village, plan="100%")
    step_deployments()
    first, second, third, *_others = ordered(deployment)
    tell(second, "confirmed")
    updates.halt(deployment, by=SYSTEM, reason="")
    tell(first, "rolled_back", reason="crashed")
    first.refresh_from_db()
    assert first.state == InstallState.ROLLED_BACK
    updates.end(deployment, by=SYSTEM)
    tell(third, "failed", reason="cancelled")
    third.refresh_from_db()
    assert third.state == InstallState.LEFT_OUT


def test_who_is_on_the_way_to_a_version_is_taken_back_too(village, release, fleet):
    release()
    deployment = begin(village, plan="100%")
    step_deployments()
    confirmed, installing, gone_back, *on_order = ordered(deployment)
    tell(confirmed, "confirmed")
    tell(installing, "installing")
    tell(gone_back, "rolled_back", reason="crashed")
    release("0.1.0", roll_back_from="0.2.0")
    back = updates.undo(deployment, by=SYSTEM)
    reached = set(back.installations.values_list("box_id", flat=True))
    assert reached == {one.box_id for one in (confirmed, installing, *on_order)}


def test_one_of_many_does_not_halt_it_but_three_do(village, release, fleet):
    release()
    deployment = begin(village, plan="100%")
    step_deployments()
    everyone = ordered(deployment)
    for one in everyone[3:]:
        tell(one, "confirmed")
    tell(everyone[0], "failed", reason="no_space")
    step_deployments()
    deployment.refresh_from_db()
    assert deployment.state == "running"
    tell(everyone[1], "rolled_back", reason="crashed")
    tell(everyone[2], "rolled_back", reason="crashed")
    step_deployments()
    deployment.refresh_from_db()
    assert deployment.state == "halted"


def test_who_goes_silent_afterwards_counts_as_failed(village, release, fleet):
    release()
    deployment = begin(village)
    step_deployments()
    (first,) = ordered(deployment)
    tell(first, "confirmed")
    step_deployments()
    box = models.Box.objects.filter(pk=first.box_id)
    box.update(is_online=False, silent_since=timezone.now() - timedelta(minutes=11))
    step_deployments()
    first.refresh_from_db()
    deployment.refresh_from_db()
    assert (first.state, deployment.state) == (InstallState.SILENT, "halted")
    updates.resume(deployment, by=SYSTEM)
    box.update(is_online=True, silent_since=None)
    step_deployments()
    first.refresh_from_db()
    assert first.state == InstallState.CONFIRMED


def test_who_never_answers_is_found_out(village, release, fleet):
    release()
    deployment = begin(village)
    step_deployments()
    (first,) = ordered(deployment)
    tell(first, "installing")
    later(deployment, 36)
    step_deployments()
    first.refresh_from_db()
    assert (first.state, first.reason) == (InstallState.FAILED, "no_answer")


def test_what_another_moment_cures_is_tried_again(village, release, fleet):
    release()
    deployment = begin(village)
    step_deployments()
    (first,) = ordered(deployment)
    before = first.command_id
    tell(first, "failed", reason="no_quiet_moment")
    step_deployments()
    first.refresh_from_db()
    assert first.state == InstallState.ORDERED
    assert first.command_id != before
    # The order ran out while the box was away: it is given again.
    OutgoingCommand.objects.filter(pk=first.command_id).update(state="expired")
    step_deployments()
    first.refresh_from_db()
    assert (first.state, first.attempts) == (InstallState.ORDERED, 3)


def test_who_is_away_waits_without_holding_up_the_others(village, release, fleet):
    release()
    gone = fleet[0]
    models.Box.objects.filter(pk=gone.pk).update(is_online=False)
    deployment = begin(village, plan="100%", soak_minutes=0)
    step_deployments()
    assert len(ordered(deployment)) == 19
    for one in ordered(deployment):
        tell(one, "confirmed")
    step_deployments()
    deployment.refresh_from_db()
    assert deployment.state == "running"
    models.Box.objects.filter(pk=gone.pk).update(is_online=True)
    step_deployments()
    (last,) = ordered(deployment)
    assert last.box_id == gone.pk
    tell(last, "confirmed")
    step_deployments()
    deployment.refresh_from_db()
    assert deployment.state == "finished"


def test_a_program_that_is_taken_back_halts_what_is_under_way(village, release, fleet):
    made = release()
    deployment = begin(village)
    step_deployments()
    revoke_station_key(made.key, by=SYSTEM, reason="lỗi nặng")
    step_deployments()
    deployment.refresh_from_db()
    assert deployment.state == "halted"
    cancelled = OutgoingCommand.objects.filter(command="cancel_update")
    assert cancelled.count() == 1
    with pytest.raises(SpeakerError, match="thu hồi"):
        updates.resume(deployment, by=SYSTEM)


def test_the_way_back_needs_a_signature_of_its_own(village, release, fleet):
    release()
    deployment = begin(village, plan="100%")
    step_deployments()
    done = ordered(deployment)[:5]
    for one in done:
        tell(one, "confirmed")
    release("0.1.0")
    with pytest.raises(SpeakerError, match=r"--roll-back-from 0\.2\.0"):
        updates.undo(deployment, by=SYSTEM)
    deployment.refresh_from_db()
    assert deployment.state == "running", "a refusal changes nothing"
    release("0.1.0", roll_back_from="0.1.9")
    with pytest.raises(SpeakerError, match=r"--roll-back-from 0\.2\.0"):
        updates.undo(deployment, by=SYSTEM)
    release("0.1.0", roll_back_from="0.2.0")
    back = updates.undo(deployment, by=SYSTEM)
    assert {o.box_id for o in done} <= set(back.installations.values_list("box_id", flat=True))
    step_deployments()
    texts = peek(OutgoingCommand.objects.get(pk=ordered(back)[0].command_id).payload).body.updates
    assert all(peek(text).body.is_roll_back for text in texts)


def test_a_roll_back_is_good_for_two_weeks(village, release, fleet):
    release()
    deployment = begin(village, plan="100%")
    step_deployments()
    tell(ordered(deployment)[0], "confirmed")
    made = release("0.1.0", roll_back_from="0.2.0", life=timedelta(days=400))
    said = peek(made.envelope)
    assert said.exp - said.iat == timedelta(days=14) == made.expires_at - said.iat
    assert (said.body.from_at_most, made.from_at_most) == ("0.2.0", "0.2.0")
    back = updates.undo(deployment, by=SYSTEM)
    models.Artifact.objects.filter(pk=made.pk).update(expires_at=timezone.now())
    step_deployments()
    back.refresh_from_db()
    assert back.state == "halted"
    with pytest.raises(SpeakerError, match="nowhere down"):
        release("0.2.0", roll_back_from="0.2.0")


def test_what_cannot_begin(village, release, fleet):
    with pytest.raises(SpeakerError, match="Chưa có bản"):
        begin(village)
    release()
    with pytest.raises(SpeakerError, match="các đợt"):
        begin(village, plan="50%, 5%")
    begin(village)
    with pytest.raises(SpeakerError, match="còn mở"):
        begin(village)
    assert models.Deployment.objects.count() == 1
    with pytest.raises(NotAllowed):
        begin(village, by=UserFactory())


def test_reports_of_nobodys_order_change_nothing(village, release, fleet):
    release()
    deployment = begin(village)
    step_deployments()
    (first,) = ordered(deployment)
    first.command_id = "another"
    stranger = Installation(
        deployment=deployment, box=fleet[1], command_id=first.command_id, position=99
    )
    stranger.refresh_from_db = lambda: None
    tell(stranger, "confirmed")
    first.refresh_from_db()
    assert first.state == InstallState.ORDERED

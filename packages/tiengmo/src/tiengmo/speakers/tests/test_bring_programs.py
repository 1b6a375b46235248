"""A program's way to the boxes: signed once, by stages, halted by itself, taken back by a person."""

import io
import json
import lzma
import tarfile
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from speaker_link.boxes import compose_from_box, sign_as_box
from speaker_link.envelope import new_id, peek
from speaker_link.replay import MemoryReplayCache
from speaker_link.trust import Scope, Trust
from speaker_link.updates import UpdateReport
from speaker_link.verification import verify

from tiengmo.audit.actors import SYSTEM
from tiengmo.audit.models import AuditEntry
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.speakers import keys, models, updates
from tiengmo.speakers.actions import revoke_station_key
from tiengmo.speakers.actions.ingest import Arrival, ingest
from tiengmo.speakers.errors import RootKeyMissing, SpeakerError
from tiengmo.speakers.models import Installation, InstallState, OutgoingCommand
from tiengmo.speakers.technician.faults import faults_of
from tiengmo.speakers.updates.rules import Count, Next, judge, read_plan, too_many_fail
from tiengmo.speakers.updates.step import step_deployments

from .factories import BoxFactory

NOW = timezone.now()


def archive(folder, version="0.2.0", arch="arm64", *, without=(), extra=()):
    path = folder / f"{version}-{arch}.tar.xz"
    described = {"version": version, "architecture": arch, "python": "3.11"}
    files = {
        "speaker-agent.json": json.dumps(described).encode(),
        "speaker_agent/cli.py": b"main = print\n",
    }
    with (
        lzma.open(path, "wb") as stream,
        tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for name, content in files.items():
            if name not in without:
                member = tarfile.TarInfo(name)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        for member in extra:
            tar.addfile(member)
    return path


@pytest.fixture
def release(settings, tmp_path):
    settings.SOUND_ROOT = tmp_path / "sound"

    def make(version="0.2.0", arch="arm64", **how):
        return updates.release_artifact(archive(tmp_path, version, arch), by=SYSTEM, **how)

    return make


@pytest.fixture
def fleet(village):
    return [
        BoxFactory(village=village, online=True, agent_version="0.1.0", last_seen_at=timezone.now())
        for _ in range(20)
    ]


def begin(village, version="0.2.0", *, by=SYSTEM, **how):
    wanted = {"plan": "1, 25%, 100%", "soak_minutes": 30, "failure_percent": 10} | how
    return updates.begin(village.unit, version, by=by, **wanted)


def states(deployment):
    return list(deployment.installations.values_list("state", flat=True))


def tell(one, state, **more):
    """The box's own signed report, taken in as any other."""
    one.refresh_from_db()
    box = models.Box.objects.get(pk=one.box_id)
    box.refresh_from_db()
    body = UpdateReport(
        command_id=one.command_id,
        state=state,
        version=one.deployment.version,
        reported_at=timezone.now(),
        **more,
    )
    text = sign_as_box(
        compose_from_box(
            body, now=timezone.now(), box=box.serial, session=1, sequence=1, id=new_id()
        ),
        PRIVATE[box.serial],
    )
    arrival = Arrival(f"tm/1/boxes/{box.serial}/reports", text.encode(), timezone.now())
    assert ingest([arrival]).stored[box.serial]


PRIVATE = {}


@pytest.fixture(autouse=True)
def _private_keys(monkeypatch):
    made = BoxFactory._create.__func__

    def create(cls, model_class, *args, **fields):
        box = made(cls, model_class, *args, **fields)
        PRIVATE[box.serial] = box.private_key
        return box

    monkeypatch.setattr(BoxFactory, "_create", classmethod(create))


def ordered(deployment):
    return list(deployment.installations.filter(state=InstallState.ORDERED))


def later(deployment, minutes):
    """Time goes by: everything that was noted is that much older."""
    ago = timedelta(minutes=minutes)
    for one in deployment.installations.all():
        models.Installation.objects.filter(pk=one.pk).update(changed_at=one.changed_at - ago)
    deployment.refresh_from_db()
    if deployment.settled_at:
        deployment.settled_at -= ago
        deployment.save()


# --- released -----------------------------------------------------------------------------


def test_what_is_released_can_be_signed_by_nobody_else_again(village, release):
    made = release()
    message = verify(
        made.envelope,
        trust=Trust.in_root(keys.root_public()),
        scope=Scope(serial="x", areas=tuple(made.key.areas)),
        now=timezone.now(),
        replay=MemoryReplayCache(),
    )
    assert message.body.sha256 == made.sha256
    assert message.body.version == "0.2.0"
    # Its key was used once: nowhere on this machine is there a private half of it.
    assert not (keys.settings.KEYS / "stations" / f"{made.key_id}.jwk").exists()
    assert AuditEntry.objects.filter(action="speakers.program_released").exists()


def test_without_the_root_keys_medium_nothing_is_released(village, release, settings):
    (settings.KEYS / "root" / "root.jwk").unlink()
    with pytest.raises(RootKeyMissing):
        release()
    assert not models.Artifact.objects.exists()


@pytest.mark.parametrize(
    "how",
    [
        {"without": ["speaker-agent.json"]},
        {"without": ["speaker_agent/cli.py"]},
        {"extra": [tarfile.TarInfo("../beside")]},
        {"version": "0.2rc1"},
    ],
)
def test_what_no_box_would_unpack_is_not_signed(village, settings, tmp_path, how):
    settings.SOUND_ROOT = tmp_path / "sound"
    with pytest.raises(SpeakerError):
        updates.release_artifact(archive(tmp_path, **how), by=SYSTEM)
    (tmp_path / "no.tar.xz").write_bytes(b"no archive")
    with pytest.raises(SpeakerError):
        updates.release_artifact(tmp_path / "no.tar.xz", by=SYSTEM)
    assert not models.Artifact.objects.exists()


# --- by stages ----------------------------------------------------------------------------


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
    with pytest.raises(SpeakerError, match="--roll-back"):
        updates.undo(deployment, by=SYSTEM)
    deployment.refresh_from_db()
    assert deployment.state == "running", "a refusal changes nothing"
    release("0.1.0", is_roll_back=True)
    back = updates.undo(deployment, by=SYSTEM)
    assert set(back.installations.values_list("box_id", flat=True)) == {o.box_id for o in done}
    step_deployments()
    texts = peek(OutgoingCommand.objects.get(pk=ordered(back)[0].command_id).payload).body.updates
    assert all(peek(text).body.is_roll_back for text in texts)


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


# --- rules --------------------------------------------------------------------------------


@given(
    boxes=st.integers(1, 30_000),
    steps=st.lists(st.integers(1, 100), min_size=1, max_size=6).map(sorted),
)
def test_a_plan_rises_and_reaches_everybody(boxes, steps):
    phases = read_plan(", ".join(f"{one}%" for one in steps), boxes)
    assert phases == sorted(set(phases))
    assert phases[-1] == boxes
    assert phases[0] >= 1


@pytest.mark.parametrize("text", ["", "x", "0", "101%", "0%", "5%, 1%", "-1", "1;2"])
def test_a_plan_that_cannot_be_read(text):
    with pytest.raises(ValueError) as caught:
        read_plan(text, 300)
    assert str(caught.value) in text


@given(confirmed=st.integers(0, 300), failing=st.integers(0, 300), percent=st.integers(0, 100))
def test_more_failure_is_never_borne_better(confirmed, failing, percent):
    def bad(failing):
        count = Count(confirmed=confirmed, failing=failing)
        return too_many_fail(count, failure_percent=percent, forgiven=0)

    assert not bad(0)
    assert bad(failing + 1) or not bad(failing)


def test_nothing_goes_on_before_it_has_soaked():
    count = Count(confirmed=3)
    how = {"is_last": False, "soak": timedelta(minutes=60), "failure_percent": 5, "forgiven": 0}
    soaked = timedelta(minutes=60)
    assert judge(count, settled_at=NOW - soaked, now=NOW, **how) is Next.GO_ON
    assert judge(count, settled_at=NOW - soaked * 0.9, now=NOW, **how) is Next.WAIT
    assert judge(count, settled_at=None, now=NOW, **how) is Next.WAIT
    none = Count(waiting_away=3)
    assert judge(none, settled_at=NOW - soaked, now=NOW, **how) is Next.WAIT


# --- pages --------------------------------------------------------------------------------


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


def test_who_is_no_technician_there_changes_nothing(client, village, release, fleet):
    release()
    one = begin(village)
    sign_in(client, UserFactory(operator=village.unit))
    page = client.get(reverse("speakers_deployment", args=[one.pk])).content.decode()
    assert "Dừng lại" not in page
    client.post(reverse("speakers_deployment_act", args=[one.pk, "dung"]))
    one.refresh_from_db()
    assert one.state == "running"

"""A new program on a real box, ordered from the server: kept when it is good, taken back when not."""

import json
import time
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.utils import timezone
from integration.speakers.programs import RealBox, archive
from tiengmo.audit.actors import SYSTEM
from tiengmo.audit.models import AuditEntry
from tiengmo.foundation import blobs
from tiengmo.speakers import updates
from tiengmo.speakers.actions import make_enrolment_code, publish_schedule, revoke_station_key
from tiengmo.speakers.models import Box, Installation, InstallState, PlayReport, Refusal
from tiengmo.speakers.updates.step import step_deployments

from bench.agent_peer import opus, speechlike

pytestmark = [
    # A program of a box does not know which broker it is.
    pytest.mark.parametrize("broker", ["mosquitto"], indirect=True),
    pytest.mark.integration,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
SOUND = opus(speechlike(2.0))
# A box that ticks away in silence for longer than this has lost more than an item's beginning.
SILENT_AT_MOST_MS = 15_000
# Three starts that fail, and one that does not.
LOST_TO_CRASHES_AT_MOST_MS = 60_000


def until(look, seconds=60, what=""):
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, what or look
        time.sleep(0.1)
    return found


@pytest.fixture
def real_box(locality, gateway, broker, tmp_path):
    broker.start()
    gateway.start()
    box = RealBox(tmp_path / "box", confirm_seconds=20)
    box.serial = box.enrol(gateway.url, make_enrolment_code(locality, by=SYSTEM))
    box.start()
    until(lambda: Box.objects.filter(pk=box.serial, is_online=True).exists(), 60)
    yield box
    box.stop()
    gateway.stop()


def play(village, seconds=4.0):
    """Put an item on the air soon; its id."""
    start = timezone.now() + timedelta(seconds=seconds)
    edition = {
        "language": "vi",
        "sha256": blobs.put(SOUND, ".opus"),
        "bytes": len(SOUND),
        "duration_ms": 2000,
    }
    item = SimpleNamespace(
        id=uuid4(),
        title="Bản tin thử",
        areas=[village.unit.code],
        editions=[edition],
        priority="routine",
        start_at=start,
        start_before_at=start + timedelta(minutes=10),
    )
    publish_schedule(village.unit, [item])
    return str(item.id)


def released(tmp_path, version, **how):
    path = archive(tmp_path / f"{version}.tar.xz", version, **how)
    return updates.release_artifact(path, by=SYSTEM)


def deploy(village, version):
    deployment = updates.begin(
        village.unit, version, by=SYSTEM, plan="100%", soak_minutes=0, failure_percent=0
    )
    step_deployments()
    return deployment


def came_to(deployment, state, seconds=90):
    def look():
        step_deployments()
        return Installation.objects.filter(deployment=deployment, state=state).first()

    return until(
        look, seconds, lambda: Installation.objects.filter(deployment=deployment).values_list()
    )


def played(serial, item):
    return until(
        lambda: PlayReport.objects.filter(box=serial, item_id=item).first(), 60, f"{item} unplayed"
    )


def test_good_broken_and_back(real_box, locality, tmp_path):
    serial = real_box.serial
    # Something is about to play: the box waits until it is over.
    item = play(locality, 6.0)
    until(lambda: Box.objects.get(pk=serial).held_count, 30, "not held")
    good = released(tmp_path, "0.2.0")
    deployment = deploy(locality, "0.2.0")
    one = came_to(deployment, InstallState.CONFIRMED)
    before = played(serial, item)
    assert (before.outcome, before.samples_played) == ("played", before.samples_total)
    assert before.received_at < one.changed_at
    assert one.version_before == "0.1.0"
    assert one.silent_ms < SILENT_AT_MOST_MS
    until(lambda: Box.objects.get(pk=serial).agent_version == "0.2.0", 30)
    step_deployments()
    deployment.refresh_from_db()
    assert deployment.state == "finished"
    assert played(serial, play(locality)).outcome == "played"

    # It can be started, and ends as soon as it runs.
    released(tmp_path, "0.3.0", fault="crashes")
    deployment = deploy(locality, "0.3.0")
    crashed = came_to(deployment, InstallState.ROLLED_BACK)
    assert crashed.silent_ms < LOST_TO_CRASHES_AT_MOST_MS
    assert crashed.reason == "crashed"
    step_deployments()
    deployment.refresh_from_db()
    assert deployment.state == "halted"
    assert AuditEntry.objects.filter(action="speakers.deployment_halted").exists()
    until(lambda: Box.objects.get(pk=serial).agent_version == "0.2.0", 30)
    assert played(serial, play(locality)).outcome == "played"
    updates.end(deployment, by=SYSTEM)

    # It runs, but never connects. While nobody hears of it, it plays on.
    released(tmp_path, "0.4.0", fault="never connects")
    deployment = deploy(locality, "0.4.0")
    came_to(deployment, InstallState.INSTALLING)
    dumb = came_to(deployment, InstallState.ROLLED_BACK)
    assert dumb.reason == "no_link"
    assert played(serial, play(locality)).outcome == "played"
    step_deployments()
    updates.end(deployment, by=SYSTEM)

    # It cannot even be started: nothing is changed at all.
    released(tmp_path, "0.5.0", fault="cannot be started")
    deployment = deploy(locality, "0.5.0")
    unfit = came_to(deployment, InstallState.FAILED)
    assert (unfit.reason, unfit.silent_ms) == ("self_check", None)
    step_deployments()
    updates.end(deployment, by=SYSTEM)

    # What was proved before is still there, and the way back needs a signature of its own.
    state = json.loads((real_box.base / "state.json").read_text())
    assert state["active"].startswith("0.2.0-")
    lower = archive(tmp_path / "0.1.5.tar.xz", "0.1.5")
    assert updates.release_artifact(lower, by=SYSTEM).is_good
    assert Box.objects.get(pk=serial).agent_version == "0.2.0"
    with pytest.raises(updates.rollout.SpeakerError, match="Không có cụm loa nào"):
        deploy(locality, "0.1.5")
    revoke_station_key(good.key, by=SYSTEM, reason="thử")
    print(
        f"silent: good {one.silent_ms} ms, three crashes and back {crashed.silent_ms} ms, "
        f"back from no link {dumb.silent_ms} ms"
    )


def test_an_order_of_a_stolen_server(real_box, locality, tmp_path):
    """Whoever holds the server's keys and its database orders a program that nobody released."""
    from speaker_link import envelope
    from speaker_link.envelope import sign
    from tiengmo.speakers import keys
    from tiengmo.speakers.actions.commands import install_update

    artifact = released(tmp_path, "0.2.0")
    box = Box.objects.get(pk=real_box.serial)
    said = envelope.peek(artifact.envelope)
    evil = said.model_copy(
        update={"body": said.body.model_copy(update={"sha256": "0" * 64, "version": "9.9.9"})}
    )
    payload, _ = envelope.jws.split(sign(evil, by=[keys.gateway_signer()]))
    swapped = json.loads(artifact.envelope) | {"payload": payload}
    old = archive(tmp_path / "old.tar.xz", "0.0.9")
    other = archive(tmp_path / "other.tar.xz", "0.9.0", arch="riscv64")
    orders = {
        "wrong_kind": sign(evil, by=keys.station_signers(locality.unit)),
        "bad_signature": json.dumps(swapped),
        "older_version": updates.release_artifact(old, by=SYSTEM).envelope,
        "wrong_platform": updates.release_artifact(other, by=SYSTEM).envelope,
    }
    for text in orders.values():
        install_update(box, "9.9.9", [text], by=SYSTEM, lives=timedelta(minutes=10))
    until(
        lambda: (
            set(Refusal.objects.filter(box=box).values_list("reason", flat=True)) >= set(orders)
        ),
        60,
    )
    # The archive of a program that was released, swapped on the server's disk.
    blobs.path(artifact.sha256, ".txz").write_bytes(b"x" * artifact.size)
    deploy(locality, "0.2.0")
    until(lambda: "another hash" in real_box.said(), 60)
    assert not (real_box.base / "state.json").exists()
    assert Box.objects.get(pk=real_box.serial).agent_version == "0.1.0"


def test_the_power_is_cut_while_it_changes(real_box, locality, tmp_path):
    released(tmp_path, "0.2.0")
    deployment = deploy(locality, "0.2.0")
    until(
        lambda: Installation.objects.filter(
            deployment=deployment, state=InstallState.INSTALLING
        ).exists(),
        60,
    )
    real_box.kill()
    real_box.start()
    one = came_to(deployment, InstallState.CONFIRMED)
    assert one.box.agent_version in {"0.1.0", "0.2.0"}
    until(lambda: Box.objects.get(pk=real_box.serial).agent_version == "0.2.0", 30)

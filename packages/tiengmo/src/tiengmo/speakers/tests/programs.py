"""Archives of programs as the builder makes them, and what becomes of them on the way."""

import io
import json
import lzma
import tarfile
from datetime import timedelta

from django.utils import timezone
from speaker_link.boxes import compose_from_box, sign_as_box
from speaker_link.envelope import new_id
from speaker_link.updates import UpdateReport

from tiengmo.audit.actors import SYSTEM
from tiengmo.speakers import models, updates
from tiengmo.speakers.actions.ingest import Arrival, ingest
from tiengmo.speakers.models import InstallState

# The private keys of the boxes that a test made, by serial.
PRIVATE = {}


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

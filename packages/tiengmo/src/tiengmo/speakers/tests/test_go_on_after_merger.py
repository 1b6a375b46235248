from datetime import UTC, date, datetime

import pytest
from speaker_link.replay import MemoryReplayCache
from speaker_link.trust import Scope, Trust
from speaker_link.verification import verify

from tiengmo.audit.actors import SYSTEM
from tiengmo.places import events
from tiengmo.places.models import Unit, Village
from tiengmo.places.queries import area_path
from tiengmo.places.tests.factories import UnitFactory
from tiengmo.speakers import keys
from tiengmo.speakers.actions import publish_assignment, publish_schedule
from tiengmo.speakers.errors import RootKeyMissing
from tiengmo.speakers.models import RetainedMessage
from tiengmo.speakers.tests.factories import BoxFactory

pytestmark = pytest.mark.django_db


def merge(village):
    """The commune and its district end; a new commune under a new province continues both."""
    old = village.unit
    top = UnitFactory(top=True, code="15")
    new = UnitFactory(parent=top, code="02700")
    on = date(2025, 7, 1)
    for before, after in ((old.parent, top), (old, new)):
        events.unit_succeeded.send(Unit, predecessor=before, successor=after, on=on, by=SYSTEM)
    village.unit = new
    village.save()
    events.villages_moved.send(
        Village, villages=[village], predecessor=old, successor=new, on=on, by=SYSTEM
    )
    return new


def test_a_box_follows_its_village_and_hears_the_new_station(village):
    box = BoxFactory(village=village)
    replay, trust = MemoryReplayCache(), Trust.in_root(keys.root_public())

    def judged(row, scope):
        return verify(
            row.payload,
            trust=trust,
            scope=scope,
            now=datetime.now(UTC),
            replay=replay,
            topic=row.topic,
        ).body

    before = Scope.of(judged(publish_assignment(box), Scope(serial=box.serial)))
    new = merge(village)
    row = RetainedMessage.objects.get(topic=f"tm/1/boxes/{box.serial}/assignment")
    assignment = judged(row, before)
    assert assignment.areas == area_path(village) == [village.code, "02700", "15"]
    judged(publish_schedule(new, []), Scope.of(assignment))


def test_the_merger_waits_for_the_root_key(village):
    BoxFactory(village=village)
    (keys.root_folder() / "root.jwk").unlink()
    with pytest.raises(RootKeyMissing):
        merge(village)

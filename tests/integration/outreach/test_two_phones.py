"""A phone whose answer was lost sends again while the first try is still under way."""

import json

import pytest
from two_processes import at_once, environment, finish, start

__all__ = ["environment"]
pytestmark = pytest.mark.integration

SCRIPT = """
import json, sys, time, uuid
from datetime import timedelta
from pathlib import Path
import django
django.setup()
from django.utils import timezone

act, barrier = sys.argv[1], Path(sys.argv[2])
if act == "prepare":
    from django.core.management import call_command
    call_command("migrate", verbosity=0)
    from tiengmo.outreach.tests.factories import TopicFactory
    from tiengmo.people.tests.factories import UserFactory
    from tiengmo.places.tests.factories import UnitFactory, VillageFactory
    from tiengmo.releases.tests.factories import ReleaseFactory
    village = VillageFactory(unit=UnitFactory(in_district=True), households=60)
    release = ReleaseFactory(released=True, unit=village.unit)
    release.released_at -= timedelta(hours=5)
    release.save()
    print(json.dumps([str(uuid.uuid4()), UserFactory(propagandist=village.unit).pk, village.pk,
                      str(release.pk), TopicFactory().pk, timezone.now().timestamp()]))
elif act == "click":
    from datetime import datetime, UTC
    from tiengmo.outreach.models import Topic
    from tiengmo.outreach.sessions.actions import Words, take_entry
    from tiengmo.people.models import User
    from tiengmo.places.models import Village
    from tiengmo.releases.models import Release
    pk, author, village, release, topic, at = json.loads(sys.argv[3])
    words = Words(kind="team", topic=Topic.objects.get(pk=topic),
                  village=Village.objects.select_related("unit").get(pk=village),
                  held_at=datetime.fromtimestamp(at, UTC), language="vi", headcount=42,
                  release=Release.objects.get(pk=release))
    by = User.objects.get(pk=author)
    (barrier / f"ready-{sys.argv[4]}").touch()
    while not (barrier / "go").exists():
        time.sleep(0.001)
    print(json.dumps(str(take_entry(uuid.UUID(pk), words, by=by).pk)))
else:
    from tiengmo.audit.models import AuditEntry
    from tiengmo.outreach.sessions.models import Session
    from tiengmo.releases.models import Delivery, Receipt
    receipts = Receipt.objects.values_list("households_lo", "households_hi")
    print(json.dumps([Session.objects.count(), Delivery.objects.count(), list(receipts),
                      AuditEntry.objects.filter(action="outreach.session_noted").count()]))
"""


def test_the_same_entry_from_three_tries_at_once_is_one_session(environment, tmp_path):
    what = finish(start(SCRIPT, environment, "prepare", str(tmp_path)))
    answers = at_once(SCRIPT, environment, tmp_path, what, processes=3)
    assert {json.loads(one) for one in answers} == {json.loads(what)[0]}
    stored = json.loads(finish(start(SCRIPT, environment, "count", str(tmp_path))))
    assert stored == [1, 1, [[9, 42]], 1]

"""Two processes press Approve on one version at the same moment: one release, both told so."""

import json

import pytest
from two_processes import at_once, environment, finish, start

__all__ = ["environment"]

pytestmark = pytest.mark.integration

SCRIPT = """
import hashlib, json, sys, time
from pathlib import Path
import django
django.setup()
import tiengmo.voices.actions as voices
from tiengmo.newsroom.tests import factories

def speak(text, *, language, voice="", by=None):
    key = hashlib.sha256(text.encode()).hexdigest()
    return factories.ready_sound(text, key=key, language=language)

voices.speak = speak  # rendering is tested where it lives
act, barrier = sys.argv[1], Path(sys.argv[2])
if act == "prepare":
    from django.core.management import call_command
    call_command("migrate", verbosity=0)
    locality = factories.Locality()
    bulletin = factories.submitted(locality)
    print(json.dumps([bulletin.pk, locality.colleague.pk, bulletin.latest_revision_id]))
elif act == "click":
    from tiengmo.newsroom.actions import clear_bulletin
    from tiengmo.newsroom.models import Bulletin
    from tiengmo.people.models import User
    pk, approver, version = json.loads(sys.argv[3])
    bulletin, by = Bulletin.objects.get(pk=pk), User.objects.get(pk=approver)
    (barrier / f"ready-{sys.argv[4]}").touch()
    while not (barrier / "go").exists():
        time.sleep(0.001)
    clearing = clear_bulletin(bulletin, by=by, revision_id=version)
    print(json.dumps([str(clearing.release.pk), clearing.was_done_before]))
else:
    from tiengmo.outbox.models import OutboxEntry
    from tiengmo.releases.models import Release
    print(json.dumps([Release.objects.count(),
                      OutboxEntry.objects.filter(topic="release.due").count()]))
"""


def test_two_clicks_at_the_same_moment_make_one_release(environment, tmp_path):
    what = finish(start(SCRIPT, environment, "prepare", str(tmp_path)))
    outcomes = [json.loads(one) for one in at_once(SCRIPT, environment, tmp_path, what)]
    assert len({release for release, _ in outcomes}) == 1
    assert sorted(done_before for _, done_before in outcomes) == [False, True]
    assert json.loads(finish(start(SCRIPT, environment, "count", str(tmp_path)))) == [1, 1]

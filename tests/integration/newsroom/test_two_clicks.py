"""Two processes press Approve on one version at the same moment: one release, both told so."""

import os
import shutil
import subprocess
import sys
import uuid

import pytest
from migrated_database import migrated_database

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


def start(environment, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *arguments],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    output, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors
    return output.strip().splitlines()[-1]


@pytest.fixture(params=["sqlite", "postgresql"])
def environment(request, tmp_path):
    found = {
        "TIENGMO_HOME": str(tmp_path / "home"),
        "TIENGMO_LOG": "ERROR",
        "DJANGO_SETTINGS_MODULE": "tiengmo.config.settings",
    }
    if request.param == "sqlite":
        database = shutil.copyfile(migrated_database(), tmp_path / "newsroom.sqlite3")
        yield found | {"DATABASE_URL": f"sqlite:///{database}"}
        return
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        pytest.skip("DATABASE_URL names no PostgreSQL")
    import psycopg

    name = f"newsroom_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    base, _, _ = url.partition("?")
    yield found | {"DATABASE_URL": f"{base.rsplit('/', 1)[0]}/{name}"}
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_two_clicks_at_the_same_moment_make_one_release(environment, tmp_path):
    import json
    import time

    what = finish(start(environment, "prepare", str(tmp_path)))
    clicks = [start(environment, "click", str(tmp_path), what, str(n)) for n in range(2)]
    deadline = time.monotonic() + 120
    while len(list(tmp_path.glob("ready-*"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    (tmp_path / "go").touch()
    outcomes = [json.loads(finish(click)) for click in clicks]
    assert len({release for release, _ in outcomes}) == 1
    assert sorted(done_before for _, done_before in outcomes) == [False, True]
    assert json.loads(finish(start(environment, "count", str(tmp_path)))) == [1, 1]

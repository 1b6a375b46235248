"""Withdrawn while text messages and letters are on their way: by the clock, they stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from two_processes import environment, finish, start

from .slow_providers import Heard, slow_mail, slow_texts

__all__ = ["environment"]
pytestmark = pytest.mark.integration

PEOPLE = 160
TEXT_SECONDS, LETTER_SECONDS = 0.5, 0.25
WITHIN_SECONDS = 2.0
REASON = "Sai ngay tiem"

SCRIPT = """
import json, sys, time
from pathlib import Path
import django
django.setup()

act = sys.argv[1]
if act == "prepare":
    from django.core.management import call_command
    call_command("migrate", verbosity=0)
    from tiengmo.channels.actions import carry, deliver
    from tiengmo.channels.email_followers import sealing
    from tiengmo.channels.email_followers.models import Follower, Following
    from tiengmo.channels.messages.tests.factories import ProviderFactory, SubscriberFactory
    from tiengmo.places.tests.factories import UnitFactory, VillageFactory
    from tiengmo.releases.tests.factories import ReleaseFactory, RenditionFactory
    from django.utils import timezone
    people, port = int(sys.argv[2]), sys.argv[3]
    village = VillageFactory(unit=UnitFactory(in_district=True), households=400)
    ProviderFactory(base_url=f"http://127.0.0.1:{port}")
    for number in range(people):
        SubscriberFactory(village=village)
        follower = Follower.objects.create(
            sealed_address=sealing.seal(f"ba.con.{number}@example.vn"),
            address_hash=str(number), confirmed_at=timezone.now())
        Following.objects.create(follower=follower, kind="area", code=village.code)
    release = ReleaseFactory(unit=village.unit, channels=["portal", "sms"], title="Tiem phong")
    RenditionFactory(release=release, short_text="Mai 8 gio tiem phong o tram xa.")
    carry(release)
    for code in release.channels:
        deliver(release, code)
    print(json.dumps(str(release.pk)))
elif act == "withdraw":
    from tiengmo.people.tests.factories import UserFactory
    from tiengmo.releases.actions import withdraw_release
    from tiengmo.releases.models import Release
    release, by, folder = Release.objects.get(pk=sys.argv[2]), UserFactory(), Path(sys.argv[4])
    (folder / "ready").touch()
    while not (folder / "go").exists():
        time.sleep(0.005)
    withdraw_release(release, by=by, reason=sys.argv[3])
    print(json.dumps(time.time()))
else:
    from tiengmo.channels.trail import trail_of
    from tiengmo.releases.models import Release
    told = {one.code: {part.standing: [part.count, part.unfollowed] for part in one.parts}
            for one in trail_of(Release.objects.get(pk=sys.argv[2]))}
    print(json.dumps(told))
"""


def until(look, *, seconds=90):
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
    return found


def test_what_is_withdrawn_while_it_is_sent_stops_within_two_seconds(environment, tmp_path):
    texts, letters = Heard(), Heard()
    with slow_texts(texts, TEXT_SECONDS) as port, slow_mail(letters, LETTER_SECONDS) as mail:
        environment |= {
            "TIENGMO_QUIET_HOURS": "",
            "TIENGMO_EMAIL_URL": f"smtp://127.0.0.1:{mail}",
        }
        release = json.loads(finish(start(SCRIPT, environment, "prepare", str(PEOPLE), str(port))))
        withdrawing = start(SCRIPT, environment, "withdraw", release, REASON, str(tmp_path))
        until((tmp_path / "ready").exists)
        worker = subprocess.Popen(
            [sys.executable, "-m", "tiengmo.config.cli", "worker"],
            env=os.environ | environment,
        )
        try:
            until(lambda: len(texts.all()) >= 20 and len(letters.all()) >= 4)
            (tmp_path / "go").touch()
            at = json.loads(finish(withdrawing))
            told = until(lambda: everybody_was_told(environment, release))
        finally:
            worker.send_signal(signal.SIGTERM)
            worker.wait(60)
    news = texts.saying("tiem phong o tram xa")
    assert 20 <= len(news) < PEOPLE
    assert max(begun for begun, _text in news) - at < WITHIN_SECONDS
    notices = texts.saying(REASON)
    assert len(notices) == len(news)
    first_letters = letters.saying("Đã gỡ", otherwise=True)
    assert 4 <= len(first_letters) < PEOPLE
    assert max(begun for begun, _subject in first_letters) - at < WITHIN_SECONDS
    assert len(letters.saying("Đã gỡ")) == len(first_letters)
    # What the staff's page says is what the providers have.
    assert told["sms"] == {"gone": [len(news), 0], "taken_back": [PEOPLE - len(news), 0]}
    assert told["email"] == {
        "gone": [len(first_letters), 0],
        "taken_back": [PEOPLE - len(first_letters), 0],
    }


def everybody_was_told(environment, release):
    told = json.loads(finish(start(SCRIPT, environment, "trail", release)))
    parts = [part for code in ("sms", "email") for part in told[code].values()]
    return told if not any(unfollowed for _count, unfollowed in parts) else None

"""A program is signed by a key that is used once and thrown away, with the root's medium here."""

import tarfile

import pytest
from django.utils import timezone
from speaker_link.replay import MemoryReplayCache
from speaker_link.trust import Scope, Trust
from speaker_link.verification import verify

from tiengmo.audit.actors import SYSTEM
from tiengmo.audit.models import AuditEntry
from tiengmo.speakers import keys, models, updates
from tiengmo.speakers.errors import RootKeyMissing, SpeakerError

from .programs import archive


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

"""Alerts as people make them: through the actions."""

from tiengmo.alerts.actions import compose_alert, draft_alert, second_alert
from tiengmo.alerts.models import Status
from tiengmo.voices.models import Sound, SoundFile

from .conftest import PASSPHRASE

GIVEN = {"place": "suối Lũng Pô", "stream": "suối Lũng Pô", "phone": "0214 388 1234"}


def make_ready(alert):
    """The voice is there, as the worker would have made it."""
    for info in alert.infos.exclude(sound=None):
        opus, _ = SoundFile.objects.get_or_create(
            sha256=f"{info.sound_id:064x}",
            defaults={"media_type": "audio/ogg; codecs=opus", "bytes": 1000},
        )
        mp3, _ = SoundFile.objects.get_or_create(
            sha256=f"{info.sound_id + 1_000_000:064x}",
            defaults={"media_type": "audio/mpeg", "bytes": 1000},
        )
        Sound.objects.filter(pk=info.sound_id).update(
            status=Sound.Status.READY, opus=opus, mp3=mp3, duration_ms=20_000
        )
    return alert


def drafted(here, **fields):
    fields = {"by": here.composer, "areas": [here.commune.code], "given": GIVEN} | fields
    return make_ready(draft_alert(fields.pop("template", here.flood), **fields))


def composed(here, **fields):
    alert = drafted(here, **fields)
    return compose_alert(alert, by=alert.composer, passphrase=PASSPHRASE)


def issued(here, *, by=None, **fields):
    alert = composed(here, **fields)
    if alert.status == Status.TEST:
        return alert
    return second_alert(alert, by=by or here.above, passphrase=PASSPHRASE)

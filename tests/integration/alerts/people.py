"""What two people of the running demo do with an alert, in a process of their own.

    python people.py warn AREA | update ALERT AREA | clear ALERT | test AREA

Prints one JSON object: what was signed, when, and which sounds.
"""

import json
import sys
import time

import django

django.setup()

from tiengmo.alerts.actions import (  # noqa: E402
    compose_alert,
    draft_alert,
    draft_all_clear,
    draft_update,
    second_alert,
)
from tiengmo.alerts.models import Alert, Template  # noqa: E402
from tiengmo.alerts.queries import extent_of  # noqa: E402
from tiengmo.config.demo.locality import PASSPHRASE  # noqa: E402
from tiengmo.people.models import User  # noqa: E402

WAIT_SECONDS = 150


def main(act, *rest):
    first, second = (User.objects.get(username=name) for name in ("trucdai", "duyet"))
    flood = Template.objects.get(hazard="flash_flood")
    if act in {"warn", "test"}:
        alert = draft_alert(
            flood,
            by=first,
            areas=[rest[0]],
            given={"place": "suối Lũng Pô"},
            status="Test" if act == "test" else "Actual",
            lasts_minutes=30,
            repeat_minutes=1,
        )
    elif act == "update":
        alert = draft_update(
            Alert.objects.get(pk=rest[0]),
            by=second,
            areas=[rest[1]],
            given={"place": "suối Lũng Pô", "stream": "nước đã tràn qua cầu"},
            lasts_minutes=30,
            repeat_minutes=1,
        )
    else:
        alert = draft_all_clear(Alert.objects.get(pk=rest[0]), by=second)
    _until(lambda: all(info.sound.is_ready for info in alert.infos.select_related("sound")))
    extent = extent_of(alert)
    if extent["online"]:
        _until(lambda: extent_of(alert)["holding"] >= extent["online"])
    alert = compose_alert(alert, by=alert.composer, passphrase=PASSPHRASE)
    pressed_at = time.time()
    if act != "test":
        other = second if alert.composer == first else first
        alert = second_alert(alert, by=other, passphrase=PASSPHRASE)
    info = alert.infos.select_related("sound").get(language="vi")
    print(
        json.dumps(
            {
                "alert": str(alert.pk),
                "name": f"{alert.wire_id}.{alert.version}",
                "pressed_at": pressed_at,
                "committed_at": time.time(),
                "sha256": info.sound.opus_id,
                "duration_ms": info.sound.duration_ms,
                "boxes": extent["boxes"],
            }
        )
    )


def _until(is_so):
    deadline = time.monotonic() + WAIT_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.1)


main(*sys.argv[1:])

"""Rows put into the running demo for pages that otherwise need a day's history, and taken out again.

What leads there is tried elsewhere by the acts themselves; here only what people then see.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from running_system import System

PRELUDE = "import django; django.setup(); import json; from datetime import timedelta; "


def act(system: System, code: str) -> Any:
    """Run a few lines as any process of the system would; what they print, as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + code],
        env=system.environment | {"DJANGO_SETTINGS_MODULE": "tiengmo.config.settings"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout) if done.stdout.strip() else None


WARN = """
from django.utils import timezone
from tiengmo.alerts.models import Alert, Info
from tiengmo.alerts.workflow import State
from tiengmo.people.models import User
from tiengmo.places.queries import unit_by_code
now, by = timezone.now(), User.objects.get(username="duyet")
alert = Alert.objects.create(
    identifier="THU-NGOAI-MANG", sender="thu", state=State.ISSUED, hazard="flash_flood",
    station=unit_by_code("02701"), areas=["02701"], area_text="xã Y Tý", category="Met",
    event="Lũ quét", urgency="Immediate", severity="Extreme", certainty="Likely", lasts_minutes=60,
    expires_at=now + timedelta(hours=1), sent_at=now, wire_id="thu-ngoai-mang", version=1,
    composer=by, composer_name="Người soạn thử", seconder_name="Người ký thử",
)
Info.objects.create(
    alert=alert, language="vi", headline="{headline}", description="Nước suối đang lên nhanh.",
    instruction="Rời bờ suối ngay, lên chỗ cao.",
)
"""
STOP_WARNING = """
from tiengmo.alerts.models import Alert
Alert.objects.filter(identifier="THU-NGOAI-MANG").delete()
"""
WARNING = "/canh-bao/THU-NGOAI-MANG/"


@contextmanager
def warned(system: System, headline: str) -> Iterator[str]:
    """A warning in force for one commune, as citizens see it; gives its address."""
    act(system, WARN.format(headline=headline))
    try:
        yield WARNING
    finally:
        act(system, STOP_WARNING)

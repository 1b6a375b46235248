"""What the worker runs for this app."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

from django.conf import settings

from tiengmo.outbox.registry import Lane, Later, every, handles

from .actions import render
from .errors import RenderedElsewhere

LEFT_BEHIND_SECONDS = 24 * 3600


@handles("sound.render", lane=Lane.SLOW)
def render_sound(payload: dict[str, Any]) -> None:
    try:
        render(payload["sound"])
    except RenderedElsewhere as error:
        raise Later(error.seconds + 1) from error


@every("sound.tidy", seconds=6 * 3600)
def remove_what_killed_renderers_left(_payload: dict[str, Any]) -> None:
    """Delete working files nobody has touched for a day."""
    root = Path(settings.SOUND_ROOT)
    old = time.time() - LEFT_BEHIND_SECONDS
    for path in [*root.glob(".work/*"), *root.glob(".incoming-*")]:
        if path.stat().st_mtime < old:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()

"""What the worker runs for this channel."""

from __future__ import annotations

import logging
from typing import Any

from tiengmo.channels.printed.channel import LAY_OUT
from tiengmo.channels.printed.errors import PrintedError
from tiengmo.channels.printed.sheets import sheet, sheets_of
from tiengmo.outbox.registry import handles
from tiengmo.releases.models import Release

logger = logging.getLogger(__name__)


@handles(LAY_OUT)
def lay_out(payload: dict[str, Any]) -> None:
    """Have the sheets ready before somebody asks; a machine that cannot print says so then."""
    release = Release.objects.select_related("unit").get(pk=payload["release"])
    if release.status != Release.Status.RELEASED:
        return
    try:
        for rendition, kinds in sheets_of(release):
            for kind in kinds:
                sheet(release, rendition.language, kind)
    except PrintedError as error:
        logger.warning("printed: %s: %s", release.pk, error)

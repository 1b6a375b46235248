"""The page beside a running box."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from speaker_agent.local_page.certificate import ensure_certificate, fingerprint, server_context
from speaker_agent.local_page.http import HttpServer
from speaker_agent.local_page.site import Site

if TYPE_CHECKING:
    from collections.abc import Callable

    from speaker_agent.box import Box

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
AGAIN_SECONDS = 10.0


async def serve_local_page(
    box: Box,
    *,
    address: str,
    port: int,
    on_bound: Callable[[tuple[Site, int]], None] | None = None,
) -> None:
    """Until cancelled or retired. A port that is taken or a bad card do not end it.

    `on_bound` is told the site and the port, which the system chose if 0 was asked for.
    """
    site: Site | None = None
    while not box.is_retired:
        try:
            path = await asyncio.to_thread(ensure_certificate, box.state.folder, box.serial)
            site = site or Site(box)
            context, mark = server_context(path), fingerprint(path)
            server = HttpServer(site.answer, limit_for=site.limit_for, context=context)
            bound = await server.start(address, port)
            break
        except OSError as error:
            # A damaged certificate is one, too.
            log.error("%s: no page of its own on port %d: %s", box.serial, port, error)  # noqa: TRY400
        except Exception:
            log.exception("%s: no page of its own", box.serial)
        await asyncio.sleep(AGAIN_SECONDS)
    else:
        return
    log.warning("%s: own page at https://%s:%d, SHA-256 %s", box.serial, address, bound, mark)
    if on_bound is not None:
        on_bound((site, bound))
    try:
        # A box that was taken out of service has forgotten its key, and its page goes with it.
        while not box.is_retired:
            # Since when the link is down is known only to who looks.
            site.desk.link_down_seconds()
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        await server.close()

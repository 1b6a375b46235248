"""The gateway process: the broker's link, the boxes' HTTP, and the rounds it makes."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import uvicorn
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from tiengmo.speakers.actions.mark_silent_boxes import expire_commands, mark_silent_boxes
from tiengmo.speakers.brokers.mosquitto import is_loopback
from tiengmo.speakers.models import Box, GatewayState
from tiengmo.speakers.rules import LOOK_FOR_SILENT_SECONDS, SILENT_AFTER
from tiengmo.speakers.technician.outages import note_listening

from .accounts import BrokerAccounts, BrokerAway
from .database import Lane
from .http import application
from .link import Link

if TYPE_CHECKING:
    from datetime import datetime

logger = logging.getLogger(__name__)

ROUND_SECONDS = 5
NAME = "gateway"


class Gateway:
    def __init__(self) -> None:
        self._accounts = BrokerAccounts()
        self._link = Link(self._accounts, self._on_connection)
        self._rounds = Lane("rounds")
        self._connected_at: datetime | None = None
        self._disconnected_at: datetime | None = timezone.now()

    def _on_connection(self, is_connected: bool) -> None:
        if is_connected:
            self._connected_at, self._disconnected_at = timezone.now(), None
        elif self._disconnected_at is None:
            self._disconnected_at = timezone.now()

    async def run(self) -> None:
        """Serve until a signal ends the HTTP server, then stop the rest."""
        server = uvicorn.Server(self._server_configuration())
        others = [
            asyncio.create_task(self._link.run()),
            asyncio.create_task(self._make_rounds()),
            asyncio.create_task(self._look_for_silent()),
        ]
        serving = asyncio.create_task(server.serve())
        done, _waiting = await asyncio.wait([serving, *others], return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        for task in others:
            task.cancel()
        await asyncio.gather(serving, *others, return_exceptions=True)
        for task in done:
            task.result()

    def _server_configuration(self) -> uvicorn.Config:
        host = settings.GATEWAY_HOST
        certificate = key = None
        if not is_loopback(host) and settings.GATEWAY_URL.startswith("https://"):
            from tiengmo.speakers.brokers.tls import server_certificate

            made = server_certificate(urlsplit(settings.GATEWAY_URL).hostname or host)
            certificate, key = str(made.certificate), str(made.key)
        return uvicorn.Config(
            application(self._accounts, lambda: self._link.is_connected),
            host=host,
            port=settings.GATEWAY_PORT,
            ssl_certfile=certificate,
            ssl_keyfile=key,
            access_log=False,
            log_config=None,
            lifespan="off",
            timeout_graceful_shutdown=3,
        )

    async def _make_rounds(self) -> None:
        while True:
            try:
                retired = await self._rounds.run(self._round)
                for serial in retired:
                    with suppress(BrokerAway):
                        await self._accounts.dismiss(serial)
                        await self._rounds.run(_note_dismissed, serial)
            except (DatabaseError, InterfaceError) as error:
                logger.warning("database: %s; the round is put off", error)
            await asyncio.sleep(ROUND_SECONDS)

    async def _look_for_silent(self) -> None:
        while True:
            await asyncio.sleep(LOOK_FOR_SILENT_SECONDS)
            # While the broker is away every box is out of sight; that is the broker's silence. When
            # it is back, boxes have as long to be heard again as they always have.
            connected_at = self._connected_at
            if not self._link.is_connected or connected_at is None:
                continue
            if timezone.now() - connected_at < SILENT_AFTER:
                continue
            with suppress(DatabaseError, InterfaceError):
                await self._rounds.run(mark_silent_boxes)

    def _round(self) -> list[str]:
        now = timezone.now()
        GatewayState.objects.update_or_create(
            name=NAME,
            defaults={
                "heartbeat_at": now,
                "connected_at": self._connected_at,
                "disconnected_at": self._disconnected_at,
                "broker": f"{settings.BROKER_HOST}:{settings.BROKER_PORT}",
            },
        )
        if self._link.is_connected:
            note_listening(now)
        expire_commands()
        return list(
            Box.objects.filter(is_broker_account_current=False)
            .exclude(retired_at=None)
            .values_list("serial", flat=True)[:100]
        )


def _note_dismissed(serial: str) -> None:
    Box.objects.filter(pk=serial).exclude(retired_at=None).update(is_broker_account_current=True)


def run() -> None:
    for noisy in ("httpx", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    asyncio.run(Gateway().run())

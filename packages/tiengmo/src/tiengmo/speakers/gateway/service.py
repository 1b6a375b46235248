"""The gateway process: its shares of the communes, the boxes' HTTP, and the rounds it makes."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiomqtt
import uvicorn
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from tiengmo.speakers.actions.mark_silent_boxes import expire_commands, mark_silent_boxes
from tiengmo.speakers.brokers.mosquitto import is_loopback
from tiengmo.speakers.models import Box, GatewayState
from tiengmo.speakers.rules import LOOK_FOR_SILENT_SECONDS, SILENT_AFTER
from tiengmo.speakers.technician.outages import note_listening

from . import leases
from .accounts import BrokerAccounts, BrokerAway, MosquittoAccounts
from .database import Lane
from .desk import Desk
from .dialling import Addresses, gateway_client
from .http import application
from .link import Link
from .shares import Shares

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

logger = logging.getLogger(__name__)

ROUND_SECONDS = 5
_GATEWAYS_KEPT_FOR = timedelta(days=7)


class Gateway:
    """Holds shares and a link for each; several gateways divide the shares among themselves."""

    def __init__(self) -> None:
        self.name = leases.own_name()
        self._accounts = _accounts_of(self.name)
        self._shares = Shares(settings.GATEWAY_SHARES)
        self._desk = Desk(self._shares, broker_keeps_state=not settings.RABBITMQ_API)
        self._links: dict[int, tuple[Link, asyncio.Task[None]]] = {}
        self._leases = Lane("leases")
        self._rounds = Lane("rounds")
        self._has_looked = False
        self._connected_at: datetime | None = None
        self._disconnected_at: datetime | None = timezone.now()

    @property
    def is_well(self) -> bool:
        """Does this gateway do all that is its part now? One that waits with no share does."""
        return (
            self._has_looked
            and self._accounts.is_connected
            and all(link.is_connected for link, _task in self._links.values())
        )

    async def run(self) -> None:
        """Serve until a signal ends the HTTP server, then stop the rest."""
        server = uvicorn.Server(self._server_configuration())
        others = [
            asyncio.create_task(self._accounts.run()),
            asyncio.create_task(self._desk.watch()),
            asyncio.create_task(self._hold_shares()),
            asyncio.create_task(self._make_rounds()),
            asyncio.create_task(self._look_for_silent()),
        ]
        serving = asyncio.create_task(server.serve())
        done, _waiting = await asyncio.wait([serving, *others], return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        for task in others:
            task.cancel()
        await asyncio.gather(serving, *others, return_exceptions=True)
        await self._let_go(self._links)
        for task in done:
            task.result()

    # --- shares --------------------------------------------------------------------------

    async def _hold_shares(self) -> None:
        renewed_at, is_alone = 0.0, False
        while True:
            began = time.monotonic()
            try:
                holding = await self._leases.run(self._renew)
            except (DatabaseError, InterfaceError) as error:
                logger.warning("database: %s; shares could not be renewed", error)
                # A connection that stands may go on: whoever takes the share ends it by taking the
                # session. But a new one is made only by who may still believe it is the holder.
                if not is_alone and began - renewed_at > leases.LEASE.total_seconds():
                    self._desk.may_connect.clear()
            else:
                renewed_at, is_alone = began, holding.is_alone
                await self._end(self._links.keys() - holding.mine)
                await self._let_go(holding.surplus)
                for number in sorted(holding.mine - holding.surplus - self._links.keys()):
                    self._begin(number)
                self._has_looked = True
                self._desk.may_connect.set()
            self._note_connection()
            await asyncio.sleep(max(0.0, began + leases.RENEW_SECONDS - time.monotonic()))

    def _renew(self) -> leases.Holding:
        return leases.renew(
            self.name,
            of=self._shares.of,
            pulse={
                "connected_at": self._connected_at,
                "disconnected_at": self._disconnected_at,
                "broker": str(Addresses())[:120],
            },
        )

    def _note_connection(self) -> None:
        if not self.is_well:
            self._connected_at = None
            self._disconnected_at = self._disconnected_at or timezone.now()
        elif self._connected_at is None:
            self._connected_at, self._disconnected_at = timezone.now(), None

    def _begin(self, number: int) -> None:
        link = Link(number, self._desk)
        logger.info("share %d of %d is ours", number + 1, self._shares.of)
        self._links[number] = (link, asyncio.create_task(link.run()))

    async def _end(self, numbers: Iterable[int]) -> None:
        ended = [self._links.pop(number)[1] for number in list(numbers) if number in self._links]
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)

    async def _let_go(self, numbers: Iterable[int]) -> None:
        """End the links first: who takes the share next must find its session free."""
        given = list(numbers)
        if not given:
            return
        await self._end(given)
        with suppress(DatabaseError, InterfaceError):
            await self._leases.run(_give_back, self.name, self._shares.of, given)

    def _server_configuration(self) -> uvicorn.Config:
        host = settings.GATEWAY_HOST
        certificate = key = None
        if not is_loopback(host) and settings.GATEWAY_URL.startswith("https://"):
            from tiengmo.speakers.brokers.tls import server_certificate

            made = server_certificate(urlsplit(settings.GATEWAY_URL).hostname or host)
            certificate, key = str(made.certificate), str(made.key)
        return uvicorn.Config(
            application(self._accounts, lambda: self.is_well),
            host=host,
            port=settings.GATEWAY_PORT,
            ssl_certfile=certificate,
            ssl_keyfile=key,
            access_log=False,
            log_config=None,
            lifespan="off",
            timeout_graceful_shutdown=3,
        )

    # --- rounds --------------------------------------------------------------------------

    async def _make_rounds(self) -> None:
        while True:
            try:
                retired = await self._rounds.run(self._round)
                for serial in retired:
                    with suppress(BrokerAway):
                        await self._accounts.dismiss(serial)
                        await self._rounds.run(_note_dismissed, serial)
                await self._drop_abandoned()
            except (DatabaseError, InterfaceError) as error:
                logger.warning("database: %s; the round is put off", error)
            await asyncio.sleep(ROUND_SECONDS)

    def _round(self) -> list[str]:
        now = timezone.now()
        if self.is_well:
            note_listening(now)
        GatewayState.objects.filter(heartbeat_at__lt=now - _GATEWAYS_KEPT_FOR).exclude(
            name=self.name
        ).delete()
        expire_commands()
        return list(
            Box.objects.filter(is_broker_account_current=False)
            .exclude(retired_at=None)
            .values_list("serial", flat=True)[:100]
        )

    async def _drop_abandoned(self) -> None:
        """End sessions of another division of the communes: nobody will fetch what they gather."""
        for name in await self._rounds.run(leases.abandoned, self._shares.of):
            with suppress(aiomqtt.MqttError, OSError):
                async with gateway_client(name, Addresses().current, clean_session=True):
                    pass
                await self._rounds.run(leases.forget, name)

    async def _look_for_silent(self) -> None:
        while True:
            await asyncio.sleep(LOOK_FOR_SILENT_SECONDS)
            # While the broker is away every box is out of sight; that is the broker's silence. When
            # it is back, boxes have as long to be heard again as they always have.
            since = timezone.now() - SILENT_AFTER
            heard = {
                number
                for number, (link, _task) in self._links.items()
                if link.connected_at is not None and link.connected_at < since
            }
            if not heard:
                continue
            with suppress(DatabaseError, InterfaceError):
                await self._rounds.run(mark_silent_boxes, self._is_of(heard))

    def _is_of(self, numbers: set[int]) -> Callable[[str], bool]:
        return lambda serial: self._shares.of_box(serial) in numbers


def _accounts_of(name: str) -> BrokerAccounts:
    if settings.RABBITMQ_API:
        from .rabbitmq import RabbitAccounts

        return RabbitAccounts(settings.RABBITMQ_API)
    return MosquittoAccounts(name)


def _give_back(owner: str, of: int, numbers: list[int]) -> None:
    leases.give_back(owner, of=of, numbers=numbers)


def _note_dismissed(serial: str) -> None:
    Box.objects.filter(pk=serial).exclude(retired_at=None).update(is_broker_account_current=True)


def run() -> None:
    for noisy in ("httpx", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    asyncio.run(Gateway().run())

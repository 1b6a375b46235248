"""Let a box in or out on a cluster of RabbitMQ, over the HTTP API of its management plugin."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import httpx

from tiengmo.speakers.brokers.accounts import gateway_account
from tiengmo.speakers.brokers.passwords import gateway_password
from tiengmo.speakers.brokers.rabbitmq import Management

from .accounts import BrokerAway
from .dialling import RETRY_SECONDS

if TYPE_CHECKING:
    from tiengmo.speakers.brokers.accounts import Account

logger = logging.getLogger(__name__)


class RabbitAccounts:
    """Makes the gateway's own account and the policy of the sessions at start."""

    def __init__(self, url: str) -> None:
        self._management = Management(url)
        self.is_connected = False

    async def run(self) -> None:
        """Set the cluster up, however long it takes to answer."""
        attempt = 0
        while not self.is_connected:
            try:
                await self._management.keep_sessions_on_all_nodes()
                await self._management.let_in(gateway_account(), gateway_password())
            except httpx.HTTPError as error:
                logger.warning("RabbitMQ's management: %s", error)
                await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
                attempt += 1
            else:
                self.is_connected = True
        await asyncio.Event().wait()

    async def admit(self, account: Account, password: str) -> None:
        """Let an account in; raises BrokerAway."""
        try:
            await self._management.let_in(account, password)
        except httpx.HTTPError as error:
            raise BrokerAway(str(error)) from error

    async def dismiss(self, username: str) -> None:
        """Disconnect an account and forget it; raises BrokerAway."""
        try:
            await self._management.shut_out(username)
        except httpx.HTTPError as error:
            raise BrokerAway(str(error)) from error

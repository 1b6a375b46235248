"""The embedded broker: amqtt, with what it leaves open closed.

amqtt 0.12.1 lets a last will bypass topic rights, sends a returning client retained messages that
match anybody's subscription, touches a session before it has checked who asks for it, and forgets
retained messages when it stops (the gateway republishes them). So it serves loopback only, where
the closed gaps below are tested, and says so when more boxes enrol than it can carry.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from typing import TYPE_CHECKING, Any

from amqtt.broker import Broker
from amqtt.contexts import Action
from amqtt.errors import MQTTError
from amqtt.mqtt.connack import IDENTIFIER_REJECTED, NOT_AUTHORIZED, ConnackPacket
from amqtt.mqtt.protocol.broker_handler import BrokerProtocolHandler
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from django.db import DatabaseError, close_old_connections
from django.utils.translation import gettext as _

from tiengmo.speakers.models import Box

from .accounts import gateway_account
from .choice import BrokerUnavailable
from .mosquitto import Listener, is_loopback
from .passwords import is_password
from .rights import GATEWAY_USER, MAX_KEEPALIVE_SECONDS, Act, rights_of

if TYPE_CHECKING:
    from amqtt.adapters import ReaderAdapter, WriterAdapter
    from amqtt.session import Session

    from .passwords import PasswordHash

logger = logging.getLogger(__name__)

BOXES_IT_CARRIES = 1000
_RETIRED_CHECK_SECONDS = 5
_ACTS = {
    Action.PUBLISH: Act.WRITE,
    Action.SUBSCRIBE: Act.SUBSCRIBE,
    Action.RECEIVE: Act.READ,
}


class Accounts:
    """Who may connect, read from the database at each connection; the last answer outlives it."""

    def __init__(self) -> None:
        self._known: dict[str, PasswordHash] = {}
        self._gateway = gateway_account()

    async def password_of(self, username: str) -> PasswordHash | None:
        if username == GATEWAY_USER:
            return self._gateway.password
        try:
            stored = await asyncio.to_thread(self._read, username)
        except DatabaseError:
            logger.warning("database away: answering from what was known of %s", username)
            return self._known.get(username)
        if stored is None:
            self._known.pop(username, None)
        else:
            self._known[username] = stored
        return stored

    @staticmethod
    def _read(username: str) -> PasswordHash | None:
        close_old_connections()
        try:
            return (
                Box.objects.filter(serial=username, retired_at=None)
                .values_list("broker_password", flat=True)
                .first()
            )
        finally:
            close_old_connections()


_accounts: Accounts | None = None


def accounts() -> Accounts:
    global _accounts  # noqa: PLW0603 - amqtt makes its plugins itself, from their import path
    if _accounts is None:
        _accounts = Accounts()
    return _accounts


class BoxAuthentication(BaseAuthPlugin):
    """Password, and the client id must be the box's own: another id is another box's session."""

    async def authenticate(self, *, session: Session) -> bool:
        username, password = session.username, session.password
        if not username or not password:
            return False
        client_id = session.client_id or ""
        is_gateway = username == GATEWAY_USER
        if not (client_id.startswith(GATEWAY_USER) if is_gateway else client_id == username):
            return False
        stored = await accounts().password_of(username)
        return stored is not None and is_password(password, stored)


class TopicRights(BaseTopicPlugin):
    """The rights of `rights.py`, for writing, subscribing and each delivery."""

    async def topic_filtering(
        self,
        *,
        session: Session | None = None,
        topic: str | None = None,
        action: Action | None = None,
    ) -> bool:
        if session is None or not session.username or not topic or action is None:
            return False
        return rights_of(session.username).allow(_ACTS[action], topic)


class GuardedHandler(BrokerProtocolHandler):
    """amqtt's side of one connection; a client that falls silent is disconnected."""

    def handle_read_timeout(self) -> None:
        # amqtt notices that the keepalive has passed and does nothing: the will would never go out.
        self._closing = asyncio.ensure_future(self.handle_connection_closed())


class GuardedBroker(Broker):
    """amqtt's broker with its gaps closed."""

    async def _initialize_client_session(
        self,
        reader: ReaderAdapter,
        writer: WriterAdapter,
        remote_address: str,  # noqa: ARG002 - the overridden signature
        remote_port: int,  # noqa: ARG002
    ) -> tuple[GuardedHandler, Session]:
        """Check who asks before any existing session is deleted, taken over or changed."""
        handler, asking = await GuardedHandler.init_from_connect(
            reader, writer, self.plugins_manager
        )
        if asking.keep_alive == 0 or asking.keep_alive > MAX_KEEPALIVE_SECONDS:
            await self._turn_away(writer, IDENTIFIER_REJECTED)
        if not await self._authenticate(asking, self.listeners_config["default"]):
            await self._turn_away(writer, NOT_AUTHORIZED)
        if asking.will_flag and not await self._topic_filtering(
            asking, topic=asking.will_topic or "", action=Action.PUBLISH
        ):
            await self._turn_away(writer, NOT_AUTHORIZED)
        asking.keep_alive += asking.keep_alive // 2  # [MQTT-3.1.2-24]: one and a half times
        asking.parent = 0
        if asking.clean_session:
            await self._delete_session(asking.client_id or "")
            return handler, asking
        existing, _handler = self._sessions.get(asking.client_id or "", (None, None))
        if existing is None:
            return handler, asking
        for field in (
            "will_flag",
            "will_message",
            "will_topic",
            "will_qos",
            "will_retain",
            "keep_alive",
            "username",
            "password",
            "clean_session",
            "remote_address",
            "remote_port",
        ):
            setattr(existing, field, getattr(asking, field))
        existing.parent = 1
        return handler, existing

    async def _turn_away(self, writer: WriterAdapter, code: int) -> None:
        await ConnackPacket.build(0, code).to_stream(writer)
        await writer.close()
        raise MQTTError(f"connection refused with code {code}")

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Session
    ) -> None:
        """Send retained messages to those who asked for this filter themselves, and may read."""
        topic_filter, qos = subscription
        subscribers = self._subscriptions.get(topic_filter, [])
        if all(subscriber.client_id != session.client_id for subscriber, _qos in subscribers):
            return
        handler = self._get_handler(session)
        if handler is None:
            return
        sending = []
        for topic, retained in list(self._retained_messages.items()):
            if self._matches(topic, topic_filter) and await self._topic_filtering(
                session, topic=topic, action=Action.RECEIVE
            ):
                sending.append(
                    asyncio.ensure_future(
                        handler.mqtt_publish(
                            retained.topic, retained.data, min(qos, retained.qos or 0), retain=True
                        )
                    )
                )
        if sending:
            await asyncio.wait(sending)

    async def disconnect(self, client_id: str) -> None:
        """End a client's connection and forget its session."""
        await self._cleanup_session(client_id)


def configuration(listener: Listener) -> dict[str, Any]:
    here = "tiengmo.speakers.brokers.embedded"
    return {
        "listeners": {"default": {"type": "tcp", "bind": f"{listener.host}:{listener.port}"}},
        "plugins": {f"{here}.BoxAuthentication": {}, f"{here}.TopicRights": {}},
        "session_expiry_interval": 30 * 24 * 3600,
    }


async def serve(listener: Listener, stop: asyncio.Event) -> None:
    """Serve until `stop` is set.

    Raises:
        BrokerUnavailable: the listener is not on loopback.
    """
    if not is_loopback(listener.host):
        raise BrokerUnavailable(
            _("Bộ chuyển tin kèm sẵn chỉ phục vụ trong máy này. Hãy cài Mosquitto để mở ra mạng.")
        )
    logging.getLogger("amqtt").setLevel(logging.WARNING)
    logging.getLogger("transitions").setLevel(logging.WARNING)
    broker = GuardedBroker(configuration(listener))
    await broker.start()
    watching = asyncio.create_task(_watch_boxes(broker))
    try:
        await stop.wait()
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        await broker.shutdown()


def run(listener: Listener) -> None:
    """Serve in the foreground until a signal ends it."""

    async def main() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await serve(listener, stop)

    asyncio.run(main())


async def _watch_boxes(broker: GuardedBroker) -> None:
    """Disconnect boxes that were retired, and warn when there are more than this broker carries."""
    has_warned = False
    while True:
        await asyncio.sleep(_RETIRED_CHECK_SECONDS)
        connected = [session.client_id for session, _handler in broker.sessions.values()]
        try:
            retired, enrolled = await asyncio.to_thread(_retired_of, connected)
        except DatabaseError:
            continue
        for serial in retired:
            await broker.disconnect(serial)
        if enrolled > BOXES_IT_CARRIES and not has_warned:
            has_warned = True
            logger.warning(
                "%d boxes are enrolled: the embedded broker carries about %d. Install Mosquitto.",
                enrolled,
                BOXES_IT_CARRIES,
            )


def _retired_of(connected: list[str | None]) -> tuple[list[str], int]:
    close_old_connections()
    try:
        # Only recently retired ones: the list of connected clients would be too long a parameter.
        retired = set(
            Box.objects.exclude(retired_at=None)
            .order_by("-retired_at")
            .values_list("serial", flat=True)[:500]
        )
        return (
            [serial for serial in connected if serial in retired],
            Box.objects.filter(retired_at=None).count(),
        )
    finally:
        close_old_connections()

"""RabbitMQ's accounts: a user with rights for its own session and topics, over the HTTP API.

MQTT's "/" is "." in RabbitMQ's routing keys, a session is a queue that bears the client's id, and
whoever subscribes needs the right to bind that queue. So a box may use the session of its own name
only, as `clientid` does on Mosquitto.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import httpx

if TYPE_CHECKING:
    from .accounts import Account

_EXCHANGE = "amq.topic"
_NOT_THERE = 404
_SECONDS = 10


def routing_key_pattern(filters: tuple[str, ...]) -> str:
    """Return the regular expression for the routing keys that these MQTT filters mean."""
    return f"^({'|'.join(map(_one, filters))})$"


def _one(topic_filter: str) -> str:
    # "+" of a subscription is "*" in its key: rights are asked about the key as it stands.
    levels: list[str] = []
    for level in topic_filter.split("/"):
        if level == "#":
            return r"\.".join(levels) + r"(\..+)?"
        levels.append(r"[^.#]+" if level == "+" else re.escape(level))
    return r"\.".join(levels)


def permissions(account: Account) -> dict[str, str]:
    """Return the rights to queues and exchanges: the account's own session, and the exchange."""
    name = re.escape(account.client_id) if account.client_id else f"{re.escape(account.username)}.*"
    own = f"mqtt-subscription-{name}qos[01]"
    return {
        "configure": f"^{own}$",
        "write": f"^({own}|{re.escape(_EXCHANGE)})$",
        "read": f"^({own}|{re.escape(_EXCHANGE)})$",
    }


def topic_permissions(account: Account) -> dict[str, str]:
    def ours(filters: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(one for one in filters if not one.startswith("$"))

    return {
        "exchange": _EXCHANGE,
        "write": routing_key_pattern(ours(account.rights.write)),
        "read": routing_key_pattern(ours(account.rights.read)),
    }


class Management:
    """The management plugin of one node or, by a name for all of them, of whichever answers."""

    def __init__(self, url: str, *, vhost: str = "/") -> None:
        parts = urlsplit(url)
        address = f"{parts.scheme}://{parts.hostname}:{parts.port or 15672}/api"
        self._vhost = quote(vhost, safe="")
        self._client = httpx.AsyncClient(
            base_url=address,
            auth=(parts.username or "", parts.password or ""),
            timeout=_SECONDS,
            trust_env=False,
        )

    async def let_in(self, account: Account, password: str) -> None:
        """Make or change a user, its rights first: raises httpx.HTTPError."""
        name = quote(account.username, safe="")
        await self._put(f"/users/{name}", {"password": password, "tags": ""})
        await self._put(f"/topic-permissions/{self._vhost}/{name}", topic_permissions(account))
        # The last one: without it a user reaches nothing, so none is ever let in half way.
        await self._put(f"/permissions/{self._vhost}/{name}", permissions(account))

    async def shut_out(self, username: str) -> None:
        """Forget a user and end its connections: raises httpx.HTTPError."""
        name = quote(username, safe="")
        for path in (f"/users/{name}", f"/connections/username/{name}"):
            answer = await self._client.delete(path)
            if answer.status_code != _NOT_THERE:
                answer.raise_for_status()

    async def keep_sessions_on_all_nodes(self) -> None:
        """Mirror every session's queue: without it, boxes of a dead node cannot come back."""
        await self._put(
            f"/policies/{self._vhost}/tiengmo-sessions",
            {
                "pattern": "^mqtt-subscription-",
                "apply-to": "queues",
                "definition": {"ha-mode": "all", "ha-sync-mode": "automatic"},
            },
        )

    async def _put(self, path: str, body: dict[str, Any]) -> None:
        (await self._client.put(path, json=body)).raise_for_status()

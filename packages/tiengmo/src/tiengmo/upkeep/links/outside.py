"""Does an address elsewhere answer? Asked politely, and never of a machine that is not public.

Whoever may write a bulletin may write any address into it: it must not make this server knock at
the doors of its own network (SSRF). So the name is looked up here, every address it has must be a
public one, and the connection goes to the very address that was judged.
"""

from __future__ import annotations

import socket
import time
from http import HTTPStatus
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpx
from django.conf import settings

PATIENCE = httpx.Timeout(10.0, connect=5.0)
MOST_HOPS = 5
PAUSE_SECONDS = 1.0  # between two questions to one host
PORTS = {"http": 80, "https": 443}
# They know HEAD badly; the answer to GET is left unread.
_NO_HEAD = {HTTPStatus.FORBIDDEN, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}
# It is there; only not for a machine, or not just now.
_THERE = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}


class NotPublic(Exception):
    """The name leads to an address that is nobody's public one, or to none."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def public_address(host: str, port: int) -> IPv4Address | IPv6Address:
    """The address to connect to. Raises NotPublic when any address of the name is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotPublic("name") from error
    addresses = [ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    for address in addresses:
        plain = getattr(address, "ipv4_mapped", None) or address
        if not plain.is_global or plain.is_multicast:
            raise NotPublic("private")
    if not addresses:
        raise NotPublic("name")
    return addresses[0]


class Outside:
    """One night's questions to other people's servers."""

    def __init__(self, transport: httpx.BaseTransport | None = None) -> None:
        self.client = httpx.Client(
            timeout=PATIENCE,
            trust_env=False,
            transport=transport,
            headers={"User-Agent": f"TiengMo-links (+{settings.PUBLIC_URL})"},
        )
        self.asked: dict[str, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.client.close()

    def look(self, url: str) -> str:
        """Give "" when it answers, or why not."""
        try:
            for _hop in range(MOST_HOPS):
                status, onward = self._ask(url)
                if not onward:
                    is_there = status < HTTPStatus.BAD_REQUEST or status in _THERE
                    return "" if is_there else str(status)
                url = urljoin(url, onward)
        except NotPublic as error:
            return error.reason
        except httpx.TimeoutException:
            return "timeout"
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            return "connection"
        return "loop"

    def _ask(self, url: str) -> tuple[int, str]:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
        if parts.scheme not in PORTS or port not in PORTS.values():
            raise NotPublic("port")
        address = public_address(host, port)
        number = f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004
        there = parts._replace(netloc=f"{number}:{port}", fragment="").geturl()
        self._wait(host)
        status, onward = 0, ""
        for method in ("HEAD", "GET"):
            request = self.client.build_request(
                method,
                there,
                headers={"Host": parts.netloc.rpartition("@")[2]},
                # The certificate is judged by the name, the connection goes to the number.
                extensions={"sni_hostname": host},
            )
            response = self.client.send(request, stream=True)
            response.close()
            status = response.status_code
            onward = response.headers.get("location", "") if response.has_redirect_location else ""
            if status not in _NO_HEAD:
                break
        return status, onward

    def _wait(self, host: str) -> None:
        now = time.monotonic()
        due = self.asked.get(host, now - PAUSE_SECONDS) + PAUSE_SECONDS
        if due > now:
            time.sleep(due - now)
        self.asked[host] = time.monotonic()

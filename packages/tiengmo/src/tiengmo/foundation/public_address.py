"""Where a request to an address that somebody else wrote may go: to public machines only.

A stranger's address must not make this server knock at the doors of its own network (SSRF). So the
name is looked up here, every address it has must be a public one, and the connection goes to the
very address that was judged: a name that answers differently the second time gains nothing.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

PORTS = {"http": 80, "https": 443}
# RFC 6052: an IPv4 address behind a translator, private ones too.
_TRANSLATED = IPv6Network("64:ff9b::/96")


class NotPublic(Exception):
    """The name leads to an address that is nobody's public one ("private"), or to none ("name")."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Pinned:
    """What a request of httpx needs to go to the judged address and still name its host."""

    url: str
    headers: dict[str, str]
    extensions: dict[str, str]


def public_address(host: str, port: int, *, is_any_good: bool = False) -> IPv4Address | IPv6Address:
    """The address to connect to. Raises NotPublic when any address of the name is not public.

    is_any_good: private and own addresses too, for tests and trials on one machine.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotPublic("name") from error
    addresses = [ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    if not addresses:
        raise NotPublic("name")
    if not is_any_good and not all(is_public(one) for one in addresses):
        raise NotPublic("private")
    return addresses[0]


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Also of what an IPv6 address carries inside it (mapped, 6to4, translated)."""
    plain: IPv4Address | IPv6Address = address
    if isinstance(address, IPv6Address):
        plain = address.ipv4_mapped or address.sixtofour or address
        if address in _TRANSLATED:
            plain = IPv4Address(int(address) & 0xFFFFFFFF)
    return plain.is_global and not plain.is_multicast


def pinned(url: str, *, is_any_good: bool = False) -> Pinned:
    """The request for this address, going where the name leads now. Raises NotPublic."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
    address = public_address(host, port, is_any_good=is_any_good)
    number = f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004
    return Pinned(
        url=parts._replace(netloc=f"{number}:{port}", fragment="").geturl(),
        headers={"Host": parts.netloc.rpartition("@")[2]},
        # The certificate is judged by the name, the connection goes to the number.
        extensions={"sni_hostname": host},
    )

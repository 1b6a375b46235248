"""Run Debian's Mosquitto with our configuration, in this very process's place."""

from __future__ import annotations

import getpass
import ipaddress
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from tiengmo.speakers.models import Box

from . import dynamic_security
from .accounts import all_accounts
from .choice import BrokerUnavailable, find_mosquitto
from .rights import MAX_KEEPALIVE_SECONDS

if TYPE_CHECKING:
    from .tls import ServerCertificate


@dataclass(frozen=True)
class Listener:
    host: str
    port: int
    certificate: ServerCertificate | None = None


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def configuration(folder: Path, listener: Listener, plugin: str) -> str:
    """Return mosquitto.conf for one listener."""
    lines = [
        f"listener {listener.port} {listener.host}",
        "allow_anonymous false",
        f"plugin {plugin}",
        f"plugin_opt_config_file {folder / 'dynamic-security.json'}",
        "persistence true",
        f"persistence_location {folder}/",
        "autosave_interval 30",
        # The default of 1000 silently drops what 300 boxes say while the gateway is restarted.
        "max_queued_messages 100000",
        "max_inflight_messages 2000",
        f"max_keepalive {MAX_KEEPALIVE_SECONDS}",
        "persistent_client_expiration 30d",
        # Without it each acknowledged command waits for the peer's delayed ACK (40 ms).
        "set_tcp_nodelay true",
        "max_packet_size 1048576",
        "connection_messages false",
        "log_dest stdout",
        "log_type error",
        "log_type warning",
        "log_type notice",
        # Started by root it would drop to a user that cannot read our files.
        f"user {getpass.getuser()}",
    ]
    if listener.certificate:
        lines += [
            f"certfile {listener.certificate.certificate}",
            f"keyfile {listener.certificate.key}",
            "tls_version tlsv1.2",
        ]
    return "\n".join(lines) + "\n"


def prepare(folder: Path, listener: Listener) -> list[str]:
    """Write the configuration and every account, and return the command that runs the broker."""
    found = find_mosquitto()
    if found is None:
        raise BrokerUnavailable("mosquitto")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Before the accounts are read: one that is let in or dismissed meanwhile is then sent again.
    Box.objects.filter(is_broker_account_current=False).update(is_broker_account_current=True)
    document = dynamic_security.document(all_accounts())
    _write_private(folder / "dynamic-security.json", json.dumps(document))
    _write_private(folder / "mosquitto.conf", configuration(folder, listener, found.plugin))
    return [found.program, "-c", str(folder / "mosquitto.conf")]


def run(listener: Listener) -> None:
    """Become the broker: signals go straight to it, and nothing of ours stays in memory."""
    command = prepare(Path(settings.HOME) / "broker", listener)
    os.execv(command[0], command)  # noqa: S606 - our own fixed command, no shell


def _write_private(path: Path, text: str) -> None:
    temporary = path.with_suffix(path.suffix + ".new")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    temporary.replace(path)

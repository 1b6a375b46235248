"""Which broker serves this installation."""

import os
import shutil
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _


class BrokerKind(StrEnum):
    AUTO = "auto"
    MOSQUITTO = "mosquitto"
    EMBEDDED = "embedded"
    EXTERNAL = "external"  # somebody else runs it


class BrokerUnavailable(Exception):
    """The broker that was asked for cannot run here; the text is for the administrator."""


@dataclass(frozen=True)
class Mosquitto:
    program: str
    plugin: str


def find_mosquitto() -> Mosquitto | None:
    """Find Mosquitto 2 and its dynamic-security plugin; both are needed."""
    # Debian puts it in /usr/sbin, which is not on everybody's PATH.
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin"
    program = shutil.which("mosquitto", path=path)
    if program is None:
        return None
    for root in ("/usr/lib", "/usr/local/lib", "/opt/homebrew/lib"):
        for plugin in Path(root).glob("**/mosquitto_dynamic_security.so"):
            return Mosquitto(program, str(plugin))
    return None


def resolve_kind(kind: str = "") -> BrokerKind:
    """Turn the configured kind into the one that will run.

    Raises:
        BrokerUnavailable: Mosquitto is asked for and not installed.
    """
    wanted = BrokerKind(kind or settings.BROKER_KIND)
    if wanted is BrokerKind.AUTO:
        return BrokerKind.MOSQUITTO if find_mosquitto() else BrokerKind.EMBEDDED
    if wanted is BrokerKind.MOSQUITTO and find_mosquitto() is None:
        raise BrokerUnavailable(
            _("Không tìm thấy Mosquitto hoặc phần dynamic-security của nó trên máy này.")
        )
    return wanted

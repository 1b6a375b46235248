"""The broker between server and boxes: Mosquitto where it is installed, else the embedded one."""

from .choice import BrokerKind, BrokerUnavailable, find_mosquitto, resolve_kind

__all__ = ["BrokerKind", "BrokerUnavailable", "find_mosquitto", "resolve_kind"]

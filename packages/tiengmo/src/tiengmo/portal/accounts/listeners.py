"""Copies of the register's pages that are out of date once an entry changes."""

from __future__ import annotations

from typing import Any

from tiengmo.channels.social.register.events import register_changed
from tiengmo.portal.caching import purge

PLACE = "/tai-khoan-chinh-thuc/"


def connect() -> None:
    register_changed.connect(on_register_changed, dispatch_uid="portal.accounts.changed")


def on_register_changed(**_rest: Any) -> None:
    purge(PLACE, f"{PLACE}danh-sach.json", f"{PLACE}danh-sach.csv")

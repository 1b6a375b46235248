"""Copies of unit pages that are out of date once its contacts change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiengmo.directory.events import contacts_changed
from tiengmo.portal.caching import purge

if TYPE_CHECKING:
    from tiengmo.places.models import Unit


def connect() -> None:
    contacts_changed.connect(on_contacts_changed, dispatch_uid="portal.units.contacts_changed")


def on_contacts_changed(*, unit: Unit, **_rest: Any) -> None:
    here = f"/xa/{unit.code}/"
    purge(here, f"{here}lien-he/", f"{here}ban-do/", f"{here}ban-do.geojson", "/danh-ba/")

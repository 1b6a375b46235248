"""What the portal does after a commit: our nginx's copies are made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.utils.crypto import salted_hmac

from tiengmo.outbox import registry
from tiengmo.portal import guard, purging
from tiengmo.portal.caching import PURGE
from tiengmo.portal.visitors.counting import close_days

if TYPE_CHECKING:
    from collections.abc import Iterator

purging.connect()

REFRESH_HEADER = "X-Tiengmo-Refresh"
# A page of ours is ready in milliseconds; a sound of an hour takes nginx some seconds to copy.
PATIENCE_SECONDS = 20.0


def refresh_secret() -> str:
    """What nginx knows us by: whoever has it may make it ask us, and nothing more."""
    return salted_hmac("portal.refresh", "nginx", algorithm="sha256").hexdigest()[:40]


@registry.handles(PURGE)
def fetch_anew(payload: dict[str, Any]) -> None:
    """Ask each nginx for the path past its copy; what comes back replaces the copy.

    Raises httpx.HTTPError when one does not answer, and the outbox tries again.
    """
    headers = {
        REFRESH_HEADER: refresh_secret(),
        "Host": urlsplit(settings.PUBLIC_URL).netloc,
        "X-Forwarded-Proto": urlsplit(settings.PUBLIC_URL).scheme,
    }
    with httpx.Client(timeout=PATIENCE_SECONDS, trust_env=False) as client:
        for url in _addresses(payload["path"]):
            with client.stream("GET", url, headers=headers) as response:
                for _piece in response.iter_bytes():
                    pass
                if response.is_server_error:
                    response.raise_for_status()


def _addresses(path: str) -> Iterator[str]:
    return (f"{base}{path}" for base in settings.NGINX_URLS)


@registry.every("portal.visitors.forget", seconds=900)
def forget_strangers(_payload: dict[str, Any]) -> None:
    """Erase what was kept only to hold scripts back; turn days that are over into figures."""
    guard.erase_old_posts()
    close_days()

"""What lower apps announce, and what it means for messages on their way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiengmo.channels.messages.models import Message
from tiengmo.channels.messages.sending.recovering import cancel

if TYPE_CHECKING:
    from tiengmo.releases.models import Release


def on_withdrawn(*, release: Release, **_rest: Any) -> None:
    """In the withdrawal's own transaction: what waits is not sent, whatever the worker does."""
    cancel(Message.objects.filter(release=release, kind=Message.Kind.NEWS))


def on_released(*, release: Release, **_rest: Any) -> None:
    """A newer version is out: nobody is still sent the one it replaces."""
    if release.replaces_id is not None:
        cancel(Message.objects.filter(release=release.replaces_id, kind=Message.Kind.NEWS))

"""What lower apps announce, and what it means for posts on their way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from tiengmo.channels.social.models import Account, AccountChange, Post
from tiengmo.channels.social.register.events import register_changed
from tiengmo.channels.social.sending.recovering import (
    cancel,
    remove_where_not_corrected,
)

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor
    from tiengmo.places.models import Unit
    from tiengmo.releases.models import Release


def on_withdrawn(*, release: Release, **_rest: Any) -> None:
    """In the withdrawal's own transaction: what waits is not posted, whatever the worker does."""
    cancel(Post.objects.filter(release=release))


def on_released(*, release: Release, **_rest: Any) -> None:
    """A newer version is out: nobody posts the one it replaces any more."""
    if release.replaces_id is not None:
        cancel(Post.objects.filter(release=release.replaces_id))
        remove_where_not_corrected(release)


def on_unit_succeeded(*, predecessor: Unit, successor: Unit, by: Actor, **_rest: Any) -> None:
    """A page that is used is the successor's now; what has ended keeps its unit."""
    rows = Account.objects.filter(unit=predecessor).exclude(status=Account.Status.RETIRED)
    for account in rows:
        account.unit = successor
        account.save(update_fields=["unit"])
        AccountChange.objects.create(
            account=account,
            act=AccountChange.Act.CHANGED,
            by_name=str(by),
            reason=_("dùng tiếp ở đơn vị mới sau sáp nhập"),
            detail={"unit": [predecessor.name, successor.name]},
        )
        register_changed.send(Account, account=account)

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.alerts.errors import AlertError
from tiengmo.alerts.models import Feed, Standing
from tiengmo.audit.actions import record
from tiengmo.outbox.actions import announce
from tiengmo.people.models import Role

from .checks import require_at_the_top

if TYPE_CHECKING:
    from tiengmo.people.models import User


def save_feed(feed: Feed, *, by: User) -> Feed:
    """Follow another authority, for the whole locality, and read it at once.

    Raises NotAllowed, AlertError: standing certificates name the address that was to be changed.
    """
    require_at_the_top(by, Role.ADMINISTRATOR)
    with transaction.atomic():
        before = Feed.objects.select_for_update().filter(pk=feed.pk).first()
        if before is not None and before.url != feed.url and _is_trusted(before):
            raise AlertError(
                _(
                    "Giấy uỷ quyền thường trực còn hiệu lực ghi địa chỉ này. Hãy thu hồi giấy ấy "
                    "trước, hoặc thêm nguồn tin mới."
                )
            )
        feed.save()
        record("alerts.feed_saved", by=by, subject=feed, detail={"url": feed.url})
        announce("alerts.fetch", {"feed": feed.pk}, key=f"alerts.fetch:{feed.pk}")
    return feed


def _is_trusted(feed: Feed) -> bool:
    rows = Standing.objects.filter(feed=feed, revoked_at=None)
    return rows.filter(until_on__gte=timezone.localdate()).exists()

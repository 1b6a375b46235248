"""Letters on the channels page: whether the mail server takes them."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Max, Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tiengmo.channels.email_followers.models import Letter
from tiengmo.channels.email_followers.posting import SEND, SEND_DAILY
from tiengmo.channels.email_followers.sending import last_closing
from tiengmo.channels.health import LOOKED_AT, Line
from tiengmo.outbox.models import OutboxEntry

State = Letter.State
# The worker comes by every few seconds; what still waits after that is not taken.
NOT_TAKEN_AFTER = timedelta(minutes=15)


def line() -> Line:
    """Failing when nothing went since the first of the letters that wait too long."""
    name = _("Thư điện tử")
    if not settings.EMAIL_URL:
        return Line(name, "unused", _("chưa khai máy chủ thư"))
    now = timezone.now()
    held = Letter.objects.filter(state=State.HELD, at__lt=last_closing())
    waiting = Letter.objects.filter(state=State.WAITING)
    count = waiting.count() + held.count()
    detail = ngettext("%(count)d thư chờ gửi", "%(count)d thư chờ gửi", count) % {"count": count}
    last = Letter.objects.filter(state=State.SENT).aggregate(at=Max("changed_at"))["at"]
    late = waiting if last is None else waiting.filter(at__gt=last)
    since = [late.aggregate(at=Min("at"))["at"]]
    if held.exists() and (last is None or last_closing() > last):
        since.append(last_closing())
    first = min((at for at in since if at is not None), default=now)
    if first < now - NOT_TAKEN_AFTER:
        trouble = _trouble()
        return Line(name, "failing", f"{detail}; {trouble}" if trouble else detail, since=first)
    if not count and not Letter.objects.filter(changed_at__gt=now - LOOKED_AT).exists():
        return Line(name, "idle", detail)
    return Line(name, "healthy", detail)


def _trouble() -> str:
    """What the mail server, or the network, said last; it names no address."""
    tried = OutboxEntry.objects.filter(topic__in=(SEND, SEND_DAILY), done_at=None)
    said = tried.exclude(last_error="").order_by("-due_at").values_list("last_error", flat=True)
    return (said.first() or "")[:200]

"""A line for each push service on the channels page."""

from __future__ import annotations

from django.db.models import Count
from django.utils.translation import ngettext

from tiengmo.channels.health import Line
from tiengmo.channels.web_push.models import PushService


def lines() -> list[Line]:
    """Browsers that asked, and whether their maker's service answers."""
    return [_line(service) for service in PushService.objects.annotate(count=Count("browsers"))]


def _line(service: PushService) -> Line:
    count: int = service.count  # type: ignore[attr-defined]
    text = ngettext("%(count)d trình duyệt đăng ký", "%(count)d trình duyệt đăng ký", count) % {
        "count": count
    }
    if service.failing_since is not None:
        detail = f"{text}; {service.trouble}"
        return Line(str(service), "failing", detail, since=service.failing_since)
    if service.last_answer_at is None:
        return Line(str(service), "idle", text)
    return Line(str(service), "healthy", text)

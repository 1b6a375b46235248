"""Broken links, as what is to be mended in the texts that point there."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from tiengmo.upkeep.models import LinkState, LinkUse
from tiengmo.upkeep.registry import LINKS, MOST, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_SHOWN = 90


def why(reason: str) -> str:
    """What a look found, in words for staff."""
    words = {
        "404": _("không có trang này"),
        "410": _("trang đã gỡ"),
        "401": _("người dân không mở được"),
        "403": _("người dân không mở được"),
        "name": _("không có tên miền này"),
        "private": _("địa chỉ nội bộ, người dân không mở được"),
        "port": _("cổng không dùng cho trang công khai"),
        "timeout": _("không trả lời"),
        "connection": _("không kết nối được"),
        "loop": _("chuyển vòng quanh"),
    }
    return words.get(reason) or _("trả lời lỗi %(code)s") % {"code": reason}


def broken_links(units: set[int]) -> Iterator[Finding]:
    rows = (
        LinkUse.objects.filter(link__state=LinkState.BROKEN, unit__in=units)
        .select_related("link")
        .order_by("link__broken_on", "pk")
    )
    for use in rows[:MOST]:
        link = use.link
        parts = urlsplit(link.url)
        shown = link.url if link.is_outside else parts.path + f"?{parts.query}" * bool(parts.query)
        if len(shown) > LONGEST_SHOWN:
            shown = shown[: LONGEST_SHOWN - 1] + "…"
        yield Finding(
            LINKS,
            f"{link.url_hash[:16]}:{use.source}:{use.ref}",
            use.unit_id,
            use.title,
            f"{shown}: {why(link.reason)}",
            use.mended_at,
            use.owner,
            link.broken_on,
        )

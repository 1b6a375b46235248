from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import nh3
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.foundation.vietnamese import fold, nfc
from tiengmo.outbox.actions import announce
from tiengmo.releases import events
from tiengmo.releases.errors import ReleaseError
from tiengmo.releases.models import Release, Rendition

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tiengmo.people.models import User
    from tiengmo.places.models import Unit
    from tiengmo.releases.drafts import RenditionDraft, Topic

DEFAULT_WINDOW = timedelta(hours=12)
BODY_TAGS = {
    "p", "br", "h2", "h3", "h4", "ul", "ol", "li", "a", "strong", "b", "em", "i", "blockquote",
    "hr", "img", "figure", "figcaption", "sub", "sup",
}  # fmt: skip
BODY_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height", "loading"},
}


def make_release(
    *,
    source_type: str,
    source_id: str,
    source_version: str,
    title: str,
    unit: Unit,
    audience: Sequence[str],
    channels: Sequence[str],
    priority: str,
    release_at: datetime | None,
    window_end_at: datetime | None,
    author_name: str,
    cleared_by: User,
    renditions: Sequence[RenditionDraft],
    topic: Topic | None = None,
) -> Release:
    """Freeze a cleared version and announce that it is due.

    release_at: instant of the embargo's end, None for now. window_end_at: the last instant at which
    a target that was away may still carry it, default twelve hours after release. Calling it twice
    for one version gives the same release.

    Raises ReleaseError: no language version, no audience or channel, a sound that is not ready,
    a window that ends before it begins.
    """
    now = timezone.now()
    starts_at = max(release_at, now) if release_at else now
    window_end_at = window_end_at or starts_at + DEFAULT_WINDOW
    if not renditions:
        raise ReleaseError(_("Bản tin chưa có nội dung để phát hành."))
    if not audience:
        raise ReleaseError(_("Chưa chọn địa bàn nhận tin."))
    if not channels:
        raise ReleaseError(_("Chưa chọn kênh phát hành."))
    if window_end_at <= starts_at:
        raise ReleaseError(_("Hạn phát đã qua trước giờ phát hành. Hãy chọn hạn phát muộn hơn."))
    for draft in renditions:
        if draft.sound is not None and not draft.sound.is_ready:
            raise ReleaseError(
                _("Âm thanh của bản tin chưa sẵn sàng. Hãy chờ tạo xong rồi duyệt lại.")
            )
    with transaction.atomic():
        earlier = _earlier(source_type, str(source_id))
        release, is_new = Release.objects.get_or_create(
            source_type=source_type,
            source_id=str(source_id),
            source_version=str(source_version),
            defaults={
                "title": nfc(title),
                "slug": _slug(title, source_id, source_version),
                "unit": unit,
                "category": topic.code if topic else "",
                "category_name": topic.name if topic else "",
                "closes_on": topic.closes_on if topic else None,
                "audience": list(audience),
                "channels": list(channels),
                "priority": priority,
                "release_at": starts_at,
                "window_end_at": window_end_at,
                "author_name": author_name,
                "cleared_by_id": str(cleared_by.pk),
                "cleared_by_name": str(cleared_by),
                # What people have; only where nothing ever went out, what waits.
                "replaces": next((one for one in earlier if one.released_at), None)
                or next(iter(earlier), None),
            },
        )
        if not is_new:
            return release
        for draft in renditions:
            Rendition.objects.create(release=release, **_frozen(draft))
        record(
            "release.made",
            by=cleared_by,
            subject=release,
            detail={
                "source": f"{source_type}:{source_id}",
                "version": str(source_version),
                "audience": list(audience),
                "channels": list(channels),
                "release_at": starts_at.isoformat(),
            },
        )
        announce("release.due", {"release": str(release.pk)}, due_at=starts_at)
        for one in earlier:
            _stop_waiting(one, by=cleared_by)
        events.made.send(Release, release=release)
    return release


def _stop_waiting(replaced: Release, *, by: User) -> None:
    """An earlier version that still waits for its hour never goes out: it would end the embargo of
    the newer one, or take its place."""
    if replaced.status != Release.Status.SCHEDULED:
        return
    replaced.status = Release.Status.WITHDRAWN
    replaced.withdrawn_at = timezone.now()
    replaced.withdrawn_by_name = str(by)
    replaced.withdrawal_reason = _("Đã có bản mới thay trước giờ phát hành.")
    replaced.save()
    record("release.replaced", by=by, subject=replaced)


def _slug(title: str, source_id: str, source_version: str) -> str:
    words = slugify(fold(nfc(title)))[:120].strip("-") or "ban-tin"
    return f"{words}-{str(source_id)[:8]}-{str(source_version)[:8]}"


def _earlier(source_type: str, source_id: str) -> list[Release]:
    """Earlier versions, newest first, locked."""
    rows = Release.objects.select_for_update(of=("self",))
    return list(rows.filter(source_type=source_type, source_id=source_id).order_by("-cleared_at"))


def _frozen(draft: RenditionDraft) -> dict[str, Any]:
    sound = draft.sound
    return {
        "language": draft.language,
        "headline": nfc(draft.headline),
        "short_text": nfc(draft.short_text),
        "summary": nfc(draft.summary),
        "body_html": nh3.clean(nfc(draft.body_html), tags=BODY_TAGS, attributes=BODY_ATTRIBUTES),
        "picture": draft.picture,
        "script": nfc(draft.script),
        "sound_duration_ms": sound.duration_ms if sound else None,
        "opus_sha256": sound.opus.sha256 if sound and sound.opus else "",
        "opus_bytes": sound.opus.bytes if sound and sound.opus else None,
        "mp3_sha256": sound.mp3.sha256 if sound and sound.mp3 else "",
        "mp3_bytes": sound.mp3.bytes if sound and sound.mp3 else None,
    }

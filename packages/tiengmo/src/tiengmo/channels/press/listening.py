"""What the press is told when a release is cleared, goes out, or is taken back."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from tiengmo.channels.press.models import Journalist, Letter, PressItem
from tiengmo.channels.press.posting import post_soon
from tiengmo.channels.press.queries import CHANNEL, accredited, told_of
from tiengmo.foundation import blobs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiengmo.releases.models import Release

BATCH = 500
PICTURES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}


def on_made(*, release: Release, **_rest: Any) -> None:
    """Write down what the press will have, and tell journalists of what is under embargo."""
    source = f"{release.source_type}:{release.source_id}"
    now = timezone.now()
    earlier = PressItem.objects.filter(source=source, dropped_at=None, gone_at=None)
    # Its hour must not make an earlier version public while the newer one waits.
    earlier.filter(until__gt=now).update(dropped_at=now)
    if CHANNEL not in release.channels:
        earlier.filter(until__lte=now).update(dropped_at=release.release_at)
        return
    sha256, suffix = _picture_of(release)
    PressItem.objects.create(
        release=release,
        slug=release.slug,
        source=source,
        until=release.release_at,
        cleared_at=release.cleared_at,
        picture_sha256=sha256,
        picture_suffix=suffix,
    )
    if release.release_at > now:
        write(release, Letter.Kind.EMBARGO, accredited())


def on_released(*, release: Release, **_rest: Any) -> None:
    """Who was told what was wrong is told what is right, also when this is not for the press."""
    if release.replaces is not None and CHANNEL not in release.channels:
        write(release, Letter.Kind.CORRECTION, told_of(release.replaces))


def tell_published(release: Release) -> None:
    """A letter for each accredited journalist: news, or a correction to who had what it corrects.

    Running it again adds nothing.
    """
    told: set[Any] = set()
    if release.replaces is not None:
        told = set(told_of(release.replaces).values_list("pk", flat=True))
        write(release, Letter.Kind.CORRECTION, Journalist.objects.filter(pk__in=told))
    write(release, Letter.Kind.NEWS, accredited().exclude(pk__in=told))


def on_withdrawn(*, release: Release, **_rest: Any) -> None:
    """At once, without waiting for a worker: nobody reads it any more; who was told is told so."""
    changed = PressItem.objects.filter(release=release).update(
        gone_at=release.withdrawn_at, gone_reason=release.withdrawal_reason
    )
    if not changed and not Letter.objects.filter(release=release).exists():
        return
    Letter.objects.filter(release=release, state=Letter.State.WAITING).update(
        state=Letter.State.DROPPED, changed_at=timezone.now()
    )
    write(release, Letter.Kind.WITHDRAWAL, told_of(release))


def write(release: Release, kind: str, journalists: Iterable[Journalist]) -> int:
    """A letter of this kind for each of them, once however often this runs."""
    letters = [Letter(journalist=one, kind=kind, release=release) for one in journalists]
    if letters:
        Letter.objects.bulk_create(letters, ignore_conflicts=True, batch_size=BATCH)
        post_soon()
    return len(letters)


def _picture_of(release: Release) -> tuple[str, str]:
    """A copy of the picture as it was cleared: the newsroom's own may change until the hour."""
    rendition = release.renditions.filter(language="vi").first() or release.renditions.first()
    url = str(rendition.picture.get("url", "")) if rendition is not None else ""
    name = url.removeprefix(settings.MEDIA_URL)
    suffix = PurePosixPath(name).suffix.lower()
    if name == url or suffix not in PICTURES or not default_storage.exists(name):
        return "", ""
    with default_storage.open(name) as file:
        content = file.read()
    return blobs.put(content, suffix), suffix

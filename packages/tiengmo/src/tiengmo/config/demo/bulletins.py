"""The demo's own bulletins: on the portal, one also on the air; two waiting, one half written."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tiengmo.newsroom.actions import (
    bulletin_from_text,
    clear_bulletin,
    edit_bulletin,
    submit_bulletin,
)
from tiengmo.newsroom.models import Bulletin
from tiengmo.newsroom.models.bulletin import BulletinPriority
from tiengmo.people.models import User
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TEXTS = Path(__file__).parent / "texts"
CHANNELS = ["portal", "loudspeakers"]


@dataclass(frozen=True)
class Draft:
    text: str
    author: str
    audience: tuple[str, ...]
    is_submitted: bool


DRAFTS = (
    Draft("can-cuoc.txt", "bientap", ("082",), is_submitted=True),
    Draft("hop-thon.txt", "bientap.yty", ("02701",), is_submitted=True),
    Draft("tiem-phong.txt", "bientap", ("082",), is_submitted=False),
)


@dataclass(frozen=True)
class Own:
    """A bulletin that the demo releases on the portal: loudspeakers are not kept busy with it."""

    text: str
    author: str
    approver: str
    audience: tuple[str, ...]
    priority: str = BulletinPriority.ROUTINE


ON_PORTAL = (
    Own("giong-ngo.txt", "bientap", "duyet", ("082",)),
    Own("cho-phien.txt", "bientap", "duyet", ("02728", "02722", "02713", "02725", "02740")),
    Own("tiem-chung.txt", "bientap.yty", "duyet.yty", ("02701",)),
    Own("lua-dao.txt", "bientap", "duyet", ("082",)),
    Own("sua-duong.txt", "bientap", "duyet", ("02695", "02701"), BulletinPriority.PRIORITY),
)


def release_own(first: str, *, look: Callable[[], None]) -> Release | None:
    """Write, clear and release the demo's own bulletins as their people would, once.

    `first` goes to every loudspeaker and to the portal, the others to the portal alone, with their
    sound. Gives the release that is on the air, or None where everything had been released.
    """
    released = set(Release.objects.values_list("title", flat=True))
    waiting = []
    for own in ON_PORTAL:
        text = (TEXTS / own.text).read_text(encoding="utf-8")
        if text.partition("\n")[0] in released:
            continue
        author = User.objects.get(username=own.author)
        bulletin = write(
            text,
            author=author,
            audience=own.audience,
            channels=["portal"],
            priority=own.priority,
        )
        waiting.append((bulletin, own.approver))
    on_air = None
    if first.partition("\n")[0] not in released:
        author = User.objects.get(username="bientap")
        on_air = write(first, author=author, audience=["082"])
        waiting.append((on_air, "duyet"))
    release = None
    for bulletin, approver in waiting:
        wait_for_sound(bulletin, look=lambda _percent: look(), timeout_seconds=120)
        submit_bulletin(bulletin, by=bulletin.author)
        release = clear(bulletin, by=User.objects.get(username=approver))
    return release if on_air is not None else None


def ensure_drafts() -> None:
    """Leave something in the newsroom for a newcomer to find: two waiting, one half written."""
    if Bulletin.objects.exists():
        return
    for draft in DRAFTS:
        bulletin = write(
            (TEXTS / draft.text).read_text(encoding="utf-8"),
            author=User.objects.get(username=draft.author),
            audience=draft.audience,
        )
        if draft.is_submitted:
            submit_bulletin(bulletin, by=bulletin.author)


def write(
    text: str,
    *,
    author: User,
    audience: Sequence[str],
    full: bool = False,
    channels: Sequence[str] = CHANNELS,
    priority: str = BulletinPriority.ROUTINE,
) -> Bulletin:
    """Write and save a bulletin from a text as its author would; speech starts being made."""
    assert author.unit is not None  # noqa: S101 (demo accounts have one)
    bulletin = bulletin_from_text(text, unit=author.unit, author=author, full=full)
    bulletin.audience = list(audience)
    bulletin.channels = list(channels)
    bulletin.priority = priority
    edit_bulletin(bulletin, by=author)
    return bulletin


def wait_for_sound(
    bulletin: Bulletin, *, look: Callable[[int], None], timeout_seconds: float
) -> None:
    """Wait until the voice is made, telling `look` the per cent.

    Raises TimeoutError, RuntimeError.
    """
    deadline = time.monotonic() + timeout_seconds
    while True:
        sound = bulletin.sound
        if sound is None:
            raise RuntimeError("Bản tin không có lời đọc.")
        sound.refresh_from_db()
        look(100 if sound.is_ready else sound.progress)
        if sound.is_ready:
            return
        if sound.status == sound.Status.FAILED:
            raise RuntimeError(sound.error)
        if time.monotonic() > deadline:
            raise TimeoutError("Quá lâu mà giọng đọc chưa xong.")
        time.sleep(0.2)


def clear(bulletin: Bulletin, *, by: User) -> Release:
    """Clear the very version that stands, as an approver does on the review page."""
    bulletin.refresh_from_db()
    if bulletin.latest_revision_id is None:
        raise RuntimeError("Bản tin chưa được lưu.")
    clearing = clear_bulletin(bulletin, by=by, revision_id=bulletin.latest_revision_id)
    if clearing.release is None:
        raise RuntimeError(f"Còn phải chờ {clearing.next_unit} duyệt.")
    return clearing.release

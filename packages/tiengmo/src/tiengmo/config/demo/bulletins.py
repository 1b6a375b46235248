"""The demo's own bulletins: on the portal, one also on the air; two waiting, one half written."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.files.images import ImageFile
from django.utils import timezone
from wagtail.images import get_image_model

from tiengmo.channels.registry import channel
from tiengmo.newsroom.actions import (
    bulletin_from_text,
    clear_bulletin,
    edit_bulletin,
    submit_bulletin,
)
from tiengmo.newsroom.forms_of import forms_of
from tiengmo.newsroom.models import Bulletin, Category
from tiengmo.newsroom.models.bulletin import BulletinPriority, PictureRights
from tiengmo.people.models import User
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from wagtail.images.models import AbstractImage

TEXTS = Path(__file__).parent / "texts"
PICTURES = Path(__file__).parent / "data" / "pictures"
PICTURE_ALT = (
    "Tranh vẽ đêm rét trên ruộng bậc thang: hai con trâu đứng gần nhà sàn sáng đèn, "
    "bên cạnh là cột loa của thôn."
)
CHANNELS = ["portal", "loudspeakers"]
SCREENS, PRINT, PRESS, PARTNERS = "screens", "print", "press", "partners"
FACEBOOK, ZALO = "facebook", "zalo"


@dataclass(frozen=True)
class Draft:
    text: str
    author: str
    audience: tuple[str, ...]
    category: str
    is_submitted: bool


DRAFTS = (
    Draft("can-cuoc.txt", "bientap", ("082",), "chi-dao-dieu-hanh", is_submitted=True),
    Draft("hop-thon.txt", "bientap.yty", ("02701",), "nong-thon-moi", is_submitted=True),
    Draft("tiem-phong.txt", "bientap", ("082",), "nong-nghiep", is_submitted=False),
)


@dataclass(frozen=True)
class Own:
    """A bulletin that the demo releases on the portal: loudspeakers are not kept busy with it."""

    text: str
    author: str
    approver: str
    audience: tuple[str, ...]
    category: str
    closes_in_days: int | None = None
    priority: str = BulletinPriority.ROUTINE


CATTLE = ("02701", "02704", "02707", "02710")
ON_PORTAL = (
    Own("thuc-an-trau-bo.txt", "bientap", "duyet", CATTLE, "thong-bao", -2),
    Own("moi-goi-che-bien.txt", "bientap", "duyet", ("082",), "moi-goi-dau-tu", 60),
    Own("chao-gia-loa.txt", "bientap", "duyet", ("082",), "dau-thau-mua-sam", 14),
    Own("giong-ngo.txt", "bientap", "duyet", ("082",), "nong-nghiep"),
    Own("cat-dien.txt", "bientap", "duyet", ("02728", "02722", "02713"), "thong-bao", 5),
    Own(
        "cho-phien.txt",
        "bientap",
        "duyet",
        ("02728", "02722", "02713", "02725", "02740"),
        "van-hoa-xa-hoi",
    ),
    Own("tiem-chung.txt", "bientap.yty", "duyet.yty", ("02701",), "y-te"),
    Own("lua-dao.txt", "bientap", "duyet", ("082",), "an-ninh-trat-tu"),
    Own(
        "sua-duong.txt",
        "bientap",
        "duyet",
        ("02695", "02701"),
        "chi-dao-dieu-hanh",
        priority=BulletinPriority.PRIORITY,
    ),
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
            category=own.category,
            closes_in_days=own.closes_in_days,
            # A commune's own bulletin on paper too: its villages are few enough to go to. And on
            # its pages, which are on trial: nothing leaves this machine.
            also=(SCREENS, PRESS, PARTNERS)
            if own.audience == ("082",)
            else (SCREENS, PRINT, FACEBOOK, ZALO),
        )
        waiting.append((bulletin, own.approver))
    on_air = None
    if first.partition("\n")[0] not in released:
        author = User.objects.get(username="bientap")
        on_air = write(
            first,
            author=author,
            audience=["082"],
            category="nong-nghiep",
            also=(SCREENS,),
            picture=picture_of("ret-dam.jpg", "Tranh minh hoạ đêm rét ở vùng cao", by=author),
        )
        waiting.append((on_air, "duyet"))
    release = None
    for bulletin, approver in waiting:
        wait_for_sound(bulletin, look=lambda _percent: look(), timeout_seconds=120)
        submit_bulletin(bulletin, by=bulletin.author)
        release = clear(bulletin, by=User.objects.get(username=approver))
    return release if on_air is not None else None


def picture_of(name: str, title: str, *, by: User) -> AbstractImage:
    """One of the demo's own drawings, as somebody would upload it; the house stays in any crop."""
    images = get_image_model()
    found = images.objects.filter(title=title).first()
    if found is None:
        with (PICTURES / name).open("rb") as file:
            found = images.objects.create(
                title=title,
                file=ImageFile(file, name=name),
                uploaded_by_user=by,
                focal_point_x=700,
                focal_point_y=400,
                focal_point_width=560,
                focal_point_height=360,
            )
    return found


WRONG, RIGHT = "bốn xã", "ba xã"


def correct_own(*, look: Callable[[], None]) -> Release | None:
    """Correct one of the demo's bulletins, once: readers see what was corrected and when."""
    bulletin = Bulletin.objects.filter(headline__endswith=WRONG).first()
    if bulletin is None or not Release.objects.filter(title=bulletin.headline).exists():
        return None
    latest = bulletin.get_latest_revision_as_object()
    if WRONG not in latest.headline:
        return None
    for name in ("headline", "short_text", "summary", "body", "script"):
        setattr(latest, name, getattr(latest, name).replace(WRONG, RIGHT))
    edit_bulletin(latest, by=bulletin.author)
    wait_for_sound(latest, look=lambda _percent: look(), timeout_seconds=120)
    submit_bulletin(latest, by=bulletin.author)
    return clear(latest, by=User.objects.get(username="duyet"))


def ensure_drafts() -> None:
    """Leave something in the newsroom for a newcomer to find: two waiting, one half written."""
    if Bulletin.objects.exists():
        return
    for draft in DRAFTS:
        bulletin = write(
            (TEXTS / draft.text).read_text(encoding="utf-8"),
            author=User.objects.get(username=draft.author),
            audience=draft.audience,
            category=draft.category,
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
    category: str = "",
    closes_in_days: int | None = None,
    picture: AbstractImage | None = None,
    also: Sequence[str] = (),
    release_at: datetime | None = None,
) -> Bulletin:
    """Write and save a bulletin from a text as its author would; speech starts being made.

    also: more channels, each when its texts fit there. release_at: not before this instant.
    """
    assert author.unit is not None  # noqa: S101 (demo accounts have one)
    bulletin = bulletin_from_text(text, unit=author.unit, author=author, full=full)
    bulletin.audience = list(audience)
    bulletin.channels = list(channels)
    bulletin.priority = priority
    bulletin.release_at = release_at
    if picture is not None:
        bulletin.picture = picture
        bulletin.picture_alt = PICTURE_ALT
        bulletin.picture_rights = PictureRights.OWN
        bulletin.picture_credit = "Tranh minh hoạ của bản trình diễn"
    bulletin.category = Category.objects.filter(code=category).first()
    if bulletin.category is not None and closes_in_days is not None:
        bulletin.closes_on = timezone.localdate() + timedelta(days=closes_in_days)
    forms = forms_of(bulletin, bulletin)
    bulletin.channels += [code for code in also if not channel(code).check(forms)]
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

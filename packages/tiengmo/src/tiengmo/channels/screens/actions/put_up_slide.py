from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.channels.screens import rules
from tiengmo.channels.screens.beats import beat
from tiengmo.channels.screens.errors import ScreenError
from tiengmo.channels.screens.models import Slide
from tiengmo.channels.screens.placing import in_use
from tiengmo.foundation.vietnamese import nfc
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role, User
from tiengmo.places.queries import is_within, unknown_areas

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, time

    from tiengmo.channels.screens.videos import Video
    from tiengmo.places.models import Unit

LONGEST_TICKER, LONGEST_TITLE, LONGEST_TEXT = 200, rules.LONGEST_HEADLINE, 280
SHORTEST_SECONDS, LONGEST_SECONDS = 5, 120
LONGEST_DAYS = 400


def put_up_slide(
    *,
    unit: Unit,
    by: User,
    kind: str,
    title: str,
    text: str,
    areas: Sequence[str],
    from_on: date,
    until_on: date,
    weekdays: Sequence[int] = (),
    hours: tuple[time, time] | None = None,
    seconds: int = 12,
    picture_sha256: str = "",
    picture_alt: str = "",
    picture_focus: Sequence[float] = (0.5, 0.5),
    video: Video | None = None,
) -> Slide:
    """Show something on the screens of these areas, which lie in `unit`, on these days and hours.

    video: kept already; its still takes the picture's place, and its length is the showing's. It
    goes out as it is, so whoever puts it up must be one who may clear. Raises NotAllowed;
    ScreenError says what does not fit.
    """
    require_role(by, Role.APPROVER, unit)
    title, text = nfc(title.strip()), nfc(" ".join(text.split()))
    if video is not None:
        picture_sha256, seconds = video.poster_sha256, max(SHORTEST_SECONDS, -(-video.ms // 1000))
    problem = _problem(kind, title, text, picture_sha256, picture_alt)
    if not problem and video is not None and kind != Slide.Kind.CARD:
        problem = _("Dòng chữ chạy không có video.")
    if not problem and (not areas or unknown_areas(areas)):
        problem = _("Hãy chọn nơi chiếu.")
    if not problem and not is_within(areas, [unit.code]):
        problem = _("Có nơi chiếu nằm ngoài địa bàn của đơn vị.")
    if not problem and (until_on < from_on or until_on < timezone.localdate()):
        problem = _("Ngày cuối phải từ hôm nay và không trước ngày đầu.")
    if not problem and (until_on - from_on).days > LONGEST_DAYS:
        problem = _("Một trang chiếu nhiều nhất 400 ngày.")
    if not problem and not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
        problem = _("Thời gian mỗi lần chiếu từ 5 đến 120 giây.")
    if problem:
        raise ScreenError(problem)
    with transaction.atomic():
        slide = Slide.objects.create(
            unit=unit,
            kind=kind,
            title=title,
            text=text,
            areas=list(areas),
            from_on=from_on,
            until_on=until_on,
            weekdays=sorted(set(weekdays)),
            hour_from=hours[0] if hours else None,
            hour_to=hours[1] if hours else None,
            seconds=seconds,
            picture_sha256=picture_sha256,
            picture_alt=nfc(picture_alt.strip())[:300],
            picture_focus=rules.focus_of(list(picture_focus)),
            video_sha256=video.sha256 if video is not None else "",
            video_suffix=video.suffix if video is not None else "",
            video_bytes=video.bytes if video is not None else 0,
            video_ms=video.ms if video is not None else 0,
            put_up_by=str(by),
        )
        _wake()
        record(
            "screens.slide_put_up",
            by=by,
            subject=slide,
            detail={"areas": list(areas), "until": until_on.isoformat(), "text": text},
        )
    return slide


def _problem(kind: str, title: str, text: str, picture: str, alt: str) -> str:
    if kind == Slide.Kind.TICKER:
        if not text or len(text) > LONGEST_TICKER:
            return _("Dòng chữ chạy cần từ 1 đến 200 ký tự.")
        return ""
    if not title:
        return _("Trang chiếu cần tiêu đề.")
    if len(title) > LONGEST_TITLE or len(text) > LONGEST_TEXT:
        return _("Tiêu đề dài nhất 90 ký tự, nội dung dài nhất 280 ký tự.")
    if picture and not alt.strip():
        return _("Ảnh hoặc video cần một câu mô tả.")
    return ""


def _wake() -> None:
    beat(in_use().order_by().values_list("unit_id", flat=True).distinct())


def end_slide(slide: Slide, *, by: User) -> Slide:
    """Take a slide down from every screen now. A second time changes nothing."""
    require_role(by, Role.APPROVER, slide.unit)
    with transaction.atomic():
        locked = Slide.objects.select_for_update().get(pk=slide.pk)
        if locked.ended_at is not None:
            return locked
        locked.ended_at = timezone.now()
        locked.save(update_fields=["ended_at"])
        _wake()
        record("screens.slide_ended", by=by, subject=locked)
    return locked

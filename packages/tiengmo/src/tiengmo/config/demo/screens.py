"""Two invented screens of one commune, waiting for somebody to open the player and type a code.

A short film made here stands on both: it says of itself that it is for trying out.
"""

from __future__ import annotations

from datetime import time, timedelta
from io import BytesIO

import av
from django.utils import timezone
from PIL import Image, ImageDraw

from tiengmo.audit import SYSTEM
from tiengmo.channels.screens import videos
from tiengmo.channels.screens.actions import add_screen, put_up_slide
from tiengmo.channels.screens.models import Screen, Slide
from tiengmo.people.models import User
from tiengmo.places.queries import unit_by_code

COMMUNE = "02701"
# Households that come by on a day: as an invented head of the village would state them.
FOOTFALL = (10, 30)
# On all day: whoever tries the demo late in the evening sees the bulletin too.
MIDNIGHT = time(0)
APPROVER = "duyet.yty"
FILM_SIZE, FILM_SECONDS, FRAMES_A_SECOND = (640, 360), 8, 5
STAYS = timedelta(days=30)


def ensure_screens() -> None:
    """Put them on the list where there are none; their codes are made on the staff's page."""
    unit = unit_by_code(COMMUNE)
    if unit is None or Screen.objects.exists():
        return
    add_screen(
        name="Sảnh bộ phận một cửa", unit=unit, by=SYSTEM, opens_at=MIDNIGHT, closes_at=MIDNIGHT
    )
    village = unit.villages.order_by("code").first()
    if village is not None:
        name = f"Nhà văn hoá {village.name}"
        add_screen(
            name=name,
            unit=unit,
            village=village,
            footfall=FOOTFALL,
            by=SYSTEM,
            opens_at=MIDNIGHT,
            closes_at=MIDNIGHT,
        )


def ensure_film() -> None:
    """Put up a film of eight seconds, where none stands."""
    unit = unit_by_code(COMMUNE)
    by = User.objects.filter(username=APPROVER).first()
    today = timezone.localdate()
    if unit is None or by is None or Slide.objects.filter(until_on__gte=today).exists():
        return
    put_up_slide(
        unit=unit,
        by=by,
        kind=Slide.Kind.CARD,
        title="Ví dụ: video trên màn hình",
        text="Dữ liệu dựng để thử.",
        areas=[COMMUNE],
        from_on=today,
        until_on=today + STAYS,
        picture_alt="Một chấm tròn chạy ngang màn hình.",
        video=videos.keep(BytesIO(_film())),
    )


def _film() -> bytes:
    """A dot that crosses the picture."""
    written = BytesIO()
    width, height = FILM_SIZE
    with av.open(written, "w", format="webm") as out:
        stream = out.add_stream("libvpx", rate=FRAMES_A_SECOND)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        frames = FILM_SECONDS * FRAMES_A_SECOND
        for number in range(frames):
            picture = Image.new("RGB", FILM_SIZE, "#0d1830")
            across = round(width * number / (frames - 1))
            box = (across - 40, height // 2 - 40, across + 40, height // 2 + 40)
            ImageDraw.Draw(picture).ellipse(box, fill="#ffc94d")
            out.mux(stream.encode(av.VideoFrame.from_image(picture)))
        out.mux(stream.encode())
    return written.getvalue()

"""The demo's week: sessions of the district's station and of three communes'. All of it invented.

It is made once, after the demo serves, and only its words and tunes: episodes and items follow from
them in the worker, and the voice is made there as well. `--once` does not ask for it.
"""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass
from datetime import time, timedelta
from typing import TYPE_CHECKING

import numpy as np
from django.utils import timezone

from tiengmo.audit import SYSTEM
from tiengmo.broadcasting.actions import week as acts
from tiengmo.broadcasting.models import Episode, FillRule, Show, ShowRule
from tiengmo.places.queries import unit_by_code
from tiengmo.voices.actions import accept_recording, speak

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiengmo.places.models import Unit
    from tiengmo.voices.models import Sound

RATE = 48_000
# A scale of five notes, as the old tunes of the mountains have it.
SCALE = (261.63, 293.66, 329.63, 392.00, 440.00, 523.25)
TUNES = (
    ("Khúc nhạc sáng (dựng thử)", "0 2 4 5 4 2 3 1 0 2 3 4 2 1 0 0" * 8),
    ("Khúc nhạc chiều (dựng thử)", "4 3 2 0 1 2 3 2 4 5 4 3 1 2 0 0" * 8),
    ("Khúc nhạc nương (dựng thử)", "2 2 4 5 3 4 2 1 0 1 3 2 4 3 1 0" * 8),
)
INTRO = "Đây là {station}. Chương trình {show}, nội dung dựng để thử."
DAYS_FILLED = 7


@dataclass(frozen=True)
class Session:
    """A show with its rule, and the texts that its episodes take turns with."""

    station: str
    title: str
    host: str
    at: time
    minutes: int
    rrule: str
    texts: tuple[tuple[str, str], ...]


MORNING = (
    (
        "Lịch trong ngày",
        (
            "Bà con chú ý lịch làm việc hôm nay. Bộ phận một cửa của các xã làm"
            " việc từ bảy giờ rưỡi"
            " sáng đến năm giờ chiều. Ai đến làm giấy tờ nhớ mang theo thẻ căn cước."
            " Chợ phiên vẫn họp như thường lệ, bà con để xe đúng chỗ, không bày hàng ra lòng đường."
        ),
    ),
    (
        "Việc nhà nông",
        (
            "Những ngày này trời lạnh về đêm. Bà con che chắn chuồng trại cho"
            " trâu bò, cho gia súc ăn"
            " no trước khi trời tối, không thả rông trên núi cao. Rau màu nên tưới nước ấm vào sáng"
            " sớm để tránh sương muối. Ai cần giống và phân bón, hỏi cán bộ khuyến nông xã."
        ),
    ),
    (
        "Gương sáng bản làng",
        (
            "Trong bản có nhiều nhà cùng góp công làm đường. Mỗi nhà một buổi, người có xe chở đá,"
            " người khoẻ thì đào rãnh. Con đường bê tông nay đã tới đầu thôn, trẻ con đi học không"
            " còn lấm chân. Ban công tác mặt trận thôn cảm ơn tất cả các nhà đã chung tay."
        ),
    ),
)
LAW = (
    (
        "Hỏi đáp pháp luật",
        (
            "Bà con hỏi: khi bán xe máy cho người khác thì cần làm gì? Xin trả"
            " lời: hai bên làm giấy"
            " mua bán có chứng thực, rồi mang giấy đăng ký xe đến nơi đăng ký để sang tên."
            " Không sang tên thì khi xe gặp chuyện, chủ cũ vẫn phải lên làm việc."
        ),
    ),
    (
        "Nhắc nhau giữ luật",
        (
            "Đi xe máy phải đội mũ bảo hiểm, trẻ em ngồi sau cũng đội. Đã uống"
            " rượu thì không lái xe."
            " Người chưa đủ tuổi không được giao xe. Giữ luật là giữ lấy mạng mình và người thân."
        ),
    ),
)
EVENING = (
    (
        "Tin trong huyện",
        (
            "Hôm nay các thôn tiếp tục dọn vệ sinh đường làng, khơi thông rãnh nước. Các trường họp"
            " phụ huynh, bàn việc giữ ấm cho học sinh bán trú. Trạm y tế các xã nhắc bà con đưa trẻ"
            " đi tiêm chủng đúng hẹn."
        ),
    ),
    (
        "Sức khoẻ mỗi nhà",
        (
            "Trời lạnh, người già và trẻ nhỏ dễ viêm phổi. Mặc ấm, giữ nhà kín gió nhưng không đốt"
            " than trong phòng kín, vì khí than làm ngạt thở rất nhanh mà không ai hay."
            " Thấy khó thở, sốt cao, phải đến trạm y tế ngay."
        ),
    ),
)
COMMUNE = (
    (
        "Việc của xã",
        (
            "Ủy ban xã báo để bà con biết: tuần này các thôn họp bình xét gia đình văn hoá."
            " Trưởng thôn sẽ đến từng nhà báo giờ họp. Nhà nào đi nương xa thì nhắn người ở nhà dự"
            " thay, để việc chung có đủ ý kiến của các nhà."
        ),
    ),
)
DAILY, WORKDAYS = "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
SESSIONS = (
    Session("082", "Chào ngày mới Bát Xát", "Nhóm sáng", time(5), 5, DAILY, MORNING),
    Session("082", "Pháp luật quanh ta", "Tổ tư pháp", time(5, 30), 3,
            "FREQ=WEEKLY;BYDAY=MO,WE,FR", LAW),
    Session("082", "Chiều vùng cao", "Nhóm chiều", time(17), 4, DAILY, EVENING),
    Session("02701", "Chuyện bản Y Tý", "Đài xã Y Tý", time(17, 25), 2, WORKDAYS, COMMUNE),
    Session("02695", "Trịnh Tường hôm nay", "Đài xã Trịnh Tường", time(17, 25), 2, WORKDAYS,
            COMMUNE),
    Session("02710", "Bản Vược mỗi chiều", "Đài xã Bản Vược", time(17, 25), 2,
            "FREQ=WEEKLY;BYDAY=TU,TH,SA", COMMUNE),
)  # fmt: skip
FILL_HOURS = ((time(5), time(5, 50)), (time(17), time(17, 24)))


def ensure_week(tell: Callable[[str], None]) -> None:
    """Make the week once; a demo that has shows of its own is left as it is."""
    if Show.objects.exists() or unit_by_code("082") is None:
        return
    chime = _recorded(_tune("5 3 4 0", beat=0.35))
    tunes = [(title, _recorded(_tune(notes, beat=0.55))) for title, notes in TUNES]
    for session in SESSIONS:
        station = unit_by_code(session.station)
        if station is not None:
            _make(session, station, chime, tunes)
    district = unit_by_code("082")
    assert district is not None  # noqa: S101 (asked above)
    pool = acts.make_pool(district, "Nhạc lấp chỗ trống (dựng thử)", by=SYSTEM, is_invented=True)
    for title, tune in tunes:
        acts.add_to_pool(pool, tune, title, by=SYSTEM)
    for from_at, to_at in FILL_HOURS:
        rule = FillRule(
            station=district, pool=pool, from_at=from_at, to_at=to_at, no_repeat_minutes=3
        )
        acts.set_fill(rule, by=SYSTEM)
    tell("Lịch phát một tuần (dựng thử) đã có: xem Lịch phát trong giao diện cán bộ.")


def _make(
    session: Session, station: Unit, chime: Sound, tunes: Sequence[tuple[str, Sound]]
) -> None:
    show = Show(
        station=station,
        title=session.title,
        host=session.host,
        length_minutes=session.minutes,
        jingle_in=chime,
        jingle_out=chime,
        is_invented=True,
    )
    acts.save_show(show, by=SYSTEM)
    rule = ShowRule(show=show, rrule=session.rrule, starts_on=timezone.localdate(), at=session.at)
    acts.save_rule(rule, by=SYSTEM)
    intro = speak(INTRO.format(station=station.name, show=show.title), language="vi")
    spoken = [(title, speak(text, language="vi")) for title, text in session.texts]
    soon = timezone.now() + timedelta(days=DAYS_FILLED)
    for number, episode in enumerate(Episode.objects.filter(show=show, start_at__lt=soon)):
        acts.add_segment(episode, sound=intro, title="Lời chào", by=SYSTEM)
        # A word, a tune, a word: as a presenter would.
        pairs = zip(_turned(spoken, number), _turned(tunes, number), strict=False)
        for title, sound in (piece for pair in pairs for piece in pair):
            acts.add_segment(episode, sound=sound, title=title, by=SYSTEM)


def _turned(spoken: Sequence[tuple[str, Sound]], number: int) -> list[tuple[str, Sound]]:
    first = number % len(spoken)
    return [*spoken[first:], *spoken[:first]]


def _recorded(sound: bytes) -> Sound:
    return accept_recording(io.BytesIO(sound), language="vi", by=SYSTEM)


def _tune(notes: str, *, beat: float) -> bytes:
    """Pluck these notes of the scale, as a WAV file."""
    steps = notes.replace(" ", "")
    length = round(beat * RATE)
    ring = np.arange(round(1.6 * RATE)) / RATE
    out = np.zeros(length * len(steps) + len(ring), dtype=np.float64)
    for place, step in enumerate(steps):
        pitch = SCALE[int(step)]
        overtones = sum(np.sin(2 * np.pi * pitch * n * ring) / n**2 for n in (1, 2, 3))
        out[place * length : place * length + len(ring)] += overtones * np.exp(-3.2 * ring)
    samples = (out / np.abs(out).max() * 0.5 * 32767).astype("<i2")
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return target.getvalue()

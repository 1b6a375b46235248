"""Invented outlets with what they printed, agreed and asked, and one journalist let in."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from tiengmo.audit import SYSTEM
from tiengmo.channels.press.actions import register_journalist, save_outlet, save_spokesperson
from tiengmo.channels.press.models import Outlet, Spokesperson
from tiengmo.outreach.press.actions import note_meeting, note_mention, save_agreement
from tiengmo.outreach.press.models import Agreement, Meeting, Mention
from tiengmo.places.queries import top_units

OUTLETS = (
    ("Báo Ví Dụ (dữ liệu dựng)", Outlet.Kind.PAPER),
    ("Đài Minh Hoạ (dữ liệu dựng)", Outlet.Kind.BROADCASTER),
    ("Tin Thử Nghiệm điện tử (dữ liệu dựng)", Outlet.Kind.ONLINE),
)
# Title, outlet, days ago.
PRINTED = (
    ("Bát Xát chống rét cho đàn gia súc", 0, 12),
    ("Chợ phiên vùng cao ngày cuối tuần", 1, 30),
    ("Thêm ba cây cầu nối thôn xa", 2, 45),
    ("Giống ngô mới trên nương", 0, 200),
    ("Loa truyền thanh nói tiếng Mông", 1, 230),
)


def ensure_press() -> None:
    """Put them where there are none."""
    if Outlet.objects.exists() or not top_units():
        return
    today = timezone.localdate()
    with transaction.atomic():
        outlets = [save_outlet(name=name, kind=kind, by=SYSTEM) for name, kind in OUTLETS]
        save_spokesperson(
            Spokesperson(
                full_name="Lò Văn Dựng (dữ liệu dựng)",
                position="Người phát ngôn",
                phone="0214 000 0000",
                email="bao-chi@vidu.example",
            ),
            by=SYSTEM,
        )
        register_journalist(
            full_name="Nguyễn Thị Dựng (dữ liệu dựng)",
            card_number="TBNB-0000",
            address="nha-bao@vidu.example",
            outlet=outlets[0],
            until=today + timedelta(days=365),
            by=SYSTEM,
        )
        agreement = save_agreement(
            Agreement(
                outlet=outlets[0],
                subject="Chuyên trang nông thôn mới (dữ liệu dựng)",
                money=50_000_000,
                starts_on=today - timedelta(days=90),
                ends_on=today + timedelta(days=90),
                products_owed=4,
            ),
            by=SYSTEM,
        )
        for title, number, days in PRINTED:
            on = today - timedelta(days=days)
            owed = agreement if number == 0 and on >= agreement.starts_on else None
            note_mention(
                Mention(outlet=outlets[number], title=title, on=on, agreement=owed), by=SYSTEM
            )
        note_meeting(
            Meeting(
                on=today - timedelta(days=150),
                place="Hội trường (dữ liệu dựng)",
                agenda="Kết quả sáu tháng, việc sáu tháng tới.",
            ),
            came={outlets[0]: 2, outlets[1]: 3},
            asked=[("Đường liên xã", 3, "Xong trong quý bốn."), ("Trường học", 1, "")],
            by=SYSTEM,
        )

"""What can go wrong with a voice. Texts are Vietnamese, for the person who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from datetime import datetime


class VoicesError(Exception):
    """Trying again will not help: the person has to do something else."""


class UnusableSound(VoicesError):
    """A file that cannot be used as a recording."""


class NothingToSpeak(VoicesError):
    """No word is left of the text once it is written as it would be spoken."""

    def __init__(self) -> None:
        super().__init__(_("Văn bản không có từ nào đọc được. Hãy nhập nội dung bằng chữ."))


class TextTooLong(VoicesError):
    """More text than is read in one piece."""

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(
            _("Văn bản dài %(length)d ký tự, vượt quá %(limit)d ký tự. Hãy chia thành nhiều bài.")
            % {"length": length, "limit": limit}
        )


class TooMuchSpeech(VoicesError):
    """A person or a unit has had as much read as one may in a while."""

    def __init__(self, *, used: int, limit: int, again_at: datetime, is_unit: bool) -> None:
        text = (
            _(
                "Đơn vị bạn đã cho máy đọc %(used)s ký tự trong 24 giờ qua, nhiều nhất là "
                "%(limit)s. Hãy thử lại từ %(again)s, hoặc dùng bản thu âm."
            )
            if is_unit
            else _(
                "Bạn đã cho máy đọc %(used)s ký tự trong một giờ qua, nhiều nhất là %(limit)s. "
                "Hãy thử lại từ %(again)s, hoặc dùng bản thu âm."
            )
        )
        super().__init__(
            text
            % {
                "used": f"{used:,}".replace(",", "."),
                "limit": f"{limit:,}".replace(",", "."),
                "again": f"{localtime(again_at):%H:%M}",
            }
        )


class NoVoice(VoicesError):
    """No engine speaks this language, or none has this voice."""


class EngineFailed(Exception):
    """The speech engine died or hung. May be worth another try."""


class RenderedElsewhere(Exception):
    """Another renderer holds the lease; look again after `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"leased for another {seconds:.1f} s")
        self.seconds = seconds

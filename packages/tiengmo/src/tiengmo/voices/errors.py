"""What can go wrong with a voice. Texts are Vietnamese, for the person who asked."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


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


class NoVoice(VoicesError):
    """No engine speaks this language, or none has this voice."""


class EngineFailed(Exception):
    """The speech engine died or hung. May be worth another try."""


class RenderedElsewhere(Exception):
    """Another renderer holds the lease; look again after `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"leased for another {seconds:.1f} s")
        self.seconds = seconds

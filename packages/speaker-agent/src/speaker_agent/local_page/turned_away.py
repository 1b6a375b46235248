"""Why somebody was turned away: a word for the report, a text for the person."""

from collections.abc import Mapping

TEXTS = {
    "bad_key_file": "Tệp này không phải khoá ký. Hãy chọn tệp .tmkey lưu từ “Khoá ký của tôi”.",
    "bad_upload": "Không đọc được tệp âm thanh. Hãy ghi lại, không quá 3 phút.",
    "silent": "Trong tệp không nghe thấy tiếng nói. Hãy ghi lại gần micrô hơn.",
    "wrong_date": (
        "Điện thoại báo ngày {said}, nhưng loa biết chắc bây giờ là từ {first} đến trước {last} "
        "(lần cuối loa biết giờ, và ngày khoá ký hết hạn). "
        "Hãy chỉnh lại ngày giờ của điện thoại rồi ký lại."
    ),
    "bad_form": "Biểu mẫu gửi lên thiếu hoặc sai. Hãy mở lại trang và thử lại.",
    "too_large": "Tệp quá lớn.",
    "wrong_passphrase": "Mật khẩu ký không đúng. Đây là mật khẩu riêng để ký cảnh báo.",
    "too_many_tries": "Sai mật khẩu ký nhiều lần. Hãy đợi một phút rồi thử lại.",
    "too_many_drafts": "Đang có nhiều cảnh báo chờ ký. Hãy ký hoặc bỏ bớt.",
    "no_such_draft": "Không còn cảnh báo này: đã phát, đã bỏ, hoặc quá 30 phút.",
    "no_assignment": "Loa chưa được gắn với địa bàn nào.",
    "one_signature_short": "Người thứ hai phải là người khác với người thứ nhất.",
    "unknown_key": "Khoá này không do địa phương mình chứng nhận.",
    "bad_signature": "Khoá này không do địa phương mình chứng nhận, hoặc tệp đã bị sửa.",
    "revoked": "Khoá này đã bị thu hồi.",
    "certificate_expired": "Khoá này đã hết hạn.",
    "not_yet_valid": "Khoá hoặc cảnh báo này chưa đến ngày có hiệu lực.",
    "wrong_area": "Khoá hoặc cảnh báo này không thuộc địa bàn của loa.",
    "over_priority": "Khoá này không được phép phát khẩn cấp.",
    "wrong_kind": "Khoá hoặc tệp này không dùng để phát cảnh báo.",
    "expired": "Cảnh báo đã hết giờ.",
    "replayed": "Loa này đã nhận cảnh báo đó rồi.",
    "older_version": "Loa đã có bản mới hơn của cảnh báo này.",
    "malformed": "Tệp hỏng hoặc không phải cảnh báo.",
    "not_that_sound": "Âm thanh trong tệp không khớp với chữ ký: tệp đã bị sửa.",
    "test_message": "Đây là cảnh báo thử; loa này đang dùng thật.",
    "no_room": "Thẻ nhớ của loa đã đầy.",
    "is_speaking": "Đang có người nói trực tiếp ở loa này.",
}


class TurnedAway(Exception):
    """Not done. `reason` goes into the log and to the server, `text` to the person."""

    def __init__(
        self,
        reason: str,
        detail: str = "",
        *,
        is_reported: bool = True,
        facts: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
        self.is_reported = is_reported
        self._facts = facts or {}

    @property
    def text(self) -> str:
        """What the person is told."""
        text = TEXTS.get(self.reason)
        return f"Loa không nhận ({self.reason})." if text is None else text.format(**self._facts)

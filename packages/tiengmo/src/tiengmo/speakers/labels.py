"""Words for what boxes report, for people who never read the protocol."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

REFUSAL_REASONS = {
    "malformed": _("bản tin hỏng"),
    "too_large": _("bản tin quá lớn"),
    "bad_signature": _("chữ ký sai"),
    "unknown_key": _("khoá lạ"),
    "revoked": _("khoá đã bị thu hồi"),
    "certificate_expired": _("chứng thư hết hạn"),
    "not_yet_valid": _("chưa đến hạn dùng"),
    "expired": _("đã quá hạn"),
    "wrong_area": _("sai địa bàn"),
    "over_priority": _("vượt mức ưu tiên"),
    "wrong_kind": _("sai loại bản tin"),
    "replayed": _("phát lại bản cũ"),
    "one_signature_short": _("thiếu chữ ký thứ hai"),
    "older_version": _("bản cũ hơn"),
    "test_message": _("bản tin thử"),
    "untrusted_time": _("đồng hồ chưa tin được"),
    "wrong_stream": _("sai luồng trực tiếp"),
    "wrong_platform": _("chương trình không hợp máy này"),
    "wrong_passphrase": _("sai mật khẩu ký tại loa"),
    "too_many_tries": _("thử mật khẩu ký tại loa quá nhiều lần"),
    "bad_key_file": _("tệp khoá ký không đúng"),
    "bad_upload": _("tệp ghi âm không dùng được"),
    "bad_form": _("yêu cầu sai tại trang của loa"),
    "wrong_date": _("điện thoại sai ngày giờ tại loa"),
    "not_that_sound": _("âm thanh không khớp chữ ký"),
    "silent": _("bản ghi âm không có tiếng"),
}
OUTCOMES = {
    "played": _("đã phát"),
    "cut": _("bị cắt giữa chừng"),
    "missed": _("không phát"),
}
CUT_REASONS = {
    "no_sound": _("chưa tải được âm thanh"),
    "bad_sound": _("âm thanh hỏng"),
    "too_late": _("quá giờ"),
    "untrusted_time": _("đồng hồ chưa tin được"),
    "quiet_hours": _("giờ yên tĩnh"),
    "pre_empted": _("nhường bản tin ưu tiên hơn"),
    "withdrawn": _("bản tin đã gỡ"),
    "stopped": _("trực đài cho dừng"),
    "restarted": _("máy khởi động lại"),
    "device_failed": _("lỗi thiết bị âm thanh"),
    "muted": _("âm lượng bằng 0"),
    "retired": _("máy ngừng sử dụng"),
    "over_limit": _("quá số buổi hoặc số phút địa bàn cho phép"),
    "gaps": _("tiếng trực tiếp bị đứt đoạn"),
}
# Why a box could not do what it was told; a maker's own words are shown as they are.
COMMAND_DETAILS = {
    "something is playing, and a test never cuts it off": _(
        "loa đang phát, tiếng thử không chen ngang"
    ),
    "nothing is playing": _("loa không phát gì"),
    "no such item here": _("loa không có chương trình này"),
    "no assignment yet": _("loa chưa nhận phân công"),
    "the volume is zero": _("âm lượng bằng 0"),
    "no log is kept here": _("máy không lưu nhật ký"),
    "no update waits here": _("không có bản cập nhật nào đang chờ"),
}
COMMANDS = {
    "set_volume": _("đặt âm lượng"),
    "test_tone": _("phát tiếng thử"),
    "stop": _("dừng phát"),
    "refresh_schedule": _("tải lại lịch"),
    "self_test": _("tự kiểm tra"),
    "send_log": _("gửi nhật ký máy"),
    "install_update": _("cài bản mới"),
    "cancel_update": _("thôi cài bản mới"),
    "retire": pgettext_lazy("command", "ngừng sử dụng"),
}
FINDINGS = {
    "device_failed": _("thiết bị âm thanh không mở được"),
    "clock_untrusted": _("đồng hồ chưa tin được"),
    "storage_low": _("bộ nhớ sắp đầy"),
    "sound_missing": _("chưa tải đủ âm thanh"),
    "muted": _("âm lượng bằng 0"),
    "busy": _("đang phát nên không thử tiếng"),
    "quiet_hours": _("giờ yên tĩnh nên không thử tiếng"),
}
UPDATE_REASONS = {
    "no_space": _("thẻ nhớ không đủ chỗ"),
    "bad_archive": _("tệp chương trình hỏng"),
    "self_check": _("chương trình không khởi động được trên máy này"),
    "not_fetched": _("máy chưa tải được bản mới"),
    "unexpected": _("máy gặp lỗi bất ngờ khi cài"),
    "taken_back": _("đã rút lệnh cài"),
    "no_quiet_moment": _("chưa có lúc nào yên để đổi"),
    "cancelled": _("đã thôi cài"),
    "crashed": _("chương trình mới tự tắt"),
    "no_link": _("chương trình mới không kết nối được"),
    "device_failed": _("chương trình mới không mở được thiết bị âm thanh"),
    "interrupted": _("mất điện hoặc bị tắt giữa chừng"),
    "lost": _("tệp chương trình bị mất"),
    "not_updatable": _("máy không được cài theo cách có thể tự cập nhật"),
    "busy": _("máy đang thử một bản khác"),
    "no_answer": _("máy không trả lời"),
    **REFUSAL_REASONS,
}
STATES = {
    "playing": _("đang phát"),
    "online": _("sẵn sàng"),
    "attention": _("cần xem"),
    "silent": _("mất kết nối"),
    "never": _("chưa kết nối lần nào"),
    "retired": pgettext_lazy("box", "ngừng sử dụng"),
}

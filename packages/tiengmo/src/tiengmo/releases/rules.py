"""Why a delivery waits or failed. The codes are stored; the texts are shown."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

REASONS = {
    "box_offline": _("loa mất kết nối"),
    "screen_offline": _("màn hình mất kết nối"),
    "screen_holds": _("màn hình chưa báo đã gỡ"),
    "box_holds": _("loa chưa báo đã bỏ khỏi lịch"),
    "not_shown": _("màn hình không chiếu"),
    "not_handed_out": _("chưa ghi việc phát, dán"),
    "sheets_out": _("tờ in còn ngoài thôn, chưa ghi việc gỡ"),
    "not_told": _("tổ tuyên vận chưa ghi buổi nào"),
    "already_told": _("đã nói với bà con, cần tổ tuyên vận báo lại"),
    "no_box": _("thôn chưa có loa"),
    "cut_off": _("vùng lõm sóng, không liên lạc được"),
    "refused": _("loa từ chối lệnh"),
    "not_played": _("loa không phát"),
    "cut": _("phát dở dang"),
    "quiet_hours": _("đang giờ yên tĩnh"),
    "untrusted_time": _("đồng hồ của loa không tin được"),
    "sound_missing": _("loa không tải được âm thanh"),
    "waiting": _("đang chờ kết quả"),
    "already_played": _("đã phát, không thu lại được"),
    "no_provider": _("chưa có nhà cung cấp tin nhắn đang dùng"),
    "sms_gone": _("tin nhắn đã tới máy, không thu lại được"),
    "push_out": _("thông báo đã hiện, đang được thay chỗ"),
    "browser_gone": _("trình duyệt đã thôi nhận thông báo"),
    "push_refused": _("dịch vụ thông báo từ chối"),
    "too_late": _("chờ quá một ngày, không gửi nữa"),
    "in_doubt": _("nhà cung cấp có thể đã nhận, không gửi lại"),
    "number_refused": _("nhà cung cấp từ chối"),
    "no_such_number": _("số không có thật"),
    "no_mail": _("chưa đặt máy chủ gửi thư"),
    "letters_gone": _("thư đã tới nhà báo, không thu lại được"),
    "not_delivered": _("nhà mạng báo không tới máy"),
    "account_trouble": _("trang chưa kết nối được, bài đang chờ"),
    "maybe_posted": _("mạng xã hội có thể đã đăng, không tự đăng lại"),
    "post_refused": _("mạng xã hội từ chối bài"),
    "post_out": _("bài còn trên trang, chưa gỡ xong"),
    "error": _("lỗi kỹ thuật"),
}

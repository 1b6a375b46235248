"""Why a delivery waits or failed. The codes are stored; the texts are shown."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

REASONS = {
    "box_offline": _("loa mất kết nối"),
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
    "error": _("lỗi kỹ thuật"),
}

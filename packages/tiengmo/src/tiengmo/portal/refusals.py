"""Pages for requests that are refused before any view reads them; they need no database."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.utils.translation import gettext as _


def page(title: str, text: str, *, status: int) -> HttpResponse:
    """Say what was wrong, and the way home."""
    content = get_template("portal/refused.html").render({"title": title, "text": text})
    return HttpResponse(content, status=status)


def without_us() -> dict[str, tuple[str, str]]:
    """Title and text of the pages that nginx shows from files, by the files' names."""
    return {
        "403": (_("Không được phép"), _("Bạn không có quyền mở trang này.")),
        "404": (
            _("Không có trang này"),
            _(
                "Địa chỉ có thể đã thay đổi hoặc gõ nhầm. Bà con về trang chủ rồi tìm, "
                "không cần gõ dấu."
            ),
        ),
        "410": (
            _("Nội dung này đã được gỡ"),
            _(
                "Trước đây có trang ở địa chỉ này, nay đã gỡ hẳn. "
                "Mời bà con về trang chủ tìm tin mới."
            ),
        ),
        "413": (_("Dữ liệu quá lớn"), _("Tệp hoặc nội dung gửi lên quá lớn.")),
        "429": (
            _("Xin chậm lại một chút"),
            _("Từ đường mạng này vừa có quá nhiều lượt mở trang. Xin thử lại sau một phút."),
        ),
        "500": our_fault(),
        "bao-tri": (
            _("Hệ thống đang được bảo trì"),
            _(
                "Trang này tạm thời chưa mở được, xin thử lại sau ít phút. Những trang bà con đã "
                "mở gần đây vẫn đọc được."
            ),
        ),
    }


def our_fault() -> tuple[str, str]:
    """Title and text for what broke on our side."""
    return (
        _("Hệ thống đang gặp sự cố"),
        _(
            "Trang này tạm thời chưa mở được. Sự cố đã được ghi lại; "
            "mong bà con thử lại sau ít phút."
        ),
    )


def bad_request(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    del exception
    return page(
        _("Yêu cầu không hợp lệ"),
        _("Máy chủ không hiểu địa chỉ hoặc dữ liệu được gửi tới."),
        status=400,
    )


def forbidden(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    del exception
    return page(_("Không được phép"), _("Bạn không có quyền mở trang này."), status=403)


def not_from_our_form(_request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's check against forged forms; honest people meet it on a page left open for days."""
    del reason
    return page(
        _("Trang đã mở quá lâu"),
        _(
            "Phiên làm việc đã đổi từ khi mở trang, nên chưa lưu gì cả. "
            "Hãy tải lại trang rồi làm lại."
        ),
        status=403,
    )


def too_large(megabytes: int) -> HttpResponse:
    return page(
        _("Dữ liệu quá lớn"),
        _("Mỗi lần chỉ gửi được nhiều nhất %(limit)d MB.") % {"limit": megabytes},
        status=413,
    )


def wrong_method(allowed: str) -> HttpResponse:
    """Whoever posts to a page that is only read."""
    refusal = page(
        _("Trang này chỉ để đọc"),
        _("Cổng thông tin không nhận dữ liệu gửi tới địa chỉ này."),
        status=405,
    )
    refusal["Allow"] = allowed
    return refusal

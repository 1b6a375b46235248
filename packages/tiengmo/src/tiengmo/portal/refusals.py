"""Pages for requests that are refused before any view reads them; they need no database."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.utils.translation import gettext as _


def page(title: str, text: str, *, status: int) -> HttpResponse:
    """Say what was wrong, and the way home."""
    content = get_template("portal/refused.html").render({"title": title, "text": text})
    return HttpResponse(content, status=status)


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

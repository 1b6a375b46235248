"""The person's own signing key: made, certified, its passphrase changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from speaker_link.key_files import SUFFIX
from wagtail.admin import messages

from tiengmo.alerts.errors import AlertError
from tiengmo.alerts.queries import ISSUING_ROLES
from tiengmo.people.queries import roles_of
from tiengmo.speakers.issuers import carry_key, change_passphrase, make_person_key, own_key

from .common import attempt, home_trail, page

if TYPE_CHECKING:
    from .common import StaffRequest


@sensitive_post_parameters("old", "new", "again")
def key_page(request: StaffRequest) -> HttpResponse:
    key = own_key(request.user)
    if request.method == "POST":
        if attempt(request, lambda: _change(request, key)):
            messages.success(request, _("Đã lưu. Hãy nhớ kỹ mật khẩu ký: không ai xem lại được."))
        return redirect("alerts_key")
    response = page(
        request,
        "key",
        title=_("Khoá ký của tôi"),
        trail=home_trail(),
        key=key,
        may_have=bool(set(ISSUING_ROLES) & roles_of(request.user)),
        is_demo=settings.IS_DEMO,
        username=request.user.get_username(),
    )
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def carry(request: StaffRequest) -> HttpResponse:
    """The person's own key as a file, still sealed, for the day when only a box can be reached."""
    key = own_key(request.user)
    if key is None or not key.is_certified:
        messages.error(request, _("Khoá ký của bạn chưa được chứng nhận."))
        return redirect("alerts_key")
    response = HttpResponse(carry_key(key, by=request.user), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="khoa-{key.kid[:8]}{SUFFIX}"'
    response["Cache-Control"] = "no-store"
    return response


def _change(request: StaffRequest, key: Any) -> bool:
    new = request.POST.get("new", "")
    if new != request.POST.get("again", ""):
        raise AlertError(_("Hai lần nhập mật khẩu ký không giống nhau."))
    if not set(ISSUING_ROLES) & roles_of(request.user):
        raise AlertError(_("Chỉ người duyệt và trực đài có khoá ký cảnh báo."))
    if key is not None and request.POST.get("act") != "make":
        change_passphrase(key, by=request.user, old=request.POST.get("old", ""), new=new)
    else:
        make_person_key(request.user, passphrase=new)
    return True

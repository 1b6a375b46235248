"""Staff's pages of credentials: of an account, and of a network's application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from tiengmo.channels.social import actions
from tiengmo.channels.social.actions.save_connection import require_administrator
from tiengmo.channels.social.errors import SocialError
from tiengmo.channels.social.models import Connection
from tiengmo.channels.social.networks import FORMS
from tiengmo.channels.social.queries import accounts_seen
from tiengmo.channels.social.sending.bucket import network_of
from tiengmo.channels.social.staff.forms import ConnectionForm, NetworkForm
from tiengmo.channels.social.staff.register import ICON, may_keep
from tiengmo.people.errors import NotAllowed
from tiengmo.people.staff import attempt, page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from tiengmo.people.staff import StaffRequest


def connection(request: StaffRequest, pk: int) -> HttpResponse:
    """What lets posts go out as one account, and how that has been going."""
    account = get_object_or_404(accounts_seen(request.user), pk=pk)
    if not may_keep(request.user, account):
        raise PermissionDenied
    found = Connection.objects.filter(account=account).first() or Connection(account=account)
    form = ConnectionForm(request.POST or None, instance=found, network=account.network)
    if request.method == "POST" and form.is_valid():
        saved = attempt(
            request,
            lambda: actions.save_connection(
                account, credentials=form.credentials(), by=request.user, **form.wanted()
            ),
            (SocialError,),
            form,
        )
        if saved is not None:
            messages.success(request, _("Đã lưu. Khoá được mã hoá và không hiện lại."))
            return redirect("social_connection", pk)
    return page(
        request,
        "social/connection.html",
        title=_("Đăng bài lên %(name)s") % {"name": account.name},
        icon=ICON,
        trail=[
            (_("Trang Facebook, Zalo"), reverse("social_accounts")),
            (account.name, reverse("social_account", args=[pk])),
        ],
        form=form,
        account=account,
        connection=Connection.objects.filter(account=account).first(),
    )


@require_POST
def test(request: StaffRequest, pk: int) -> HttpResponse:
    """Prove the credentials; nothing is posted."""
    account = get_object_or_404(accounts_seen(request.user), pk=pk)
    tested = attempt(
        request, lambda: actions.test_connection(account, by=request.user), (SocialError,)
    )
    if tested is not None:
        is_good, said = tested
        given = {"name": account.name, "said": said}
        if is_good:
            messages.success(request, _("%(name)s trả lời tốt: %(said)s") % given)
        else:
            messages.error(request, _("%(name)s không nhận: %(said)s") % given)
    return redirect("social_connection", pk)


def network(request: StaffRequest, code: str) -> HttpResponse:
    """A network's application and rate, for all accounts."""
    if code not in FORMS:
        raise Http404
    try:
        require_administrator(request.user)
    except NotAllowed as error:
        messages.error(request, str(error))
        return redirect("social_accounts")
    form = NetworkForm(request.POST or None, instance=network_of(code))
    if request.method == "POST" and form.is_valid():
        saved = attempt(
            request,
            lambda: actions.save_network(
                code, credentials=form.credentials(), by=request.user, **form.wanted()
            ),
            (),
            form,
        )
        if saved is not None:
            messages.success(request, _("Đã lưu. Khoá được mã hoá và không hiện lại."))
            return redirect("social_network", code)
    return page(
        request,
        "social/network.html",
        title=_("Kết nối với %(network)s") % {"network": FORMS[code].label},
        icon=ICON,
        trail=[(_("Trang Facebook, Zalo"), reverse("social_accounts"))],
        form=form,
        code=code,
    )

"""Staff's pages of the register: what is official, who answers for it, how it came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from tiengmo.channels.social import actions
from tiengmo.channels.social.errors import SocialError
from tiengmo.channels.social.models import Account
from tiengmo.channels.social.queries import accounts_seen
from tiengmo.channels.social.register.listing import matching
from tiengmo.channels.social.staff.forms import AccountForm, ImportForm, ReasonForm
from tiengmo.people.models import Role
from tiengmo.people.queries import administered_units, has_role, works_somewhere
from tiengmo.people.staff import attempt, carry_out, page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from tiengmo.channels.social.actions.import_accounts import Imported
    from tiengmo.people.models import User
    from tiengmo.people.staff import StaffRequest

ICON = "globe"
A_PAGE = 50


def keeps(user: User) -> bool:
    """Does this person keep the register of some unit?"""
    return user.is_superuser or administered_units(user).exists()


def may_keep(user: User, account: Account) -> bool:
    return user.is_superuser or has_role(user, Role.ADMINISTRATOR, account.unit)


def may_verify(user: User, account: Account) -> bool:
    above = account.unit.parent or account.unit
    return user.is_superuser or has_role(user, Role.ADMINISTRATOR, above)


def accounts(request: StaffRequest) -> HttpResponse:
    """The register, as far as this person's units go."""
    if not works_somewhere(request.user):
        raise PermissionDenied
    asked = request.GET.get("q", "").strip()[:100]
    status = request.GET.get("tinh-trang", "")
    rows = accounts_seen(request.user)
    if status in Account.Status.values:
        rows = rows.filter(status=status)
    found = matching(rows, asked) if asked else list(rows)
    return page(
        request,
        "social/accounts.html",
        title=_("Trang Facebook, Zalo"),
        icon=ICON,
        found=Paginator(found, A_PAGE).get_page(request.GET.get("trang")),
        number=len(found),
        asked=asked,
        status=status,
        statuses=Account.Status.choices,
        may_add=keeps(request.user),
    )


def account(request: StaffRequest, pk: int | None = None) -> HttpResponse:
    """One entry: its words, its state, its history. A new one without a pk."""
    if pk is None and not keeps(request.user):
        raise PermissionDenied
    found = get_object_or_404(accounts_seen(request.user), pk=pk) if pk is not None else Account()
    is_kept = pk is None or may_keep(request.user, found)
    form = AccountForm(request.POST or None, instance=found, user=request.user) if is_kept else None
    if form is not None and request.method == "POST" and form.is_valid():
        wanted = form.wanted()
        saved = attempt(
            request,
            lambda: actions.save_account(found, by=request.user, **wanted),
            (SocialError,),
            form,
        )
        if saved is not None:
            messages.success(request, _("Đã ghi vào sổ."))
            return redirect("social_account", saved.pk)
    if pk is not None and request.method == "POST":
        # What was typed and refused is in the form; the page itself shows what is kept.
        found = get_object_or_404(accounts_seen(request.user), pk=pk)
    return page(
        request,
        "social/account.html",
        title=found.name or _("Trang, tài khoản mới"),
        icon=ICON,
        trail=[(_("Trang Facebook, Zalo"), reverse("social_accounts"))],
        form=form,
        account=found if pk is not None else None,
        reason=ReasonForm(auto_id="quyet-dinh-%s"),
        may_keep=pk is not None and is_kept,
        may_verify=pk is not None and may_verify(request.user, found),
        changes=found.changes.all()[:100] if pk is not None else [],
    )


@require_POST
def decide(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """Verify, retire or use again, with a reason."""
    found = get_object_or_404(accounts_seen(request.user), pk=pk)
    verbs = {
        "xac-minh": (actions.verify_account, _("Đã xác minh: bà con tra cứu sẽ thấy.")),
        "ngung": (actions.retire_account, _("Đã ghi ngừng dùng. Khoá kết nối đã xoá.")),
        "dung-lai": (actions.reinstate_account, _("Đã ghi dùng lại, chờ xác minh.")),
    }
    act, done = verbs[verb]
    reason = request.POST.get("reason", "")
    carry_out(request, lambda: act(found, by=request.user, reason=reason), done, (SocialError,))
    return redirect("social_account", pk)


def import_table(request: StaffRequest) -> HttpResponse:
    """A CSV table into the register; what was wrong stands beside its line."""
    if not keeps(request.user):
        raise PermissionDenied
    form = ImportForm(request.POST or None, request.FILES or None)
    done: Imported | None = None
    if request.method == "POST" and form.is_valid():
        raw = form.cleaned_data["table"].read()
        done = attempt(
            request, lambda: actions.import_accounts(raw, by=request.user), (SocialError,), form
        )
        if done is not None:
            text = ngettext(
                "%(new)d trang mới, %(changed)d trang sửa, %(same)d trang như cũ.",
                "%(new)d trang mới, %(changed)d trang sửa, %(same)d trang như cũ.",
                done.new,
            )
            messages.success(
                request, text % {"new": done.new, "changed": done.changed, "same": done.same}
            )
    return page(
        request,
        "social/import.html",
        title=_("Nhập sổ từ bảng"),
        icon=ICON,
        trail=[(_("Trang Facebook, Zalo"), reverse("social_accounts"))],
        form=form,
        done=done,
    )

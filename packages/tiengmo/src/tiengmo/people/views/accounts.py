"""The accounts page of a unit's administrator: parse, call one action, render."""

from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import user_has_device

from tiengmo.people import actions
from tiengmo.people.errors import NeedsSecondFactor, NotAllowed
from tiengmo.people.forms import AccountForm, NewAccountForm, ReasonForm, RoleForm
from tiengmo.people.models import Role, RoleAssignment, User
from tiengmo.people.queries import (
    accounts_in_reach,
    administered_units,
    is_sign_in_locked,
    may_manage,
    must_show_second_factor,
    units_where,
)


def _administrator(request: HttpRequest) -> User:
    user = cast("User", request.user)
    if not user.is_superuser and not units_where(user, Role.ADMINISTRATOR).exists():
        raise PermissionDenied
    return user


@require_http_methods(["GET"])
def list_accounts(request: HttpRequest) -> HttpResponse:
    """Everyone in the units that the person administers."""
    by = _administrator(request)
    accounts = accounts_in_reach(by)
    wanted = request.GET.get("q", "").strip()[:100]
    if wanted:
        accounts = accounts.filter(
            Q(full_name__icontains=wanted)
            | Q(username__icontains=wanted)
            | Q(unit__name__icontains=wanted)
        )
    page = Paginator(accounts, 50).get_page(request.GET.get("p"))
    return render(request, "people/accounts.html", {"page": page, "wanted": wanted})


@require_http_methods(["GET", "POST"])
def open_new(request: HttpRequest) -> HttpResponse:
    """A new account with its first role; the next page shows the one-time link."""
    by = _administrator(request)
    form = NewAccountForm(request.POST or None, units=administered_units(by))
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        try:
            with transaction.atomic():
                account = actions.open_account(
                    username=fields["username"],
                    full_name=fields["full_name"],
                    email=fields["email"],
                    unit=fields["unit"],
                    by=by,
                )
                actions.assign_role(account, fields["role"], fields["unit"], by=by)
                link = actions.make_password_link(account, by=by)
        except ValidationError as error:
            form.add_error(None, error)
        except NotAllowed as error:
            form.add_error(None, str(error))
        else:
            return render(request, "people/password_link.html", {"account": account, "link": link})
    return render(request, "people/open_account.html", {"form": form})


def _reachable(by: User, pk: int) -> User:
    return get_object_or_404(accounts_in_reach(by), pk=pk)


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: its data, its roles, and what an administrator can do for it."""
    by = _administrator(request)
    account = _reachable(by, pk)
    units = administered_units(by)
    form = AccountForm(
        request.POST or None,
        units=units,
        initial={"full_name": account.full_name, "email": account.email, "unit": account.unit},
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_account(account, by=by, **form.cleaned_data)
        except NotAllowed as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Đã lưu tài khoản “%(name)s”.") % {"name": account})
            return redirect("people_account", pk=pk)
    administered = set(units.values_list("pk", flat=True))
    return render(
        request,
        "people/account.html",
        {
            "account": account,
            "form": form,
            "role_form": RoleForm(units=units),
            "assignments": [
                (assignment, assignment.unit_id in administered)
                for assignment in account.assignments.select_related("unit").order_by("role")
            ],
            "is_self": account.pk == by.pk,
            "may_manage": may_manage(by, account),
            "has_factor": user_has_device(account),
            "needs_factor": must_show_second_factor(account),
            "is_locked": is_sign_in_locked(account),
        },
    )


def _assign(request: HttpRequest, by: User, account: User) -> str:
    form = RoleForm(request.POST, units=administered_units(by))
    if not form.is_valid():
        raise NotAllowed(_("Hãy chọn vai trò và đơn vị trong phạm vi bạn quản trị."))
    actions.assign_role(account, form.cleaned_data["role"], form.cleaned_data["unit"], by=by)
    return _("Đã giao vai trò.")


def _withdraw(request: HttpRequest, by: User, account: User) -> str:
    wanted = request.POST.get("assignment", "")
    assignment = (
        RoleAssignment.objects.filter(user=account, pk=int(wanted)).first()
        if wanted.isdigit()
        else None
    )
    # Pressed twice, or by two administrators: it is gone, which is what was asked.
    if assignment is not None:
        actions.withdraw_role(assignment, by=by)
    return _("Đã thu hồi vai trò.")


def _reset_factor(request: HttpRequest, by: User, account: User) -> str:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        raise NotAllowed(_("Hãy ghi lý do đặt lại xác thực hai lớp."))
    actions.reset_second_factor(account, by=by, reason=form.cleaned_data["reason"])
    return _("Đã xoá thiết bị xác thực. Người này sẽ đăng ký lại khi đăng nhập lần tới.")


def _unlock(_request: HttpRequest, by: User, account: User) -> str:
    actions.unlock_sign_in(account, by=by)
    return _("Đã mở khoá đăng nhập.")


def _close(_request: HttpRequest, by: User, account: User) -> str:
    actions.close_account(account, by=by)
    return _("Đã khoá tài khoản.")


def _reopen(_request: HttpRequest, by: User, account: User) -> str:
    actions.close_account(account, by=by, reopen=True)
    return _("Đã mở lại tài khoản.")


_ACTS: dict[str, Callable[[HttpRequest, User, User], str]] = {
    "giao-vai-tro": _assign,
    "thu-hoi": _withdraw,
    "dat-lai-xac-thuc": _reset_factor,
    "mo-khoa-dang-nhap": _unlock,
    "khoa": _close,
    "mo-lai": _reopen,
}


@require_POST
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """One button of the account's page."""
    by = _administrator(request)
    account = _reachable(by, pk)
    try:
        if act == "lien-ket":
            link = actions.make_password_link(account, by=by)
            return render(request, "people/password_link.html", {"account": account, "link": link})
        if act not in _ACTS:
            raise Http404
        messages.success(request, _ACTS[act](request, by, account))
    except NeedsSecondFactor:
        return redirect("people_show_factor")
    except NotAllowed as error:
        messages.error(request, str(error))
    return redirect("people_account", pk=pk)

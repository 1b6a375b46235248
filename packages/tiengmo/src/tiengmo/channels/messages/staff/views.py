"""Staff's pages: who gets messages and how many, a number noted or ended, and the providers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from tiengmo.channels.messages import actions, rules, sealing
from tiengmo.channels.messages.actions.save_provider import require_administrator
from tiengmo.channels.messages.channel import SMS
from tiengmo.channels.messages.errors import MessageError
from tiengmo.channels.messages.models import Message, Provider, Subscriber
from tiengmo.channels.messages.providers import FORMS
from tiengmo.channels.messages.queries import callback_address, provider_in_use
from tiengmo.channels.messages.staff.forms import (
    CodeForm,
    EndForm,
    NumberForm,
    ProviderForm,
    villages_of,
)
from tiengmo.people.errors import NotAllowed
from tiengmo.people.queries import units_below, works_somewhere
from tiengmo.people.staff import attempt, carry_out, page
from tiengmo.places.models import Village
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpResponse

    from tiengmo.people.models import User
    from tiengmo.people.staff import StaffRequest

ICON = "comment"
LATEST = 20


def home(request: StaffRequest) -> HttpResponse:
    """Numbers by village, the latest bulletins that were texted, and a number to note or end."""
    if not works_somewhere(request.user) and not request.user.is_superuser:
        raise PermissionDenied
    may_note = villages_of(request.user).exists()
    form = NumberForm(request.POST if "note" in request.POST else None, user=request.user)
    ending = EndForm(request.POST if "end" in request.POST else None)
    if request.method == "POST" and may_note:
        if form.is_bound and form.is_valid():
            given = form.cleaned_data
            noted = attempt(
                request,
                lambda: actions.ask_to_subscribe(
                    given["number"],
                    given["village"],
                    categories=[],
                    by=request.user,
                    has_consent=given["has_consent"],
                    by_zalo=given.get("by_zalo", False),
                ),
                (MessageError,),
                form,
            )
            if noted is not None:
                return redirect("texts_confirm", noted.pk)
        if ending.is_bound and ending.is_valid():
            _end(request, ending.cleaned_data["number"])
            return redirect("texts_home")
    provider = provider_in_use()
    villages = _villages_seen(request.user).annotate(
        numbers=Count("text_subscribers", filter=Q(text_subscribers__confirmed_at__isnull=False))
    )
    latest = (
        Release.objects.filter(text_messages__kind=Message.Kind.NEWS)
        .filter(audience_seen(request.user))
        .distinct()
        .select_related("unit")
        .order_by("-released_at")[:LATEST]
    )
    return page(
        request,
        "text_messages/home.html",
        title=_("Tin nhắn"),
        icon=ICON,
        form=form if may_note else None,
        ending=ending,
        villages=[one for one in villages if one.numbers],
        total=sum(one.numbers for one in villages),
        releases=[(one, SMS.summary(one)) for one in latest],
        provider=provider,
        is_trial=provider is not None and not FORMS[provider.form].is_real,
    )


def audience_seen(user: User) -> Q:
    if user.is_superuser:
        return Q()
    return Q(text_messages__village__in=_villages_seen(user))


def _villages_seen(user: User) -> QuerySet[Village]:
    rows = Village.objects.select_related("unit").order_by("unit__name", "name")
    if user.is_superuser:
        return rows
    own = units_below([one.unit for one in user.assignments.select_related("unit")])
    return rows.filter(unit__in=own)


def _end(request: StaffRequest, typed: str) -> None:
    number = rules.number_of(typed)
    found = (
        Subscriber.objects.select_related("village__unit")
        .filter(number_hash=sealing.hash_of(number))
        .first()
        if number
        else None
    )
    if found is None:
        messages.error(request, _("Số này không nhận tin nhắn ở đây."))
        return
    carry_out(
        request,
        lambda: actions.end_subscription(found, by=request.user, why="left"),
        _("Đã ngừng và xoá số này."),
    )


def confirm(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Where the code is typed that the person reads from their telephone."""
    subscriber = get_object_or_404(
        Subscriber.objects.filter(
            Q(wanted_village__in=villages_of(request.user))
            | Q(village__in=villages_of(request.user))
        ),
        pk=pk,
    )
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = attempt(
            request,
            lambda: actions.confirm_subscription(subscriber.pk, form.cleaned_data["code"]),
            (MessageError,),
            form,
        )
        if done is not None:
            messages.success(request, _("Đã xác nhận. Từ giờ số này nhận tin."))
            return redirect("texts_home")
    return page(
        request,
        "text_messages/confirm.html",
        title=_("Xác nhận số"),
        icon=ICON,
        trail=[(_("Tin nhắn"), reverse("texts_home"))],
        form=form,
        ending=sealing.reading(subscriber.sealed_number),
    )


def provider(request: StaffRequest, pk: int | None = None) -> HttpResponse:
    """One provider's settings; a new one without a pk."""
    try:
        require_administrator(request.user)
    except NotAllowed as error:
        messages.error(request, str(error))
        return redirect("channels_board")
    found = get_object_or_404(Provider, pk=pk) if pk is not None else Provider()
    form = ProviderForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        saved = attempt(
            request,
            lambda: actions.save_provider(
                found, credentials=form.credentials(), by=request.user, **form.wanted()
            ),
            (),
            form,
        )
        if saved is not None:
            messages.success(request, _("Đã lưu. Khoá được mã hoá và không hiện lại."))
            return redirect("texts_provider", saved.pk)
    return page(
        request,
        "text_messages/provider.html",
        title=found.name or _("Nhà cung cấp tin nhắn mới"),
        icon=ICON,
        trail=[(_("Các kênh"), reverse("channels_board"))],
        form=form,
        provider=found if pk is not None else None,
        callback=callback_address(found) if pk is not None else "",
        takes_key=pk is not None and FORMS[found.form].takes_key,
        calls_back=pk is not None and FORMS[found.form].calls_back,
        is_zalo=pk is not None and FORMS[found.form].via == Message.Via.ZALO,
        is_trial=pk is not None and not FORMS[found.form].is_real,
    )


@require_POST
def use(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Provider, pk=pk)
    is_used = request.POST.get("is_used") == "1"
    carry_out(
        request,
        lambda: actions.use_provider(found, by=request.user, is_used=is_used),
        _("Từ giờ tin nhắn đi qua %(name)s.") % {"name": found.name}
        if is_used
        else _("Đã ngừng dùng %(name)s.") % {"name": found.name},
        (MessageError,),
    )
    return redirect("texts_provider", pk)


@require_POST
def test(request: StaffRequest, pk: int) -> HttpResponse:
    """Prove the credentials; nothing is sent to anybody."""
    found = get_object_or_404(Provider, pk=pk)
    tested = attempt(request, lambda: actions.test_provider(found, by=request.user))
    if tested is not None:
        is_good, said = tested
        if is_good:
            messages.success(
                request, _("%(name)s trả lời tốt: %(said)s") % {"name": found.name, "said": said}
            )
        else:
            messages.error(
                request, _("%(name)s không nhận: %(said)s") % {"name": found.name, "said": said}
            )
    return redirect("channels_board")

"""A station's shows, their rules, and what fills the rest of its hours."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tiengmo.broadcasting.actions.make_episodes import occurrences
from tiengmo.broadcasting.actions.week import (
    add_to_pool,
    close_show,
    make_pool,
    remove_fill,
    remove_from_pool,
    remove_rule,
    save_rule,
    save_show,
    set_fill,
)
from tiengmo.broadcasting.models import FillRule, Pool, PoolSound, Show, ShowRule

from .common import attempt, may_operate, page, sees, station_of, stations, to_week
from .forms import FillForm, PoolForm, RecordingForm, RuleForm, ShowForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from tiengmo.places.models import Unit

NEXT_SHOWN = 8


def _trail(station: Unit, *more: tuple[str, str]) -> list[tuple[str, str]]:
    shows = f"{reverse('broadcasting_shows')}?dai={station.code}"
    week = to_week(station, timezone.localdate())
    return [(_("Lịch phát"), week), (_("Chương trình"), shows), *more]


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every show of a station, and its fill hours."""
    seen = stations(request)
    if not seen:
        raise Http404
    user: Any = request.user
    asked = request.GET.get("dai", "")
    station = next((one for one in seen if one.code == asked), None)
    station = station or next((one for one in seen if one.pk == user.unit_id), seen[0])
    shows = Show.objects.filter(station=station, closed_at=None).prefetch_related("rules__show")
    return page(
        request,
        "broadcasting/shows.html",
        title=_("Chương trình"),
        trail=_trail(station)[:1],
        stations=seen,
        station=station,
        shows=shows,
        pools=station.pools.prefetch_related("sounds__sound"),
        fill=station.fill_rules.select_related("pool"),
        fill_form=FillForm(station=station),
        pool_form=PoolForm(),
        may_operate=may_operate(request, station.pk),
    )


def new(request: HttpRequest, code: str) -> HttpResponse:
    station = station_of(request, code)
    return _edit(request, Show(station=station), _("Thêm chương trình"))


def edit(request: HttpRequest, pk: Any) -> HttpResponse:
    show = get_object_or_404(Show.objects.select_related("station"), pk=pk)
    sees(request, show.station_id)
    return _edit(request, show, str(show))


def _edit(request: HttpRequest, show: Show, title: str) -> HttpResponse:
    is_new = show._state.adding  # noqa: SLF001 (Django's documented way to ask)
    form = ShowForm(request.POST or None, instance=show)
    user: Any = request.user
    if request.method == "POST" and form.is_valid():
        saved = form.save(commit=False)
        if attempt(request, lambda: save_show(saved, by=user), _("Đã lưu chương trình.")):
            return redirect("broadcasting_show", saved.pk)
    station = show.station
    return page(
        request,
        "broadcasting/show.html",
        title=title,
        trail=_trail(station),
        show=show,
        is_new=is_new,
        form=form,
        rules=[] if is_new else [_described(rule) for rule in show.rules.select_related("show")],
        may_operate=may_operate(request, station.pk),
    )


def _described(rule: ShowRule) -> dict[str, Any]:
    """A rule with the next days on which it falls: the test of whether it says what was meant."""
    today = timezone.localdate()
    coming = occurrences(rule, today, today + timedelta(days=70))
    return {"rule": rule, "coming": [at for at in coming if at > timezone.now()][:NEXT_SHOWN]}


@require_POST
def close(request: HttpRequest, pk: Any) -> HttpResponse:
    show = get_object_or_404(Show.objects.select_related("station"), pk=pk)
    sees(request, show.station_id)
    user: Any = request.user
    attempt(request, lambda: close_show(show, by=user), _("Đã dừng chương trình."))
    return redirect(f"{reverse('broadcasting_shows')}?dai={show.station.code}")


def new_rule(request: HttpRequest, pk: Any) -> HttpResponse:
    show = get_object_or_404(Show.objects.select_related("station"), pk=pk)
    rule = ShowRule(show=show, starts_on=timezone.localdate(), rrule="")
    return _edit_rule(request, rule, _("Thêm giờ phát"))


def rule(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ShowRule.objects.select_related("show__station"), pk=pk)
    return _edit_rule(request, found, _("Giờ phát"))


def _edit_rule(request: HttpRequest, found: ShowRule, title: str) -> HttpResponse:
    sees(request, found.show.station_id)
    form = RuleForm(request.POST or None, instance=found)
    user: Any = request.user
    if request.method == "POST" and form.is_valid():
        saved = form.save(commit=False)
        if attempt(request, lambda: save_rule(saved, by=user), _("Đã lưu giờ phát.")):
            return redirect("broadcasting_show", found.show_id)
    show_url = reverse("broadcasting_show", args=[found.show_id])
    return page(
        request,
        "broadcasting/form.html",
        title=title,
        trail=_trail(found.show.station, (str(found.show), show_url)),
        form=form,
        submit=_("Lưu giờ phát"),
    )


@require_POST
def drop_rule(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ShowRule.objects.select_related("show__station"), pk=pk)
    sees(request, found.show.station_id)
    user: Any = request.user
    attempt(request, lambda: remove_rule(found, by=user), _("Đã bỏ giờ phát."))
    return redirect("broadcasting_show", found.show_id)


def _back(station: Unit) -> HttpResponse:
    return redirect(f"{reverse('broadcasting_shows')}?dai={station.code}#lap-cho-trong")


@require_POST
def new_pool(request: HttpRequest, code: str) -> HttpResponse:
    station = station_of(request, code)
    form = PoolForm(request.POST)
    user: Any = request.user
    if form.is_valid():
        title = form.cleaned_data["title"]
        pool = attempt(
            request, lambda: make_pool(station, title, by=user), _("Đã lập kho âm thanh.")
        )
        if pool:
            return redirect("broadcasting_pool", pool.pk)
    return _back(station)


def pool(request: HttpRequest, pk: int) -> HttpResponse:
    """The sounds of a pool; add one."""
    found = get_object_or_404(Pool.objects.select_related("station"), pk=pk)
    sees(request, found.station_id)
    form = RecordingForm(request.POST or None)
    user: Any = request.user
    if request.method == "POST":
        if form.is_valid():
            asked = form.cleaned_data
            attempt(
                request,
                lambda: add_to_pool(found, asked["sound"], asked["title"], by=user),
                _("Đã thêm “%(title)s”.") % {"title": asked["title"]},
            )
            return redirect("broadcasting_pool", found.pk)
        messages.error(request, _("Hãy đặt tên và chọn âm thanh: thu, tải lên hoặc để máy đọc."))
    return page(
        request,
        "broadcasting/pool.html",
        title=str(found),
        trail=_trail(found.station),
        pool=found,
        form=form,
        sounds=found.sounds.select_related("sound__mp3"),
        may_operate=may_operate(request, found.station_id),
    )


@require_POST
def drop_sound(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(PoolSound.objects.select_related("pool__station"), pk=pk)
    sees(request, entry.pool.station_id)
    user: Any = request.user
    attempt(request, lambda: remove_from_pool(entry, by=user), _("Đã bỏ khỏi kho."))
    return redirect("broadcasting_pool", entry.pool_id)


@require_POST
def new_fill(request: HttpRequest, code: str) -> HttpResponse:
    station = station_of(request, code)
    form = FillForm(request.POST, station=station)
    user: Any = request.user
    if form.is_valid():
        attempt(
            request,
            lambda: set_fill(form.save(commit=False), by=user),
            _("Đã đặt giờ lấp chỗ trống."),
        )
    else:
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
    return _back(station)


@require_POST
def drop_fill(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(FillRule.objects.select_related("station"), pk=pk)
    sees(request, found.station_id)
    user: Any = request.user
    attempt(request, lambda: remove_fill(found, by=user), _("Đã bỏ giờ lấp chỗ trống."))
    return _back(found.station)

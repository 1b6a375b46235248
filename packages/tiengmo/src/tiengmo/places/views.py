"""Staff pages: the locality as a tree, and one village to correct."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.foundation.vietnamese import fold

from . import queries
from .actions import edit_village
from .errors import NotYours
from .forms import VillageForm
from .models import Unit, UnitSuccession, Village
from .rights import why_not

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from tiengmo.audit.actors import Actor

    from .rules import AreaNode


def places(request: HttpRequest) -> HttpResponse:
    """Every unit in force with its villages; `q` keeps what its words are found in."""
    roots = queries.tree()
    wanted = request.GET.get("q", "").strip()[:100]
    words = fold(wanted).split()
    found = [node for root in roots if (node := _kept(root, words))] if words else roots
    return _page(
        request,
        "places/places.html",
        _("Địa bàn"),
        roots=found,
        wanted=wanted,
        dead_zones=Village.objects.filter(is_dead_zone=True).count(),
        invented=Village.objects.filter(is_invented=True).count(),
        plans=_plans(),
        ended=Unit.objects.exclude(valid_to=None).order_by("-valid_to", "code")[:200],
    )


def _kept(node: AreaNode, words: list[str]) -> AreaNode | None:
    """The node with only those below it that match; all of them when it matches itself."""
    name = fold(f"{node.code} {node.name}")
    if all(word in name for word in words):
        return node
    children = [kept for child in node.children if (kept := _kept(child, words))]
    if not children:
        return None
    node.children = children
    return node


def _plans() -> list[dict[str, Any]]:
    """Mergers that are planned and not yet carried out, by date."""
    steps = UnitSuccession.objects.filter(carried_at=None).select_related(
        "predecessor", "successor"
    )
    by_day: dict[Any, list[UnitSuccession]] = {}
    for step in steps.order_by("on", "predecessor__code"):
        by_day.setdefault(step.on, []).append(step)
    today = timezone.localdate()
    return [
        {"on": on, "steps": steps, "is_due": on <= today} for on, steps in sorted(by_day.items())
    ]


def village(request: HttpRequest, code: str) -> HttpResponse:
    """One village: what is on record, and a form for who may correct it."""
    found = get_object_or_404(Village.objects.select_related("unit"), code=code)
    refusal = why_not(request.user, found.unit)
    form = VillageForm(request.POST if request.method == "POST" else None, village=found)
    if request.method == "POST" and refusal:
        messages.error(request, refusal)
        return redirect("places_village", code=code)
    if request.method == "POST" and form.is_valid():
        return _save(request, found, form)
    return _page(
        request,
        "places/village.html",
        found.name,
        trail=[(_("Địa bàn"), reverse("places_places"))],
        village=found,
        form=form,
        refusal=refusal,
        memberships=found.memberships.select_related("unit").order_by("-valid_from"),
    )


def _save(request: HttpRequest, village: Village, form: VillageForm) -> HttpResponse:
    # Wagtail lets nobody in who is not signed in.
    by = cast("Actor", request.user)
    try:
        has_changed = edit_village(village, by=by, **form.cleaned_data)
    except NotYours as error:
        messages.error(request, str(error))
        return redirect("places_village", code=village.code)
    text = _("Đã lưu %(name)s.") if has_changed else _("%(name)s không có gì thay đổi.")
    messages.success(request, text % {"name": village.name})
    return redirect("places_places")


def _page(
    request: HttpRequest, template: str, title: str, trail: Any = (), **context: Any
) -> HttpResponse:
    crumbs = [
        {"url": reverse("wagtailadmin_home"), "label": _("Trang đầu")},
        *({"url": url, "label": label} for label, url in trail),
        {"url": "", "label": title},
    ]
    frame = {"header_title": title, "header_icon": "site", "breadcrumbs_items": crumbs}
    return render(request, template, {**frame, **context})

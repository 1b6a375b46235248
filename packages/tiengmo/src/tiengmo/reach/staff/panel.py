"""The reach panel by itself, for the page that refreshes it, and who may see a release's reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET
from wagtail.admin.auth import permission_denied

from tiengmo.people.queries import line_of, roles_of
from tiengmo.reach.panels import digest, release_panel
from tiengmo.reach.queries import reach_of, work_for
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from uuid import UUID

    from django.contrib.auth.models import AnonymousUser
    from django.http import HttpRequest

    from tiengmo.people.models import User


def may_see(user: User | AnonymousUser, release: Release) -> bool:
    """Staff of the release's unit, of what lies above it, or of a unit it went to; and whoever has
    work to do for it, or had."""
    if user.is_anonymous:
        return False
    if user.is_superuser:
        return True
    if not roles_of(user):
        return False
    held = list(user.assignments.values_list("unit_id", "unit__code"))
    above = {unit.pk for unit in line_of(release.unit)}
    if any(pk in above or code in release.audience for pk, code in held):
        return True
    return work_for(user).filter(release=release).exists()


@require_GET
def panel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Answer with the panel, or 204 while it would look as it does (`seen` is its digest)."""
    release = get_object_or_404(Release.objects.select_related("unit__parent"), pk=pk)
    if not may_see(request.user, release):
        denied: HttpResponse = permission_denied(request)
        return denied
    if request.GET.get("seen") == digest(reach_of(release)):
        return HttpResponse(status=204)
    response = HttpResponse(release_panel(request, release=release))
    response["Cache-Control"] = "no-store"
    return response

"""Wagtail's smaller views of a bulletin, which ask their permission of the whole model only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from wagtail.permissions import policy_registry
from wagtail.snippets.views.snippets import (
    DeleteView,
    HistoryView,
    LockView,
    PreviewRevisionView,
    RevisionsCompareView,
    UnlockView,
    UsageView,
)

from tiengmo.newsroom.models import Bulletin

if TYPE_CHECKING:
    from django.http import HttpResponse

    from tiengmo.people.staff import StaffRequest


class OfThisBulletin:
    """Wagtail asks these views' permission of the model; ours is a question of the one bulletin."""

    action = "change"

    def dispatch(self, request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        bulletin = get_object_or_404(Bulletin, pk=kwargs["pk"])
        policy = policy_registry.get_by_type(Bulletin)
        if not policy.user_has_permission_for_instance(request.user, self.action, bulletin):
            raise PermissionDenied
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return response


class BulletinDeleteView(OfThisBulletin, DeleteView):
    action = "delete"


class BulletinHistoryView(OfThisBulletin, HistoryView):
    action = "view"


class BulletinUsageView(OfThisBulletin, UsageView):
    action = "view"


class BulletinPreviewRevisionView(OfThisBulletin, PreviewRevisionView):
    action = "view"


class BulletinRevisionsCompareView(OfThisBulletin, RevisionsCompareView):
    action = "view"


class BulletinLockView(OfThisBulletin, LockView):
    action = "lock"


class BulletinUnlockView(OfThisBulletin, UnlockView):
    action = "unlock"

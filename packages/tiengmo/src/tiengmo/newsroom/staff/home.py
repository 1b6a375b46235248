"""The first page after signing in: what waits for me, and what I was doing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wagtail.admin.ui.components import Component

from tiengmo.newsroom import panels
from tiengmo.newsroom.models import Bulletin
from tiengmo.newsroom.queries import bulletins_for, waiting_for
from tiengmo.newsroom.workflow import Stage
from tiengmo.people.models import Role
from tiengmo.people.queries import roles_of

from .queue import facts_of

if TYPE_CHECKING:
    from tiengmo.people.staff import StaffRequest


class WaitingPanel(Component):
    name = "tiengmo_waiting"
    template_name = "newsroom/home.html"
    order = 10

    def __init__(self, request: StaffRequest) -> None:
        self.request = request

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:  # noqa: ARG002
        user = self.request.user
        roles = roles_of(user)
        mine = Bulletin.objects.filter(author=user).select_related("latest_revision", "unit")
        return {
            "user": user,
            "is_editor": Role.EDITOR in roles,
            "is_approver": Role.APPROVER in roles,
            "waiting": [facts_of(bulletin) for bulletin in waiting_for(user)],
            "sent_back": mine.filter(stage=Stage.SENT_BACK)[:5],
            "drafts": mine.filter(stage=Stage.DRAFT)[:5],
            "in_review": mine.filter(stage=Stage.IN_REVIEW)[:5],
            "cleared": bulletins_for(user).filter(live=True).select_related("latest_revision")[:5],
            "panels": panels.render_panels(panels.HOME, self.request),
        }

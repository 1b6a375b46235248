"""Bulletins in the staff interface: Wagtail's snippet views with ours in the places that matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.widgets.button import HeaderButton
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from tiengmo.foundation.vietnamese import fold
from tiengmo.newsroom.models import Bulletin
from tiengmo.newsroom.queries import bulletins_for
from tiengmo.places.queries import areas_label

from .common import number_in
from .editor import BulletinCreateView, BulletinEditView, BulletinRevertView
from .form import edit_handler
from .per_bulletin import (
    BulletinDeleteView,
    BulletinHistoryView,
    BulletinLockView,
    BulletinPreviewRevisionView,
    BulletinRevisionsCompareView,
    BulletinUnlockView,
    BulletinUsageView,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse


class StageColumn(Column):
    """Where the bulletin stands, in words and a colour that is not the only sign."""

    cell_template_name = "newsroom/stage_cell.html"


class BulletinIndexView(IndexView):
    page_title = _("Bản tin")
    add_item_label = _("Viết bản tin")
    # Ours is `search_queryset`, which folds accents; the name makes Wagtail show the box.
    search_fields = ["headline"]
    default_ordering = "-created_at"

    def get_base_queryset(self) -> QuerySet[Bulletin]:
        return bulletins_for(self.request.user).select_related("unit", "author", "latest_revision")

    def search_queryset(self, queryset: QuerySet[Bulletin]) -> QuerySet[Bulletin]:
        words = fold(self.search_query or "").split()
        if not words:
            return queryset
        # Titles only, folded here: both databases then find "tiem phong" in "tiêm phòng".
        found = [
            pk
            for pk, headline, latest in queryset.values_list(
                "pk", "headline", "latest_revision__object_str"
            )
            if all(word in fold(f"{headline} {latest or ''}") for word in words)
        ]
        return queryset.filter(pk__in=found)

    @cached_property
    def header_buttons(self) -> list[Any]:
        buttons: list[Any] = super().header_buttons
        if self.add_url:
            buttons.append(
                HeaderButton(
                    label=_("Nhập từ tệp"), url=reverse("newsroom_import"), icon_name="upload"
                )
            )
        return buttons

    @cached_property
    def columns(self) -> list[Column]:
        return [
            self._get_title_column_class(TitleColumn)(
                "headline",
                label=_("Bản tin"),
                accessor=_latest_headline,
                get_url=self.get_edit_url,
            ),
            StageColumn("stage", label=_("Trạng thái"), sort_key="stage"),
            Column("audience", label=_("Gửi tới"), accessor=lambda b: areas_label(b.audience)),
            Column("unit", label=_("Đơn vị"), accessor="unit"),
            Column("author", label=_("Người viết"), accessor="author"),
            DateColumn("created_at", label=_("Tạo"), sort_key="created_at"),
        ]


def _latest_headline(bulletin: Bulletin) -> str:
    latest = bulletin.latest_revision
    return latest.object_str if latest is not None else str(bulletin)


class ToReviewPage(View):
    """Wagtail's own workflow dialogues approve without naming a version: ours is the one page."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ARG002
        pk = number_in(str(kwargs["pk"]))
        if pk is None:
            raise Http404
        return redirect("newsroom_review", pk)


def _to_review(**_kwargs: Any) -> Any:
    return ToReviewPage.as_view()


class BulletinViewSet(SnippetViewSet):
    model = Bulletin
    icon = "doc-full"
    menu_label = _("Bản tin")
    menu_name = "ban-tin"
    menu_order = 110
    add_to_admin_menu = True
    url_prefix = "ban-tin"
    url_namespace = "ban-tin"
    edit_handler = edit_handler
    copy_view_enabled = False
    list_per_page = 30
    list_filter = ["stage", "priority", "category"]
    index_view_class = BulletinIndexView
    add_view_class = BulletinCreateView
    edit_view_class = BulletinEditView
    delete_view_class = BulletinDeleteView
    history_view_class = BulletinHistoryView
    usage_view_class = BulletinUsageView
    revisions_view_class = BulletinPreviewRevisionView
    revisions_compare_view_class = BulletinRevisionsCompareView
    lock_view_class = BulletinLockView
    unlock_view_class = BulletinUnlockView
    create_template_name = "newsroom/bulletin_create.html"
    edit_template_name = "newsroom/bulletin_edit.html"

    @property
    def breadcrumbs_items(self) -> list[dict[str, Any]]:
        # Wagtail's own names its start page once, when the process starts, in one language.
        return [{"url": reverse_lazy("wagtailadmin_home"), "label": _("Home")}]

    def register_chooser_viewset(self) -> None:
        """Offer no chooser: Wagtail's lists the bulletins of every unit, and nothing uses it."""

    @property
    def revisions_revert_view_class(self) -> type[BulletinRevertView]:
        return BulletinRevertView

    @property
    def workflow_action_view(self) -> Any:
        return _to_review()

    @property
    def collect_workflow_action_data_view(self) -> Any:
        return _to_review()

    @property
    def confirm_workflow_cancellation_view(self) -> Any:
        return _to_review()

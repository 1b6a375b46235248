"""Writing and changing a bulletin: Wagtail's views, saving through our actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.ui.side_panels import PreviewSidePanel
from wagtail.admin.views.generic import RevisionsRevertMixin
from wagtail.snippets.views.snippets import CreateView, EditView

from tiengmo.newsroom.actions import edit_bulletin, submit_bulletin
from tiengmo.newsroom.errors import NewsroomError, SaveConflict
from tiengmo.newsroom.models import Bulletin
from tiengmo.newsroom.permissions import may_edit, may_read, unit_of_author
from tiengmo.people.errors import NotAllowed

from .common import number_in

if TYPE_CHECKING:
    from django.http import HttpResponse

    from tiengmo.people.staff import StaffRequest


class SavesThroughActions:
    """What the create, edit and revert views share: every save is `edit_bulletin`."""

    request: StaffRequest
    form: Any
    conflict: SaveConflict | None = None

    def get_available_actions(self) -> list[str]:
        # None of Wagtail's own publish, submit, cancel or workflow actions: they know no routes.
        return ["create" if self.view_name == "create" else "edit", "submit"]  # type: ignore[attr-defined]

    @cached_property
    def based_on(self) -> int | None:
        return number_in(self.request.POST.get("loaded_revision_id", ""))

    def save_instance(self) -> Bulletin:
        bulletin: Bulletin = self.form.save(commit=False)
        self.edit = edit_bulletin(bulletin, by=self.request.user, based_on=self.based_on)
        self.new_revision = self.edit.revision
        self.has_content_changes = self.form.has_changed()
        return bulletin

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        except SaveConflict as error:
            self.conflict = error
            self.produced_error_message = str(error)
        except (NewsroomError, NotAllowed) as error:
            self.produced_error_message = str(error)
        except ValidationError as error:
            form.add_error(None, error)
            self.produced_error_message = _("Chưa lưu được, vì có chỗ cần sửa.")
        else:
            return response
        self.produced_error_code = "not_saved"
        invalid: HttpResponse = self.form_invalid(form)  # type: ignore[attr-defined]
        return invalid

    def get_error_message(self) -> str:
        return _("Chưa lưu được, vì có chỗ cần sửa. Xem các dòng màu đỏ bên dưới.")

    def submit_action(self) -> HttpResponse | None:
        """Save has been done; ask for the review, and say plainly why if it cannot be asked for."""
        bulletin = self.object  # type: ignore[attr-defined]
        if self.edit.review_restarted:
            return None
        try:
            route = submit_bulletin(bulletin, by=self.request.user)
        except (NewsroomError, NotAllowed) as error:
            messages.warning(
                self.request,
                _("Đã lưu bản nháp nhưng chưa gửi duyệt: %(why)s") % {"why": error},
            )
            return redirect(
                reverse(Bulletin.snippet_viewset.get_url_name("edit"), args=[bulletin.pk])
            )
        messages.success(
            self.request,
            _("Đã gửi duyệt. Tuyến duyệt: %(route)s.")
            % {"route": " → ".join(unit.name for unit in route)},
        )
        return redirect("newsroom_review", bulletin.pk)

    def get_success_message(self, instance: Any = None) -> str | None:  # noqa: ARG002
        if self.edit.review_restarted:
            return _("Đã lưu. Bài đang chờ duyệt nên việc duyệt bắt đầu lại từ bước đầu.")
        if self.edit.review_stopped_because:
            messages.warning(
                self.request,
                _("Bài đã ra khỏi hàng chờ duyệt: %(why)s")
                % {"why": self.edit.review_stopped_because},
            )
        return _("Đã lưu bản nháp.")

    def get_success_buttons(self) -> list[Any]:
        return []

    def get_side_panels(self) -> MediaContainer:
        return MediaContainer(
            [
                PreviewSidePanel(
                    self.form.instance,
                    self.request,
                    preview_url=self.get_preview_url(),  # type: ignore[attr-defined]
                )
            ]
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        context["conflict"] = self.conflict
        return context


class BulletinCreateView(SavesThroughActions, CreateView):
    template_name = "newsroom/bulletin_create.html"

    def get_initial_form_instance(self) -> Bulletin:
        unit = unit_of_author(self.request.user)
        if unit is None:
            raise PermissionDenied
        return Bulletin(
            unit=unit,
            author=self.request.user,
            audience=[unit.code],
            channels=["portal", "loudspeakers"],
        )

    def get_page_subtitle(self) -> str:
        return _("Bản tin mới")


class BulletinEditView(SavesThroughActions, EditView):
    template_name = "newsroom/bulletin_edit.html"

    def dispatch(self, request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_edit(request.user, self.object):
            if may_read(request.user, self.object):
                return redirect("newsroom_review", self.object.pk)
            raise PermissionDenied
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response


class BulletinRevertView(SavesThroughActions, RevisionsRevertMixin, EditView):
    """An old version opened for editing; saving it makes it the newest version, like any edit."""

    view_name = "revisions_revert"
    template_name = "newsroom/bulletin_edit.html"

    def dispatch(self, request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_edit(request.user, self.object):
            raise PermissionDenied
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

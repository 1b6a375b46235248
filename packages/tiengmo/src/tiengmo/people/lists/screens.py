"""A screen of Wagtail's for a list: rows are added, changed and set aside, never deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from wagtail.admin import messages
from wagtail.snippets.views.snippets import CreateView, EditView, SnippetViewSet

from tiengmo.people.errors import NotAllowed
from tiengmo.people.models import Role
from tiengmo.people.permissions import permit

from .saving import save_listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db import models
    from django.http import HttpResponse


def administrators_keep(*rows: type[models.Model]) -> None:
    """Let administrators open these lists' screens; called from an AppConfig's `ready`."""
    for model in rows:
        label, name = model._meta.app_label, model._meta.model_name
        permit(Role.ADMINISTRATOR, *(f"{label}.{verb}_{name}" for verb in ("add", "change")))


class _SavesThroughAction:
    """Saving is the list's action; what it refuses is told on the form."""

    request: Any
    # Wagtail sets it only where its own judging of the form failed.
    produced_error_message: str | None = None
    save_row: Any = staticmethod(save_listed)

    def save_instance(self) -> models.Model:
        row: models.Model = self.form.save(commit=False)  # type: ignore[attr-defined]
        self.has_content_changes = self.form.has_changed()  # type: ignore[attr-defined]
        saved: models.Model = self.save_row(row, by=self.request.user)
        return saved

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        except ValidationError as error:
            form.add_error(None if "code" not in error.message_dict else "code", error.messages)
        except NotAllowed as error:
            messages.error(self.request, str(error))
        else:
            return response
        invalid: HttpResponse = self.form_invalid(form)  # type: ignore[attr-defined]
        return invalid


class ListCreateView(_SavesThroughAction, CreateView):
    pass


class ListEditView(_SavesThroughAction, EditView):
    pass


class ListViewSet(SnippetViewSet):
    """Subclasses name model, panels, addresses, and an action of their own as `save_row`."""

    icon = "list-ul"
    add_to_settings_menu = True
    copy_view_enabled = False
    inspect_view_enabled = False
    save_row: Callable[..., Any] = staticmethod(save_listed)
    add_view_class = ListCreateView
    edit_view_class = ListEditView

    def get_add_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_add_view_kwargs(**kwargs), "save_row": type(self).save_row}

    def get_edit_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_edit_view_kwargs(**kwargs), "save_row": type(self).save_row}

    def register_chooser_viewset(self) -> None:
        """Offer no chooser: forms have a plain list."""

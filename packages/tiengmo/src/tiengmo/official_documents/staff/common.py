"""What this app's staff pages share: the frame, who sees what, how a refusal is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from tiengmo.official_documents.errors import DocumentError
from tiengmo.official_documents.queries import documents_for
from tiengmo.people import staff

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.forms import BaseForm
    from django.http import HttpResponse

    from tiengmo.official_documents.models import OfficialDocument
    from tiengmo.people.staff import StaffRequest


def page(request: StaffRequest, name: str, /, **context: Any) -> HttpResponse:
    return staff.page(request, f"official_documents/{name}.html", icon="doc-full", **context)


def trail(document: OfficialDocument | None = None) -> list[tuple[str, str]]:
    above = [(_("Văn bản"), reverse("documents_home"))]
    if document is not None:
        above.append((str(document), reverse("documents_document", args=[document.pk])))
    return above


def seen(request: StaffRequest, pk: int) -> OfficialDocument:
    """The document, or 404 when this person does not see it."""
    return get_object_or_404(documents_for(request.user), pk=pk)


def attempt(request: StaffRequest, act: Callable[[], Any], form: BaseForm | None = None) -> Any:
    return staff.attempt(request, act, (DocumentError,), form)

"""Small answers to the editor's form while someone writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import JsonResponse
from django.views.decorators.http import require_POST

from tiengmo.newsroom import texts
from tiengmo.newsroom.actions.import_text import script_for

from .form import edit_handler

if TYPE_CHECKING:
    from tiengmo.people.staff import StaffRequest


@require_POST
def propose_script(request: StaffRequest) -> JsonResponse:
    """Propose what to speak from the headline and the article as they stand in the form."""
    from tiengmo.newsroom.models import Bulletin

    form_class = edit_handler.bind_to_model(Bulletin).get_form_class()
    widget = form_class.base_fields["body"].widget
    body = widget.value_from_datadict(request.POST, {}, "body") or ""
    headline = texts.clean_line(request.POST.get("headline", ""))[: texts.HEADLINE_CHARACTERS]
    article = texts.plain(str(body))[: texts.BODY_CHARACTERS]
    paragraphs = [line for line in article.split("\n") if line.strip()]
    if not paragraphs:
        paragraphs = texts.clean_text(request.POST.get("summary", "")).splitlines()
    return JsonResponse({"script": script_for(headline, paragraphs)})

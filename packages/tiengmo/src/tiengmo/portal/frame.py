"""What every public page stands in: the locality's name, the demo's note, nothing of who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpResponse
from django.template import Context
from django.template.loader import get_template
from django.utils.translation import gettext as _

from tiengmo.portal import queries

if TYPE_CHECKING:
    from django.http import HttpRequest


def render(name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Render `portal/<name>.html`; name a page of a sub-folder as "documents/list"."""
    facts = queries.facts()
    shared = {
        "site_name": facts.name,
        "public_url": settings.PUBLIC_URL,
        "is_demo": settings.IS_DEMO,
        "answerable": facts.office,
    }
    if clash := shared.keys() & context.keys():
        raise ValueError(f"{name} gives {clash}, which belongs to the frame")
    # No request in the context: a public page must not depend on who asks.
    template: Any = get_template(f"portal/{name}.html")
    return HttpResponse(template.template.render(Context(shared | context)), status=status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say in Vietnamese that there is no such page, and where to go."""
    del request, exception
    return render("message", {"title": _("Không có trang này"), "code": 404}, status=404)

"""What staff uploaded and work on: for staff only. Released pictures are the portal's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import Http404
from django.views.decorators.http import require_safe
from django.views.static import serve

from tiengmo.people.queries import is_staff_signed_in

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

# A name is never used again for another picture, but who signs out must not leave them behind.
PRIVATE = "private, max-age=300"


@require_safe
def picture(request: HttpRequest, path: str) -> HttpResponseBase:
    """Give a picture or one of its sizes; strangers are not told whether there is one."""
    if not is_staff_signed_in(request.user):
        raise Http404
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    response["Cache-Control"] = PRIVATE
    return response


def only_for_staff(_document: Any, request: HttpRequest) -> None:
    """Keep documents to staff: no public page names one (Wagtail's `before_serve_document`)."""
    if not is_staff_signed_in(request.user):
        raise Http404

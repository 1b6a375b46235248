"""/.well-known/security.txt (RFC 9116): whom to tell of a hole, and until when that is true."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone

from tiengmo.portal.caching import public_page
from tiengmo.portal.frame import not_found

if TYPE_CHECKING:
    from django.http import HttpRequest


@public_page
def contact(request: HttpRequest) -> HttpResponse:
    """Not there until the installation names somebody: an address nobody reads is worse."""
    if not settings.SECURITY_CONTACT:
        return not_found(request)
    # From midnight, so that copies of one day are the same.
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    expires = midnight + timedelta(days=settings.SECURITY_TXT_DAYS)
    lines = [
        *(f"Contact: {one.strip()}" for one in settings.SECURITY_CONTACT.split(",")),
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: vi, en",
        f"Canonical: {settings.PUBLIC_URL}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")

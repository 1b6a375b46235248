"""Where a request comes from, also behind proxies."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address that the outermost of our own proxies saw.

    Without it everybody behind nginx has one address, and ten wrong passwords from anywhere keep
    the real owner of an account out. What a visitor writes into the header stands further left.
    """
    direct = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.PROXIES:
        return direct
    header = request.headers.get("X-Forwarded-For", "")
    seen = [part.strip() for part in header.split(",") if part.strip()]
    return seen[-settings.PROXIES] if len(seen) >= settings.PROXIES else direct

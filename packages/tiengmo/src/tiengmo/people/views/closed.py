from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def to_accounts(_request: HttpRequest, *_args: str, **_kwargs: str) -> HttpResponse:
    """Wagtail's pages for users and groups know nothing of units, roles or the audit log."""
    return redirect("people_accounts")


def to_home(_request: HttpRequest, *_args: str, **_kwargs: str) -> HttpResponse:
    """Wagtail's pages for sites, locales and review routes: here the audience chooses the route,
    and a route switched off by hand would let a bulletin out uncleared."""
    return redirect("wagtailadmin_home")

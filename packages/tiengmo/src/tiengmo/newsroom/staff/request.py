"""The request of someone who has signed in: Wagtail's admin lets nobody else through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from tiengmo.people.models import User


class StaffRequest(HttpRequest):
    """For annotations only: what the views are given is Django's own request."""

    user: User

"""What every app's staff pages share: Wagtail's frame around them, and how a refusal is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages

from .errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.forms import BaseForm
    from django.http import HttpRequest, HttpResponse

    from .models import User

    class StaffRequest(HttpRequest):
        """For annotations only: Wagtail's admin lets nobody else through."""

        user: User


def page(
    request: StaffRequest,
    template: str,
    /,
    *,
    title: str,
    icon: str,
    trail: Iterable[tuple[str, str]] = (),
    **context: Any,
) -> HttpResponse:
    """Render a template inside Wagtail's frame. trail: (label, url) pairs above this page."""
    crumbs = [
        {"url": reverse("wagtailadmin_home"), "label": _("Trang đầu")},
        *({"url": url, "label": label} for label, url in trail),
        {"url": "", "label": title},
    ]
    return render(
        request,
        template,
        {"header_title": title, "header_icon": icon, "breadcrumbs_items": crumbs, **context},
    )


def attempt(
    request: StaffRequest,
    act: Callable[[], Any],
    refusals: tuple[type[Exception], ...] = (),
    form: BaseForm | None = None,
) -> Any:
    """Run an action; tell a refusal beside the form's fields or as a message; None when refused.

    refusals: the app's own errors that carry a text for the person; NotAllowed and
    ValidationError always are.
    """
    try:
        return act()
    except ValidationError as error:
        if form is None:
            messages.error(request, " ".join(error.messages))
        elif hasattr(error, "error_dict"):
            for name, errors in error.error_dict.items():
                form.add_error(name if name in form.fields else None, errors)
        else:
            form.add_error(None, error)
    except (NotAllowed, *refusals) as error:
        lines = getattr(error, "problems", None) or str(error).split("\n")
        if isinstance(lines, dict):
            lines = list(lines.values())
        if form is None:
            for line in lines:
                messages.error(request, line)
        else:
            form.add_error(None, lines)
    return None


def carry_out(
    request: StaffRequest,
    act: Callable[[], Any],
    done: str,
    refusals: tuple[type[Exception], ...] = (),
) -> Any:
    """Run an action and say on the next page what was done, or the refusal (None then)."""

    def and_say_so() -> Any:
        result = act()
        messages.success(request, done)
        return True if result is None else result

    return attempt(request, and_say_so, refusals)


def number_in(text: str, *, digits: int = 18) -> int | None:
    """The number that a form sent, or None when no row could have it."""
    # isdigit alone says yes to "²", and Python refuses to read numbers of thousands of digits.
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None

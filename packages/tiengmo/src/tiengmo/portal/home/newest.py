"""What the home page shows besides bulletins: documents, answers, what is to come.

The home page is asked for more often than all others together: each part costs one query by an
index, and is rendered anew only when its rows have changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import CharField, Q, Value
from django.template.loader import render_to_string
from django.utils import timezone

from tiengmo.official_documents import workflow as of_documents
from tiengmo.official_documents.models import OfficialDocument
from tiengmo.outreach import workflow
from tiengmo.outreach.models import Event, Question
from tiengmo.portal.prepared import Prepared, as_parameter

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    Build = Callable[[], QuerySet[Any, Any]]

A_FEW = 3
NOW = Value(Prepared.ARGUMENT, output_field=CharField())


class Part:
    """Rows of one kind, and the piece of the page that they make; "" when there are none."""

    def __init__(self, name: str, build: Build, *, asks_the_time: bool = False) -> None:
        self.template = f"portal/home/_{name}.html"
        self.prepared = Prepared(build)
        self.asks_the_time = asks_the_time
        self.kept: tuple[list[tuple[Any, ...]], str] = ([], "")

    def html(self) -> str:
        """The piece as it stands now."""
        rows = self.prepared.rows(*([as_parameter(timezone.now())] if self.asks_the_time else []))
        kept_rows, html = self.kept
        if rows != kept_rows:
            html = render_to_string(self.template, {"rows": rows}) if rows else ""
            self.kept = (rows, html)
        return html


def _newest_documents() -> QuerySet[Any, Any]:
    return (
        OfficialDocument.objects.filter(state=of_documents.State.PUBLISHED)
        .filter(Q(embargo_until=None) | Q(embargo_until__lte=NOW))
        .order_by("-issued_on", "-pk")
        .values_list("slug", "kind__name", "number", "abstract", "issued_on")[:A_FEW]
    )


def _newest_answers() -> QuerySet[Any, Any]:
    return (
        Question.objects.filter(state=workflow.State.PUBLISHED)
        .order_by("-published_at", "-pk")
        .values_list("pk", "public_title", "unit__name", "published_at")[:A_FEW]
    )


def _coming_events() -> QuerySet[Any, Any]:
    return (
        Event.objects.filter(
            state=workflow.EventState.PUBLISHED, published_at__isnull=False, end_at__gte=NOW
        )
        .order_by("start_at", "pk")
        .values_list("slug", "title", "place", "unit__name", "start_at")[:A_FEW]
    )


documents = Part("documents", _newest_documents, asks_the_time=True)
answers = Part("answers", _newest_answers)
events = Part("events", _coming_events, asks_the_time=True)

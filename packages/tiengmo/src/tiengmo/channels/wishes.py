"""Who of those that asked for a channel wants this release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from tiengmo.releases.models import Priority

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tiengmo.releases.models import Release


def wanting(rows: QuerySet[Any], release: Release) -> QuerySet[Any]:
    """Those of `rows` whose `categories` (codes; none: all) hold the release's.

    An emergency is for everybody. A condition on the JSON's text, so that no row passes through
    Python: "contains" on JSON is not for SQLite, and codes are slugs.
    """
    if release.priority == Priority.EMERGENCY:
        return rows
    named: QuerySet[Any] = rows.alias(named=Cast("categories", TextField()))
    return named.filter(Q(categories=[]) | Q(named__contains=f'"{release.category}"'))

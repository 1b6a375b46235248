"""Reads of the register and of what is posted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Sum

from tiengmo.channels.social.models import Account, Post
from tiengmo.people.queries import units_below
from tiengmo.places.queries import standing, unit_by_code
from tiengmo.places.queries import units_below as units_under

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tiengmo.people.models import User
    from tiengmo.releases.models import Release


def accounts_seen(user: User) -> QuerySet[Account]:
    """The entries of the units where this person works, and of those below."""
    rows = Account.objects.select_related("unit__parent", "connection")
    if user.is_superuser:
        return rows
    own = units_below([one.unit for one in user.assignments.select_related("unit")])
    return rows.filter(unit__in=own)


def locked_account(account: Account) -> Account:
    """The account's row, locked alone: not its unit's."""
    rows = Account.objects.select_for_update(of=("self",)).select_related("unit__parent")
    return rows.get(pk=account.pk)


@dataclass(frozen=True)
class Told:
    """Sums of what the network told of some posts; None: of none of them."""

    views: int | None
    viewers: int | None
    reactions: int | None


def accounts_for(release: Release, network: str) -> list[Account]:
    """The accounts a release is posted on: of its own unit, and of units that it is wholly for.

    An account that has what it replaces is told what is right, whatever the new audience.
    """
    told = Post.objects.filter(release=release.replaces_id).exclude(
        state__in=(Post.State.CANCELLED, Post.State.FAILED)
    )
    had_it = (
        set(told.values_list("account_id", flat=True)) if release.replaces_id is not None else set()
    )
    rows = (
        Account.objects.filter(network=network, connection__is_used=True)
        .exclude(status=Account.Status.RETIRED)
        .select_related("unit")
    )
    reached = _units_in(release)
    return [
        account for account in rows if account.pk in had_it or standing(account.unit).pk in reached
    ]


def _units_in(release: Release) -> set[int]:
    units = {standing(release.unit).pk}
    for code in release.audience:
        unit = unit_by_code(code)
        if unit is not None:
            units |= set(units_under(unit).values_list("pk", flat=True))
    return units


def figures_of(posts: QuerySet[Post]) -> Told:
    sums = posts.aggregate(views=Sum("views"), viewers=Sum("viewers"), reactions=Sum("reactions"))
    return Told(**sums)

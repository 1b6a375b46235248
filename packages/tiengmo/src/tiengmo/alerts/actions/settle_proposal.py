from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from tiengmo.alerts.models import Proposal
from tiengmo.alerts.queries import ISSUING_ROLES, unsettled
from tiengmo.audit.actions import record
from tiengmo.people.errors import NotAllowed
from tiengmo.people.queries import units_where
from tiengmo.places.queries import minimal_cover, units_in_force

from .checks import require_issuer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiengmo.people.models import User


def dismiss_proposal(proposal: Proposal, *, by: User) -> Proposal:
    """Leave another authority's message aside, where this person may warn and nowhere else.

    Raises NotAllowed: none of what is still open lies there.
    """
    units = {unit for role in ISSUING_ROLES for unit in units_where(by, role)}
    if not units:
        raise NotAllowed(_("Tin này đã hết hạn, đã được dùng, hoặc không thuộc địa bàn."))
    for unit in units:
        require_issuer(by, unit)
    codes = [unit.code for unit in units_in_force().filter(pk__in=[one.pk for one in units])]
    with transaction.atomic():
        row = settle(proposal.pk, codes, state=Proposal.State.DISMISSED)
        if row is None:
            raise NotAllowed(_("Tin này đã hết hạn, đã được dùng, hoặc không thuộc địa bàn."))
        record("alerts.proposal_dismissed", by=by, subject=row, detail={"areas": sorted(codes)})
    return row


def settle(pk: int, areas: Iterable[str], *, state: Proposal.State) -> Proposal | None:
    """Have it done with in these areas; wholly, when nothing is left. In a transaction.

    None when nothing of it was open there.
    """
    row = Proposal.objects.select_for_update(of=("self",)).get(pk=pk)
    areas = list(areas)
    if row.state != Proposal.State.OPEN or not unsettled(row, within=areas):
        return None
    row.settled = minimal_cover([*row.settled, *areas])
    if not unsettled(row):
        row.state = state
    row.save(update_fields=["settled", "state"])
    return row

"""The allowed moves of a delivery, as a table. What is not here does not happen."""

from tiengmo.releases.models import DeliveryStatus as S

MOVES: dict[str, frozenset[str]] = {
    S.CREATED: frozenset(
        {S.SENDING, S.PENDING, S.SENT, S.DELIVERED, S.CANCELLED, S.FAILED_PERMANENTLY, S.WITHDRAWN}
        | {S.FAILED_TEMPORARILY}
    ),
    S.SENDING: frozenset(
        {S.SENT, S.PENDING, S.DELIVERED, S.FAILED_TEMPORARILY, S.FAILED_PERMANENTLY}
        | {S.IN_DOUBT, S.CANCELLED, S.WITHDRAWN}
    ),
    S.PENDING: frozenset(
        {S.SENDING, S.SENT, S.DELIVERED, S.FAILED_PERMANENTLY, S.CANCELLED, S.WITHDRAWN}
        | {S.FAILED_TEMPORARILY}
    ),
    S.SENT: frozenset({S.DELIVERED, S.FAILED_PERMANENTLY, S.IN_DOUBT, S.WITHDRAWN, S.CANCELLED}),
    S.FAILED_TEMPORARILY: frozenset(
        {S.SENDING, S.PENDING, S.SENT, S.DELIVERED, S.FAILED_PERMANENTLY, S.CANCELLED, S.WITHDRAWN}
    ),
    S.IN_DOUBT: frozenset({S.DELIVERED, S.FAILED_PERMANENTLY, S.WITHDRAWN, S.SENT}),
    # A box that comes back after its window was closed may still bring proof of a play in time.
    S.FAILED_PERMANENTLY: frozenset({S.DELIVERED}),
    S.DELIVERED: frozenset({S.WITHDRAWN}),
    S.WITHDRAWN: frozenset({S.DELIVERED}),
    S.CANCELLED: frozenset({S.DELIVERED}),
}

OPEN = frozenset({S.CREATED, S.SENDING, S.PENDING, S.SENT, S.FAILED_TEMPORARILY, S.IN_DOUBT})


def may_move(before: str, after: str) -> bool:
    return after in MOVES[before]

"""Announced inside the transaction that changed the rows."""

from django.dispatch import Signal

# account: Account. Sent when what citizens read of the register may have changed.
register_changed = Signal()

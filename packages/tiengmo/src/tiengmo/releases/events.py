"""Announced inside the transaction that changed the rows."""

from django.dispatch import Signal

# release: Release. Sent when it was cleared and frozen, whether or not its hour has come.
made = Signal()
# release: Release. Sent when it has gone out, and when it was withdrawn.
released = Signal()
withdrawn = Signal()
# deliveries: list[Delivery], whose status changed together.
deliveries_moved = Signal()

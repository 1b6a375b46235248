"""What runs announce, inside the transaction."""

from django.dispatch import Signal

# releases: ids of the releases that a run played, before or after a change.
run_noted = Signal()

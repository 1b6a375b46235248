"""What this app announces, inside the transaction that changes it."""

from django.dispatch import Signal

# A unit ended and another continues it: predecessor (Unit), successor (Unit), on (date), by (who).
# Sent once for each predecessor. What runs for the predecessor (roles, stations, assignments of
# boxes) goes on with the successor; what is history keeps the predecessor.
unit_succeeded = Signal()

# Villages belong to another unit now: villages (list of Village, already moved and saved),
# predecessor (Unit), successor (Unit), on (date), by (who).
villages_moved = Signal()

# A village's households, languages or coverage were changed: villages (list of Village), by (who).
villages_changed = Signal()

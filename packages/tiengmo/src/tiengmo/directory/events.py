"""What the directory announces, inside the transaction that changed it."""

from django.dispatch import Signal

# unit: Unit. An office or an official of this unit was added, changed or ended.
contacts_changed = Signal()

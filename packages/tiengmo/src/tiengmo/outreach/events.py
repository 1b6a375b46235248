"""What outreach announces, inside the transaction that changed it."""

from django.dispatch import Signal

# question: Question. What citizens see of it changed: published, corrected, taken back.
question_changed = Signal()

# event: Event. What citizens see of it changed: published, changed, cancelled, minutes added.
event_changed = Signal()

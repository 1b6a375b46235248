"""What others may listen to. Sent inside the transaction that changed the row."""

from django.dispatch import Signal

# A sound became ready, or failed for good. Arguments: sound (voices.models.Sound).
sound_ready = Signal()
sound_failed = Signal()

"""What this app announces, inside its transaction."""

from django.dispatch import Signal

# kind: the code of a table; since: the first day for which something stands otherwise than before.
stated = Signal()

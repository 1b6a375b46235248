"""What happened to a procedure; sent inside the transaction that did it."""

from django.dispatch import Signal

# procedure: Procedure. Its public page is new, changed or gone.
public_page_changed = Signal()

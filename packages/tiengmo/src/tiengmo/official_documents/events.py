"""What happened to a document; sent inside the transaction that did it."""

from django.dispatch import Signal

# document: OfficialDocument. Its public page is new, changed or gone.
public_page_changed = Signal()

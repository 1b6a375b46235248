"""What alerts announce, inside the transaction that changed them."""

from django.dispatch import Signal

# alert: Alert. Two people have signed it and it stands on the broker.
issued = Signal()

# alert: Alert, state: State. It is over: updated, cancelled or expired.
ended = Signal()

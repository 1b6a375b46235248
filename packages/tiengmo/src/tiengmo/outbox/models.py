import uuid

from django.db import models
from django.utils import timezone


class OutboxEntry(models.Model):
    """Something that must happen after a commit, written in that same transaction.

    Personal data: none; the payload holds identifiers only. Done entries are deleted after 30 days.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    topic = models.CharField(max_length=80)
    payload = models.JSONField(default=dict)
    # At most one open entry has this key: "publish station 02686" is worth doing once.
    key = models.CharField(max_length=160, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    leased_until = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"],
                name="outbox_open",
                condition=models.Q(done_at=None, given_up_at=None),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                name="outbox_one_waiting_a_key",
                # A leased entry is already running on what it read: later news needs its own entry.
                condition=models.Q(done_at=None, given_up_at=None, lease=None) & ~models.Q(key=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.id}"

from django.db import models


class AuditEntry(models.Model):
    """One act of one person or process. Rows are only ever added; each holds the hash of the one before.

    Personal data: the actor's id and printed name, kept as long as the chain (the record of who
    cleared what is the reason it exists).
    """

    sequence = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    # No foreign keys: an account or a bulletin may go, the record of what was done stays.
    actor_id = models.CharField(max_length=64, blank=True)
    actor_name = models.CharField(max_length=200)
    action = models.CharField(max_length=80, db_index=True)
    subject_type = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=64)
    subject_name = models.CharField(max_length=300, blank=True)
    detail = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["sequence"]
        indexes = [models.Index(fields=["subject_type", "subject_id"])]

    def __str__(self) -> str:
        return f"#{self.sequence} {self.action}"

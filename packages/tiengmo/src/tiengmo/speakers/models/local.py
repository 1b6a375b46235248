from django.db import models
from django.utils import timezone


class LocalIssue(models.Model):
    """What two people issued at a box itself, without this server, judged again when it came.

    `id` is the report's own, so a report that comes twice is one row. Personal data: who signed,
    by name; kept for ever, as every alert's signatures are.
    """

    id = models.CharField(primary_key=True, max_length=64)
    box = models.ForeignKey("speakers.Box", on_delete=models.PROTECT, related_name="local_issues")
    message_id = models.CharField(max_length=64, db_index=True)
    kind = models.CharField(max_length=20)
    msg_type = models.CharField(max_length=10, blank=True)
    # Of the alert or takeover; play reports of it begin with `name.`.
    name = models.CharField(max_length=36)
    version = models.PositiveBigIntegerField(default=1)
    station_code = models.CharField(max_length=64)
    title = models.CharField(max_length=300)
    areas = models.JSONField(default=list)
    # Names in the certificates, in the order of the signatures.
    signers = models.JSONField(default=list)
    way = models.CharField(max_length=20)
    # Empty: the signatures hold, and the signers might say this there and then.
    doubt = models.CharField(max_length=60, blank=True)
    issued_at = models.DateTimeField()
    until_at = models.DateTimeField()
    is_time_trusted = models.BooleanField()
    link_down_seconds = models.PositiveBigIntegerField(null=True)
    received_at = models.DateTimeField(default=timezone.now)
    text = models.TextField()
    envelope = models.TextField()

    class Meta:
        ordering = ["-issued_at"]
        indexes = [models.Index(fields=["box", "-issued_at"], name="local_issue_box")]

    def __str__(self) -> str:
        return f"{self.box_id}: {self.title}"

    @property
    def is_voice(self) -> bool:
        return self.kind == "takeover"

    @property
    def items(self) -> str:
        """What the ids of its play reports begin with."""
        return f"{self.name}." if self.is_voice else f"{self.name}.{self.version}."

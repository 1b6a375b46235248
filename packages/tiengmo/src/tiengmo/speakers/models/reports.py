from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class PlayReport(models.Model):
    """What came out of one box for one item: the box's signed account, kept as proof.

    `id` is the box's own, so a report that comes twice is one row. Personal data: none.
    """

    id = models.CharField(primary_key=True, max_length=64)
    box = models.ForeignKey("speakers.Box", on_delete=models.PROTECT, related_name="play_reports")
    item_id = models.CharField(max_length=64, db_index=True)
    station_code = models.CharField(max_length=64, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=12, blank=True)
    outcome = models.CharField(_("kết quả"), max_length=20)
    reason = models.CharField(max_length=60, blank=True)
    scheduled_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    start_error_ms = models.FloatField(null=True)
    sample_rate = models.PositiveIntegerField(null=True)
    samples_played = models.PositiveBigIntegerField(default=0)
    samples_total = models.PositiveBigIntegerField(default=0)
    underruns = models.PositiveIntegerField(default=0)
    level_dbfs = models.FloatField(null=True)
    output = models.CharField(max_length=20, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    envelope = models.TextField()

    class Meta:
        ordering = ["-received_at"]
        indexes = [
            models.Index(fields=["box", "-received_at"]),
            models.Index(fields=["item_id", "box"]),
        ]

    def __str__(self) -> str:
        return f"{self.box_id} {self.outcome} {self.item_id}"


class TextReport(models.Model):
    """What stood on a box's text board: its signed account, kept as proof.

    `id` is the box's own, so a report that comes twice is one row. `line_id` is a line's name, or
    `{alert}.{version}`. Personal data: none.
    """

    id = models.CharField(primary_key=True, max_length=64)
    box = models.ForeignKey("speakers.Box", on_delete=models.PROTECT, related_name="text_reports")
    line_id = models.CharField(max_length=64, db_index=True)
    station_code = models.CharField(max_length=64)
    state = models.CharField(_("kết quả"), max_length=10)  # shown, over, missed
    reason = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=12, blank=True)
    text = models.CharField(max_length=500, blank=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    times = models.PositiveIntegerField(default=0)
    shown_ms = models.PositiveBigIntegerField(default=0)
    received_at = models.DateTimeField(default=timezone.now)
    envelope = models.TextField()

    class Meta:
        ordering = ["-received_at"]
        indexes = [models.Index(fields=["box", "-received_at"])]

    def __str__(self) -> str:
        return f"{self.box_id} {self.state} {self.line_id}"


class Refusal(models.Model):
    """A message that a box would not obey, and why. Personal data: none."""

    id = models.CharField(primary_key=True, max_length=64)
    box = models.ForeignKey("speakers.Box", on_delete=models.PROTECT, related_name="refusals")
    reason = models.CharField(max_length=60)
    detail = models.TextField(blank=True)
    topic = models.CharField(max_length=200, blank=True)
    message_id = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    envelope = models.TextField()

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["box", "-at"])]

    def __str__(self) -> str:
        return f"{self.box_id} {self.reason}"


class HeldSound(models.Model):
    """A box holds the verified sound of an item. Personal data: none."""

    box = models.ForeignKey("speakers.Box", on_delete=models.CASCADE, related_name="held")
    item_id = models.CharField(max_length=64, db_index=True)
    sha256 = models.CharField(max_length=64)
    held_at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["box", "item_id", "sha256"], name="held_once"),
        ]

    def __str__(self) -> str:
        return f"{self.box_id} holds {self.item_id}"

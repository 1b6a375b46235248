import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tiengmo.releases.models import Priority


class Part(models.TextChoices):
    """What an item is to its episode, if it has one."""

    OWN = "", _("bản tin phát riêng")
    JINGLE_IN = "jingle_in", _("nhạc hiệu mở đầu")
    SEGMENT = "segment", _("phần của số phát")
    JINGLE_OUT = "jingle_out", _("nhạc hiệu kết thúc")
    FILL = "fill", _("lấp chỗ trống")


class PlayoutItem(models.Model):
    """Something a station's loudspeakers play at one instant. Personal data: none.

    `areas` narrows the station's own area; `editions` is what the signed schedule carries, in the
    release's order: [{language, sha256, bytes, duration_ms}]. Each box picks by its village's
    languages. `release` is set only where the item is that release's own delivery: one that is
    heard again inside an episode is named by its segment.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    station = models.ForeignKey("places.Unit", on_delete=models.PROTECT, related_name="playout")
    title = models.CharField(max_length=300)
    release = models.ForeignKey(
        "releases.Release", on_delete=models.PROTECT, null=True, related_name="playout_items"
    )
    part = models.CharField(max_length=12, choices=Part.choices, blank=True, default=Part.OWN)
    episode = models.ForeignKey(
        "broadcasting.Episode", on_delete=models.SET_NULL, null=True, related_name="items"
    )
    segment = models.ForeignKey(
        "broadcasting.Segment", on_delete=models.SET_NULL, null=True, related_name="items"
    )
    fill_rule = models.ForeignKey(
        "broadcasting.FillRule", on_delete=models.SET_NULL, null=True, related_name="items"
    )
    areas = models.JSONField(default=list)
    editions = models.JSONField(default=list)
    priority = models.CharField(max_length=12, choices=Priority.choices, default=Priority.ROUTINE)
    start_at = models.DateTimeField(db_index=True)
    # A box that could not start on time may still start before this instant.
    start_before_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    cancelled_at = models.DateTimeField(null=True)
    # The first version of the station's signed schedule that names it as taken off.
    cancelled_version = models.PositiveBigIntegerField(null=True)

    class Meta:
        ordering = ["start_at"]
        indexes = [models.Index(fields=["station", "start_at"])]

    def __str__(self) -> str:
        return f"{self.start_at:%Y-%m-%d %H:%M:%S} {self.title}"

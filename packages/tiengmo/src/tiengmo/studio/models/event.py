from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class EventKind(models.TextChoices):
    SILENCE = "silence", _("im lặng")
    CLIPPING = "clipping", _("vỡ tiếng")
    LOST = "lost", _("mất tín hiệu từ người phát")
    TAKEN_OVER = "taken_over", _("bị đài cấp trên tiếp quản")
    TOOK_OVER = "took_over", _("đã tiếp quản đài cấp dưới")
    SOURCE_DEAD = "source_dead", _("nguồn không kết nối được")
    SOURCE_HUNG = "source_hung", _("nguồn không gửi tiếng")
    SOURCE_SILENT = "source_silent", _("nguồn im lặng")
    SOURCE_CLIPPED = "source_clipped", _("nguồn vỡ tiếng")
    HELD = "held", _("người trực chuyển sang chương trình thay thế")
    STARTED = "started", _("bắt đầu tiếp âm")
    STOPPED = "stopped", _("kết thúc tiếp âm")
    REFUSED_HOURS = "refused_hours", _("không tiếp âm: giờ yên tĩnh")


class StudioEvent(models.Model):
    """Something that happened to a takeover or a relay; an alarm asks for somebody to look.

    Personal data: the printed name of who has seen it, kept with the station's log.
    """

    station = models.ForeignKey("places.Unit", on_delete=models.PROTECT, related_name="+")
    takeover = models.ForeignKey(
        "studio.LiveTakeover", on_delete=models.CASCADE, null=True, related_name="events"
    )
    relay = models.ForeignKey(
        "studio.Relay", on_delete=models.CASCADE, null=True, related_name="events"
    )
    kind = models.CharField(max_length=16, choices=EventKind.choices)
    is_alarm = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by_name = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(
                fields=["station"],
                name="alarm_unseen",
                condition=models.Q(is_alarm=True, seen_at=None),
            ),
            models.Index(fields=["relay", "-at"]),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.kind}"

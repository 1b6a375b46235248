from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from speaker_link.envelope import new_id

from tiengmo.releases.models import Priority
from tiengmo.studio.workflow import OPEN, TakeoverState


class Source(models.TextChoices):
    MICROPHONE = "microphone", _("micrô của máy này")
    ENCODER = "encoder", _("phần mềm phát (butt, OBS, ffmpeg)")
    URL = "url", _("địa chỉ luồng")


class EndReason(models.TextChoices):
    STOPPED = "stopped", _("người phát bấm dừng")
    LOST = "lost", _("mất tín hiệu quá lâu")
    UNTIL = "until", _("hết giờ cho phép")
    TAKEN_OVER = "taken_over", _("đài cấp trên tiếp quản")


class LiveTakeover(models.Model):
    """Somebody speaks to these areas now, over whatever is scheduled there.

    Personal data: who spoke and when, kept with the station's log; the recorded voice is the
    speaker's and is kept as long as the recording is.
    """

    id = models.CharField(primary_key=True, max_length=64, default=new_id, editable=False)
    station = models.ForeignKey("places.Unit", on_delete=models.PROTECT, related_name="takeovers")
    areas = models.JSONField(default=list)
    priority = models.CharField(max_length=12, choices=Priority.choices, default=Priority.ROUTINE)
    title = models.CharField(_("tên buổi phát"), max_length=300)
    reason = models.CharField(_("lý do"), max_length=300, blank=True)
    source = models.CharField(max_length=12, choices=Source.choices, default=Source.MICROPHONE)
    url = models.CharField(max_length=500, blank=True)
    has_jingle = models.BooleanField(default=True)
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="takeovers")
    by_name = models.CharField(max_length=200)
    started_at = models.DateTimeField(default=timezone.now)
    # Whatever happens here, the boxes themselves end it at this instant.
    until_at = models.DateTimeField()

    state = models.CharField(
        max_length=12, choices=TakeoverState.choices, default=TakeoverState.WAITING
    )
    state_at = models.DateTimeField(default=timezone.now)
    # New for every stream of this takeover: a playout process that was killed starts another.
    stream = models.CharField(max_length=64, blank=True)
    # When sound last came in, and when the first of it did.
    sound_at = models.DateTimeField(null=True, blank=True)
    on_air_at = models.DateTimeField(null=True, blank=True)
    level_dbfs = models.FloatField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=12, choices=EndReason.choices, blank=True)
    ended_by_name = models.CharField(max_length=200, blank=True)
    displaced_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="displaced"
    )
    recording = models.ForeignKey(
        "voices.Sound", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recording_note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-started_at"]
        verbose_name = _("buổi phát trực tiếp")
        verbose_name_plural = _("phát trực tiếp")
        indexes = [
            models.Index(
                fields=["station"],
                name="takeover_open",
                condition=models.Q(state__in=sorted(OPEN)),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

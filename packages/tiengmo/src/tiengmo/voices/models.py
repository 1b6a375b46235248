from django.db import models
from django.utils import timezone


class SoundFile(models.Model):
    """A sound file in the content-addressed store (foundation.blobs). Personal data: none."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    media_type = models.CharField(max_length=60)
    bytes = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.sha256[:12]} {self.media_type}"


class Sound(models.Model):
    """One piece of speech, ready or on its way: what was asked for and the files that came of it.

    `key` is the content address of the request (normalised text + voice + settings, or the bytes of
    the uploaded recording + settings), so the same request is never rendered twice.

    Personal data: a recorded voice is its speaker's; kept as long as a release uses it.
    """

    class Origin(models.TextChoices):
        SPEECH = "speech", "tổng hợp"
        RECORDING = "recording", "thu âm"

    class Status(models.TextChoices):
        WAITING = "waiting", "đang chờ"
        RENDERING = "rendering", "đang tạo"
        READY = "ready", "sẵn sàng"
        FAILED = "failed", "hỏng"

    key = models.CharField(max_length=64, unique=True)
    origin = models.CharField(max_length=12, choices=Origin.choices)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.WAITING)
    progress = models.PositiveSmallIntegerField(default=0)  # per cent
    error = models.TextField(blank=True)  # in Vietnamese, for the person who asked
    language = models.CharField(max_length=12)
    voice = models.CharField(max_length=80, blank=True)
    text = models.TextField(blank=True)
    spoken_text = models.TextField(blank=True)  # after normalisation: what the engine read
    source = models.ForeignKey(
        SoundFile, on_delete=models.PROTECT, null=True, related_name="as_source"
    )
    opus = models.ForeignKey(SoundFile, on_delete=models.PROTECT, null=True, related_name="as_opus")
    mp3 = models.ForeignKey(SoundFile, on_delete=models.PROTECT, null=True, related_name="as_mp3")
    duration_ms = models.PositiveIntegerField(null=True)
    loudness_lufs = models.FloatField(null=True)
    true_peak_dbtp = models.FloatField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    leased_until = models.DateTimeField(null=True)  # a renderer that died gives it back
    ready_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.get_origin_display()} {self.key[:12]}"

    @property
    def is_ready(self) -> bool:
        return self.status == self.Status.READY

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tiengmo.foundation import blobs

if TYPE_CHECKING:
    from pathlib import Path

# How files of each kind are named in the store.
SUFFIXES = {
    "audio/ogg; codecs=opus": ".opus",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/wav": ".wav",
    "audio/ogg": ".ogg",
    "audio/webm": ".webm",
    "audio/aac": ".aac",
    "audio/flac": ".flac",
    "audio/amr": ".amr",
    "audio/aiff": ".aiff",
    "audio/x-caf": ".caf",
}


class SoundFile(models.Model):
    """A sound file in the content-addressed store (foundation.blobs). Personal data: none."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    media_type = models.CharField(max_length=60)
    bytes = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.sha256[:12]} {self.media_type}"

    @property
    def suffix(self) -> str:
        return SUFFIXES[self.media_type]

    @property
    def path(self) -> Path:
        return blobs.path(self.sha256, self.suffix)


class Sound(models.Model):
    """One piece of speech, ready or on its way: what was asked for and the files that came of it.

    `key` is the content address of the request (normalised text + voice + settings, or the bytes of
    the uploaded recording + settings), so the same request is never rendered twice.

    Personal data: a recorded voice is its speaker's; kept as long as a release uses it.
    """

    class Origin(models.TextChoices):
        SPEECH = "speech", _("máy đọc")
        RECORDING = "recording", _("bản thu âm")

    class Status(models.TextChoices):
        WAITING = "waiting", _("đang chờ")
        RENDERING = "rendering", _("đang tạo")
        READY = "ready", _("sẵn sàng")
        FAILED = "failed", _("hỏng")

    key = models.CharField(max_length=64, unique=True)
    origin = models.CharField(max_length=12, choices=Origin.choices)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.WAITING)
    progress = models.PositiveSmallIntegerField(default=0)  # per cent
    error = models.TextField(blank=True)  # in Vietnamese, for the person who asked
    note = models.TextField(blank=True)  # usable, but the person should know: clipped, cut short
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
    # How often a renderer took it up. Also tells a renderer that lost its lease from its successor.
    attempts = models.PositiveSmallIntegerField(default=0)
    ready_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.get_origin_display()} {self.key[:12]}"

    @property
    def is_ready(self) -> bool:
        return self.status == self.Status.READY


class SpeechRequest(models.Model):
    """A text that somebody had the machine read: what `allowance` counts.

    Personal data: who asked; erased when they ask again after two days.
    """

    sound = models.ForeignKey(Sound, on_delete=models.CASCADE, related_name="requests")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey("places.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    characters = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["by", "at"]),
            models.Index(fields=["unit", "at"]),
        ]

    def __str__(self) -> str:
        return f"{self.by_id}: {self.characters}"


class Abbreviation(models.Model):
    """How this locality's abbreviations are spoken, beside the ones everybody uses.

    Personal data: none.
    """

    abbreviation = models.CharField(_("chữ viết tắt"), max_length=40)
    spoken = models.CharField(
        _("đọc là"),
        max_length=200,
        blank=True,
        help_text=_("Bỏ trống để máy đọc nguyên chữ này như đã viết."),
    )
    is_case_sensitive = models.BooleanField(
        _("phân biệt chữ hoa, chữ thường"),
        default=True,
        help_text=_("Bỏ chọn nếu viết hoa hay viết thường đều đọc như nhau."),
    )

    class Meta:
        verbose_name = _("chữ viết tắt")
        verbose_name_plural = _("chữ viết tắt khi đọc")
        ordering = ["abbreviation"]
        constraints = [
            models.UniqueConstraint(fields=["abbreviation"], name="one_reading_an_abbreviation"),
        ]

    def __str__(self) -> str:
        return f"{self.abbreviation}: {self.spoken}"

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Episode(models.Model):
    """One airing of a show, from `start_at` for `length_minutes`. Personal data: none.

    `occurs_at` is the instant its rule gave: an episode that was moved or cancelled is not made
    again. `station` is its show's, kept here so that the grid reads one table.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    show = models.ForeignKey("broadcasting.Show", on_delete=models.PROTECT, related_name="episodes")
    station = models.ForeignKey("places.Unit", on_delete=models.PROTECT, related_name="episodes")
    rule = models.ForeignKey(
        "broadcasting.ShowRule", on_delete=models.SET_NULL, null=True, related_name="episodes"
    )
    occurs_at = models.DateTimeField(null=True)
    title = models.CharField(_("tên số phát"), max_length=200, blank=True)
    start_at = models.DateTimeField(_("bắt đầu"))
    length_minutes = models.PositiveSmallIntegerField(_("thời lượng (phút)"))
    created_at = models.DateTimeField(default=timezone.now)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["start_at"]
        indexes = [models.Index(fields=["station", "start_at"])]
        constraints = [
            models.UniqueConstraint(fields=["rule", "occurs_at"], name="one_episode_an_occurrence"),
        ]

    def __str__(self) -> str:
        return self.title or self.show.title

    @property
    def end_at(self) -> datetime:
        return self.start_at + timedelta(minutes=self.length_minutes)


class Segment(models.Model):
    """A piece of an episode: a sound, or a release that was cleared. Personal data: none."""

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="segments")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("tên phần"), max_length=200, blank=True)
    sound = models.ForeignKey(
        "voices.Sound", on_delete=models.PROTECT, null=True, blank=True, related_name="segments"
    )
    release = models.ForeignKey(
        "releases.Release", on_delete=models.PROTECT, null=True, blank=True, related_name="segments"
    )

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sound=None) ^ models.Q(release=None),
                name="segment_is_sound_or_release",
            ),
        ]

    def __str__(self) -> str:
        return self.title or (self.release.title if self.release else str(_("Bản thu")))

from django.db import models
from django.utils import timezone


class Retelling(models.Model):
    """A team told a village that what it had been told was taken back or corrected.

    Personal data: who wrote it down.
    """

    release = models.ForeignKey(
        "releases.Release", on_delete=models.PROTECT, related_name="retellings"
    )
    village = models.ForeignKey(
        "places.Village", on_delete=models.PROTECT, related_name="retellings"
    )
    at = models.DateTimeField(default=timezone.now)
    author_id = models.CharField(max_length=64)
    author_name = models.CharField(max_length=200)

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["release", "village", "at"], name="told_again")]

    def __str__(self) -> str:
        return f"{self.village}: {self.release}"

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Answer(models.Model):
    """What a unit answered. Once published it is never rewritten: a correction is a new row.

    Personal data: the printed names of who wrote and who published it, and of the official who
    answers for it.
    """

    question = models.ForeignKey(
        "outreach.Question", on_delete=models.CASCADE, related_name="answers"
    )
    text = models.TextField(_("câu trả lời"))
    unit = models.ForeignKey("places.Unit", on_delete=models.PROTECT, related_name="answers")
    # As it was called on that day.
    unit_name = models.CharField(max_length=200)
    signer = models.CharField(_("người chịu trách nhiệm trả lời"), max_length=200, blank=True)
    author_id = models.CharField(max_length=64)
    author_name = models.CharField(max_length=200)
    written_at = models.DateTimeField(default=timezone.now)
    publisher_name = models.CharField(max_length=200, blank=True)
    published_at = models.DateTimeField(null=True)
    # What was wrong in the one before.
    correction = models.CharField(_("đính chính điều gì"), max_length=500, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.unit_name}, {self.written_at:%Y-%m-%d}"

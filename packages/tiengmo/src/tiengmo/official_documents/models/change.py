from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .document import OfficialDocument


class DocumentChange(models.Model):
    """A correction of a published document: what it said, what it says, why. Never edited.

    Personal data: the printed name of who corrected it; shown to staff, not to the public.
    """

    document = models.ForeignKey(OfficialDocument, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField(default=timezone.now)
    by_name = models.CharField(max_length=200)
    reason = models.CharField(_("lý do đính chính"), max_length=500)
    # [{"label": "Trích yếu", "before": "…", "after": "…"}], as readers are shown it.
    lines = models.JSONField(default=list)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.reason

from django.db import models
from django.utils import timezone


class EnrolmentCode(models.Model):
    """A one-time code that lets one new box in. Only its hash is kept.

    `box` and `key_thumbprint` say who used it, so that a box whose answer was lost may ask again
    with the same code and the same key. Personal data: none (who made it is in the audit log).
    """

    code_hash = models.CharField(max_length=64, unique=True)
    village = models.ForeignKey("places.Village", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200, blank=True)  # of the cluster to be
    placement = models.JSONField(default=dict)  # latitude, longitude, horns, households_lo, ...
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    box = models.ForeignKey("speakers.Box", on_delete=models.CASCADE, null=True, related_name="+")
    key_thumbprint = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.village}: {self.expires_at:%Y-%m-%d %H:%M}"

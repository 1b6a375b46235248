from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class KeyPurpose(models.TextChoices):
    STATION = "station", _("đài: lịch phát và lệnh")
    GATEWAY = "gateway", _("cổng loa: giờ, biên nhận, phân công")
    BOARD = "board", _("bảng chữ: dòng chữ hiện trên bảng")
    UPDATE = "update", _("chương trình của loa: dùng một lần")


class StationKey(models.Model):
    """The certificate of one signing key of one unit; its private half is a file under KEYS.

    Personal data: none.
    """

    kid = models.CharField(max_length=80, primary_key=True)
    unit = models.ForeignKey("places.Unit", on_delete=models.PROTECT, related_name="station_keys")
    purpose = models.CharField(
        max_length=10, choices=KeyPurpose.choices, default=KeyPurpose.STATION
    )
    # The person or service that keeps it: an emergency needs two different ones.
    holder = models.CharField(max_length=300)
    certificate_serial = models.CharField(max_length=64, unique=True)
    certificate = models.TextField()  # signed by the root, as the box checks it
    areas = models.JSONField(default=list)
    highest_priority = models.CharField(max_length=12)
    not_before_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revocation_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["unit", "revoked_at"])]

    def __str__(self) -> str:
        return f"{self.kid} ({self.unit})"

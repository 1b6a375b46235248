from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class IssuerKey(models.Model):
    """One person's own key for alerts, sealed under a passphrase that this server never keeps.

    The person makes it; it counts once the root key has certified it. Personal data: whose it is,
    by name; kept for ever, because boxes and alerts name it.
    """

    kid = models.CharField(max_length=80, primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="issuer_keys"
    )
    # Where this person may issue: set when the root key certifies it.
    unit = models.ForeignKey(
        "places.Unit", on_delete=models.PROTECT, null=True, related_name="issuer_keys"
    )
    public_key = models.JSONField()
    # {kdf, n, r, p, salt, nonce, box}: see speaker_link.sealing.
    sealed = models.JSONField()
    holder = models.CharField(_("người giữ khoá"), max_length=300)
    certificate_serial = models.CharField(max_length=64, blank=True)
    certificate = models.TextField(blank=True)
    areas = models.JSONField(default=list)
    not_before_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revocation_reason = models.CharField(max_length=300, blank=True)
    # Wrong passphrases in a row; each batch of them makes the next try wait.
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["user", "revoked_at"], name="issuer_user")]

    def __str__(self) -> str:
        return f"{self.kid} ({self.holder})"

    @property
    def is_certified(self) -> bool:
        return bool(self.certificate)


class AwaitedSound(models.Model):
    """A sound that a station's boxes fetch and hold before any item names it. Personal data: none.

    An alert that waits for its second signature, a jingle: when its instant comes, only a signed
    message must still travel.
    """

    station = models.ForeignKey(
        "places.Unit", on_delete=models.CASCADE, related_name="awaited_sounds"
    )
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveBigIntegerField()
    reason = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    until_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["station", "sha256"], name="awaited_once"),
        ]
        indexes = [models.Index(fields=["station", "until_at"], name="awaited_until")]

    def __str__(self) -> str:
        return f"{self.station_id}: {self.sha256[:12]}"

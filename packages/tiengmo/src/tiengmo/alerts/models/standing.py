from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .feed import Feed
from .template import Hazard


class Standing(models.Model):
    """A standing certificate: another authority's signed messages count as a second signature.

    `paper` is what the two people signed and alone decides; the columns beside it are for lists.
    Personal data: the names of those who gave it and took it back.
    """

    serial = models.CharField(max_length=64, primary_key=True)
    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="standings")
    unit = models.ForeignKey("places.Unit", on_delete=models.PROTECT, related_name="+")
    hazard = models.CharField(_("loại nguy hiểm"), max_length=20, choices=Hazard.choices)
    areas = models.JSONField(default=list)
    area_text = models.CharField(max_length=500)
    season_first = models.CharField(max_length=5)
    season_last = models.CharField(max_length=5)
    until_on = models.DateField(_("hết hạn"))
    paper = models.TextField()
    kid = models.CharField(max_length=80, unique=True)
    # [{serial, nbf, exp, text}], one a season, signed by the root key.
    certificates = models.JSONField(default=list)
    proposer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="standings_proposed"
    )
    proposer_name = models.CharField(max_length=200)
    proposed_at = models.DateTimeField(default=timezone.now)
    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="standings_given",
    )
    giver_name = models.CharField(max_length=200, blank=True)
    given_at = models.DateTimeField(null=True)
    certified_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by_name = models.CharField(max_length=200, blank=True)
    revocation_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-proposed_at"]
        verbose_name = _("giấy uỷ quyền thường trực")
        verbose_name_plural = _("giấy uỷ quyền thường trực")

    def __str__(self) -> str:
        return f"{self.feed} · {self.get_hazard_display()}"

    @property
    def is_in_force(self) -> bool:
        return (
            self.certified_at is not None
            and self.revoked_at is None
            and self.until_on >= timezone.localdate()
        )

    @property
    def state(self) -> str:
        if self.revoked_at is not None:
            return gettext("đã thu hồi")
        if self.until_on < timezone.localdate():
            return gettext("đã hết hạn")
        if self.given_at is None:
            return gettext("chờ người thứ hai ký")
        return (
            gettext("chờ chứng nhận bằng khoá gốc")
            if self.certified_at is None
            else gettext("đang dùng")
        )

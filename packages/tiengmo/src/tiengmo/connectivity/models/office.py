from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .statement import LivedStatement, one_current


class LineKind(models.TextChoices):
    FIBRE = "fibre", _("Internet cáp quang")
    STATE = "state_network", _("mạng truyền số liệu chuyên dùng")
    MOBILE = "mobile", _("Internet qua sóng di động")
    SATELLITE = "satellite", _("vệ tinh")
    OTHER = "other", _("loại khác")


class SoftwareKind(models.TextChoices):
    SYSTEM = "system", _("hệ điều hành")
    OFFICE = "office", _("văn phòng")
    ANTIVIRUS = "antivirus", _("chống mã độc")
    WORK = "work", _("nghiệp vụ")
    OTHER = "other", _("loại khác")


class OfficeLine(LivedStatement):
    """A line by which an office is on the Internet. Personal data: its author."""

    KEY: ClassVar = ("office_id", "code")
    SAYS: ClassVar = ("kind", "provider", "speed_mbps", "until")

    office = models.ForeignKey(
        "directory.Office", on_delete=models.PROTECT, related_name="+", verbose_name=_("cơ quan")
    )
    code = models.CharField(_("mã đường truyền"), max_length=40)
    kind = models.CharField(_("loại"), max_length=16, choices=LineKind.choices)
    provider = models.CharField(_("nhà cung cấp"), max_length=60)
    speed_mbps = models.PositiveIntegerField(_("tốc độ (Mbit/s)"), null=True)

    class Meta:
        ordering = ["office", "code", "since"]
        constraints = [one_current("one_line_a_day", "office", "code")]

    def __str__(self) -> str:
        return f"{self.office}: {self.code}"


class OfficeSoftware(LivedStatement):
    """A product on an office's machines, and how long it may be used. Personal data: its author."""

    KEY: ClassVar = ("office_id", "product")
    SAYS: ClassVar = ("kind", "machines", "licences", "licensed_until", "until")

    office = models.ForeignKey(
        "directory.Office", on_delete=models.PROTECT, related_name="+", verbose_name=_("cơ quan")
    )
    product = models.CharField(_("phần mềm"), max_length=120)
    kind = models.CharField(_("loại"), max_length=12, choices=SoftwareKind.choices)
    machines = models.PositiveIntegerField(_("số máy đã cài"))
    # None: none is needed. 0: there should be some.
    licences = models.PositiveIntegerField(_("số bản quyền"), null=True)
    licensed_until = models.DateField(_("bản quyền đến hết ngày"), null=True)

    class Meta:
        ordering = ["office", "product", "since"]
        constraints = [one_current("one_product_a_day", "office", "product")]

    def __str__(self) -> str:
        return f"{self.office}: {self.product}"

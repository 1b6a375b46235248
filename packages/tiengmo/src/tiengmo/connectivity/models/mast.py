from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .statement import LivedStatement, one_current


class Operator(models.TextChoices):
    """Who runs a network of masts in Viet Nam; those who rent one have none."""

    VIETTEL = "viettel", "Viettel"
    VINAPHONE = "vinaphone", "VinaPhone"
    MOBIFONE = "mobifone", "MobiFone"
    VIETNAMOBILE = "vietnamobile", "Vietnamobile"
    GMOBILE = "gmobile", "Gmobile"


TECHNOLOGIES = ("2G", "3G", "4G", "5G")


class Mast(LivedStatement):
    """A mast of one operator, with what it carried from a day on. Personal data: its author."""

    KEY: ClassVar = ("operator", "code")
    SAYS: ClassVar = (
        "unit_id", "village_id", "technologies", "height_m", "latitude", "longitude", "until",
    )  # fmt: skip

    operator = models.CharField(_("nhà mạng"), max_length=16, choices=Operator.choices)
    code = models.CharField(_("mã trạm"), max_length=40)
    unit = models.ForeignKey(
        "places.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("xã")
    )
    village = models.ForeignKey(
        "places.Village",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("thôn"),
    )
    technologies = models.JSONField(_("công nghệ"), default=list)
    height_m = models.FloatField(_("chiều cao (m)"), null=True)
    latitude = models.FloatField(_("vĩ độ"))
    longitude = models.FloatField(_("kinh độ"))

    class Meta:
        ordering = ["operator", "code", "since"]
        constraints = [one_current("one_mast_a_day", "operator", "code")]

    def __str__(self) -> str:
        return f"{self.get_operator_display()} {self.code}"

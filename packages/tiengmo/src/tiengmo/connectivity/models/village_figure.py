from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .statement import Statement, one_current


class Measure(models.TextChoices):
    FIBRE = "fibre", _("có cáp quang")  # 1 or 0
    FIXED = "fixed_subscribers", _("thuê bao Internet cố định")
    MOBILE = "mobile_subscribers", _("thuê bao di động")
    SMARTPHONES = "smartphones", _("điện thoại thông minh")


class VillageFigure(Statement):
    """One count of a village from a day on. Personal data: its author; counts only."""

    KEY: ClassVar = ("village_id", "measure")
    SAYS: ClassVar = ("value",)

    village = models.ForeignKey(
        "places.Village", on_delete=models.PROTECT, related_name="+", verbose_name=_("thôn")
    )
    measure = models.CharField(_("số liệu"), max_length=20, choices=Measure.choices)
    value = models.PositiveIntegerField(_("giá trị"))

    class Meta:
        ordering = ["village", "measure", "since"]
        constraints = [one_current("one_village_figure_a_day", "village", "measure")]

    def __str__(self) -> str:
        return f"{self.village}: {self.get_measure_display()} {self.value}"

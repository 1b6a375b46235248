from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .mast import Operator
from .statement import Statement, one_current


class Level(models.TextChoices):
    NONE = "none", _("không lõm")
    PARTIAL = "partial", _("lõm một phần")
    WHOLE = "whole", _("lõm cả thôn")


class DeadZone(Statement):
    """How much of a village has no signal of one operator. Personal data: its author."""

    KEY: ClassVar = ("village_id", "operator")
    SAYS: ClassVar = ("level",)

    village = models.ForeignKey(
        "places.Village", on_delete=models.PROTECT, related_name="+", verbose_name=_("thôn")
    )
    operator = models.CharField(_("nhà mạng"), max_length=16, choices=Operator.choices)
    level = models.CharField(_("mức lõm sóng"), max_length=8, choices=Level.choices)

    class Meta:
        ordering = ["village", "operator", "since"]
        constraints = [one_current("one_dead_zone_a_day", "village", "operator")]

    def __str__(self) -> str:
        return f"{self.village}, {self.get_operator_display()}: {self.get_level_display()}"

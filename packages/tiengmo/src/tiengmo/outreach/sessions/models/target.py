from django.db import models
from django.utils.translation import gettext_lazy as _

from .session import Kind


class YearTarget(models.Model):
    """How many sessions of a kind a unit means to hold in a year. Personal data: none."""

    unit = models.ForeignKey(
        "places.Unit", on_delete=models.PROTECT, related_name="session_targets"
    )
    kind = models.CharField(_("hình thức"), max_length=12, choices=Kind.choices)
    year = models.PositiveSmallIntegerField(_("năm"))
    sessions = models.PositiveIntegerField(_("số buổi"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "kind", "year"], name="one_target_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.unit}, {self.get_kind_display()} {self.year}: {self.sessions}"

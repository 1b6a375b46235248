from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .lists import ProcedureField, ProcedureLevel

# 1.001193.000.00.00.H38, as the national database writes them, and offices' own.
CODE = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9.-]{0,39}$", _("Mã gồm chữ không dấu, số, dấu chấm và gạch nối.")
)


class Procedure(models.Model):
    """Something people can ask an office for, under a code that stays; its versions say how.

    `unit` keeps the entry and answers for it. Name, field, level and agency are those of the
    version in force (of the draft, before the first one is). Personal data: the printed name of
    the member of staff who withdrew it.
    """

    unit = models.ForeignKey("places.Unit", on_delete=models.PROTECT, related_name="procedures")
    code = models.CharField(_("mã thủ tục"), max_length=40, unique=True, validators=[CODE])
    name = models.CharField(_("tên thủ tục"), max_length=400)
    field = models.ForeignKey(ProcedureField, on_delete=models.PROTECT, related_name="procedures")
    level = models.ForeignKey(ProcedureLevel, on_delete=models.PROTECT, related_name="procedures")
    agency = models.CharField(_("cơ quan thực hiện"), max_length=200)
    # The published version that holds today; a worker moves it on at midnight.
    current = models.ForeignKey(
        "one_stop.ProcedureVersion", on_delete=models.PROTECT, null=True, related_name="+"
    )
    abolished_on = models.DateField(_("bãi bỏ từ ngày"), null=True, blank=True)
    abolition_basis = models.CharField(_("căn cứ bãi bỏ"), max_length=400, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by_name = models.CharField(max_length=200, blank=True)
    withdrawal_reason = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    is_invented = models.BooleanField(default=False)

    class Meta:
        ordering = ["field__position", "name"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def address(self) -> str:
        return f"/thu-tuc/{self.code}/"

    @property
    def is_abolished(self) -> bool:
        return self.abolished_on is not None and self.abolished_on <= timezone.localdate()

    @property
    def is_offered(self) -> bool:
        """May people apply now: published, in force, not abolished and not withdrawn?"""
        return self.current_id is not None and self.withdrawn_at is None and not self.is_abolished

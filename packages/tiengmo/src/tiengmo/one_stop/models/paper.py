from __future__ import annotations

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tiengmo.foundation.office_files import NAMES

from .version import ProcedureVersion


class Paper(models.Model):
    """A paper that belongs into the dossier, and the empty form for it where there is one.

    Personal data: none (a form is empty).
    """

    version = models.ForeignKey(ProcedureVersion, on_delete=models.CASCADE, related_name="papers")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(_("giấy tờ"), max_length=500)
    originals = models.PositiveSmallIntegerField(_("bản chính"), default=0)
    copies = models.PositiveSmallIntegerField(_("bản sao"), default=0)
    note = models.CharField(_("ghi chú"), max_length=500, blank=True)
    # The empty form, stored by its content (foundation.blobs).
    file_name = models.CharField(max_length=140, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    suffix = models.CharField(max_length=8, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    bytes = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def form_address(self) -> str:
        return f"{self.version.procedure.address}mau/{self.pk}/"

    @property
    def kind_name(self) -> str:
        return NAMES.get(self.suffix, self.suffix)


class Fee(models.Model):
    """What it costs, in đồng; 0 is free, and nothing means that the note says it.

    Personal data: none.
    """

    version = models.ForeignKey(ProcedureVersion, on_delete=models.CASCADE, related_name="fees")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(_("khoản thu"), max_length=300)
    amount_dong = models.PositiveIntegerField(_("số tiền (đồng)"), null=True, blank=True)
    note = models.CharField(_("ghi chú"), max_length=500, blank=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def amount(self) -> str:
        """The amount as people read it: "8.000 đồng", "miễn phí", or nothing."""
        if self.amount_dong is None:
            return ""
        if self.amount_dong == 0:
            return gettext("miễn phí")
        return gettext("%(n)s đồng") % {"n": f"{self.amount_dong:,}".replace(",", ".")}

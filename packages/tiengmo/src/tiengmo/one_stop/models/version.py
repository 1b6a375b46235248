from __future__ import annotations

from django.db import models
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from .lists import ProcedureField, ProcedureLevel
from .procedure import Procedure


class VersionState(models.TextChoices):
    DRAFT = "draft", _("bản nháp")
    PUBLISHED = "published", _("đã công bố")


class DeadlineUnit(models.TextChoices):
    WORKING_DAYS = "working_days", _("ngày làm việc")
    DAYS = "days", _("ngày")
    WORKING_HOURS = "working_hours", _("giờ làm việc")
    AT_ONCE = "at_once", _("giải quyết ngay")


class OnlineLevel(models.TextChoices):
    """As Nghị định 42/2022 counts them."""

    NONE = "none", _("không nộp trực tuyến")
    PARTIAL = "partial", _("trực tuyến một phần")
    FULL = "full", _("trực tuyến toàn trình")


class ProcedureVersion(models.Model):
    """How a procedure is done from one day on, until the next version's day.

    Published once and then left as it is, but for the day on which somebody last checked it.
    Personal data: the printed names of who published and who checked it; shown to staff only.
    """

    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(
        max_length=12, choices=VersionState.choices, default=VersionState.DRAFT
    )
    valid_from = models.DateField(_("áp dụng từ ngày"))
    name = models.CharField(_("tên thủ tục"), max_length=400)
    field = models.ForeignKey(
        ProcedureField, verbose_name=_("lĩnh vực"), on_delete=models.PROTECT, related_name="+"
    )
    level = models.ForeignKey(
        ProcedureLevel, verbose_name=_("cấp"), on_delete=models.PROTECT, related_name="+"
    )
    agency = models.CharField(_("cơ quan thực hiện"), max_length=200)
    legal_basis = models.TextField(_("căn cứ pháp lý"), max_length=10_000, blank=True)
    who_may_apply = models.TextField(_("ai nộp được"), max_length=5_000)
    steps = models.TextField(_("các bước"), max_length=20_000, help_text=_("Mỗi dòng một bước."))
    deadline_amount = models.PositiveSmallIntegerField(_("thời hạn"), null=True, blank=True)
    deadline_unit = models.CharField(
        _("tính bằng"), max_length=20, choices=DeadlineUnit.choices,
        default=DeadlineUnit.WORKING_DAYS,
    )  # fmt: skip
    deadline_note = models.CharField(_("ghi chú về thời hạn"), max_length=500, blank=True)
    result = models.CharField(_("kết quả nhận được"), max_length=500, blank=True)
    where_to_go = models.TextField(_("nộp ở đâu"), max_length=3_000)
    when_to_go = models.TextField(_("giờ tiếp nhận"), max_length=2_000, blank=True)
    online_level = models.CharField(
        _("nộp trực tuyến"), max_length=10, choices=OnlineLevel.choices, default=OnlineLevel.NONE
    )
    online_url = models.URLField(_("địa chỉ nộp trực tuyến"), max_length=400, blank=True)
    checked_on = models.DateField(_("kiểm tra lần cuối ngày"), null=True, blank=True)
    checked_by_name = models.CharField(max_length=200, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by_name = models.CharField(max_length=200, blank=True)
    # Counts saves of a draft, so that two people do not overwrite each other.
    saves = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-valid_from", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["procedure", "number"], name="one_version_a_number"),
            # A second draft beside the first would lose one of them.
            models.UniqueConstraint(
                fields=["procedure"], condition=models.Q(state="draft"), name="one_draft"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure.code} ({self.number})"

    @property
    def address(self) -> str:
        return f"{self.procedure.address}ban/{self.number}/"

    @property
    def step_list(self) -> list[str]:
        return [line for line in self.steps.split("\n") if line]

    @property
    def deadline(self) -> str:
        """The deadline in words."""
        amount = self.deadline_amount
        if self.deadline_unit == DeadlineUnit.AT_ONCE:
            return gettext("Giải quyết ngay khi nộp")
        if amount is None:
            return ""
        if self.deadline_unit == DeadlineUnit.WORKING_HOURS:
            return ngettext("%(n)d giờ làm việc", "%(n)d giờ làm việc", amount) % {"n": amount}
        if self.deadline_unit == DeadlineUnit.DAYS:
            return ngettext("%(n)d ngày", "%(n)d ngày", amount) % {"n": amount}
        return ngettext("%(n)d ngày làm việc", "%(n)d ngày làm việc", amount) % {"n": amount}

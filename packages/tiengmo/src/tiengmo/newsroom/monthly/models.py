import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Issue(models.Model):
    """A unit's internal bulletin of a month. Fixed once released.

    Personal data: the printed names of who assembled it, who released it and who answers for it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("đang soạn")
        RELEASED = "released", _("đã phát hành")
        WITHDRAWN = "withdrawn", _("đã gỡ")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey("places.Unit", on_delete=models.PROTECT, related_name="issues")
    year = models.PositiveSmallIntegerField(_("năm"))
    month = models.PositiveSmallIntegerField(_("tháng"))
    number = models.PositiveSmallIntegerField(_("số"))
    title = models.CharField(_("tên bản tin"), max_length=120, default="Bản tin nội bộ")
    licence = models.CharField(_("dòng giấy phép xuất bản"), max_length=250, blank=True)
    responsible = models.CharField(_("chịu trách nhiệm nội dung"), max_length=200, blank=True)
    foreword = models.TextField(_("lời đầu"), blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    assembled_by_id = models.CharField(max_length=64)
    assembled_by_name = models.CharField(max_length=200)
    changed_at = models.DateTimeField(default=timezone.now)
    release = models.OneToOneField(
        "releases.Release", on_delete=models.PROTECT, null=True, related_name="issue"
    )
    released_by_name = models.CharField(max_length=200, blank=True)
    released_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    bytes = models.PositiveIntegerField(default=0)
    pages = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-year", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "year", "number"], name="one_issue_a_number")
        ]

    def __str__(self) -> str:
        # Data, and frozen as a release's title: never in the language of whoever looks.
        return f"{self.title}, số {self.number}/{self.year}"


class IssueItem(models.Model):
    """A released bulletin in an issue. Personal data: none beyond the release's."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="items")
    release = models.ForeignKey(
        "releases.Release", on_delete=models.PROTECT, related_name="issue_items"
    )
    section = models.CharField(_("mục"), max_length=80, blank=True)
    position = models.PositiveSmallIntegerField(_("thứ tự"))

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["issue", "release"], name="once_in_an_issue")
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.release_id}"

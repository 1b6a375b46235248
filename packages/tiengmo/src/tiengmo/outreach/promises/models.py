from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Promise(models.Model):
    """What an office or a unit promised people, and by when. Personal data: who wrote it down.

    Never who asked: a promise is owed to everybody there.
    """

    class State(models.TextChoices):
        OPEN = "open", _("chưa xong")
        KEPT = "kept", _("đã làm")
        DROPPED = "dropped", _("không làm nữa")

    # Where it was made: what area's people wait for it.
    unit = models.ForeignKey(
        "places.Unit", on_delete=models.PROTECT, related_name="promises", verbose_name=_("nơi hứa")
    )
    session = models.ForeignKey(
        "outreach_sessions.Session",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="promises",
        verbose_name=_("buổi"),
    )
    event = models.ForeignKey(
        "outreach.Event",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="promises",
        verbose_name=_("sự kiện, đối thoại"),
    )
    topic = models.ForeignKey(
        "outreach.Topic",
        on_delete=models.PROTECT,
        related_name="promises",
        verbose_name=_("chủ đề"),
    )
    what = models.CharField(_("hứa việc gì"), max_length=300)
    owed_by = models.ForeignKey(
        "places.Unit",
        on_delete=models.PROTECT,
        related_name="owed_promises",
        verbose_name=_("đơn vị phải làm"),
    )
    office = models.ForeignKey(
        "directory.Office",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owed_promises",
        verbose_name=_("cơ quan phải làm"),
    )
    promised_on = models.DateField(_("ngày hứa"), default=timezone.localdate)
    due_on = models.DateField(_("hạn"))
    # The day that was named first, however often it was put off.
    first_due_on = models.DateField()
    times_put_off = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    closed_on = models.DateField(null=True, blank=True)
    # What came of it, or why it was put off or dropped.
    note = models.CharField(_("kết quả, lý do"), max_length=300, blank=True)
    author_id = models.CharField(max_length=64)
    author_name = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [models.Index(fields=["owed_by", "state", "due_on"])]

    def __str__(self) -> str:
        return self.what

    @property
    def is_overdue(self) -> bool:
        return self.state == self.State.OPEN and self.due_on < timezone.localdate()

    @property
    def days_late(self) -> int:
        """Days after the day that was named first: until it was kept, or until today."""
        end = self.closed_on if self.state == self.State.KEPT else timezone.localdate()
        return max(0, (end - self.first_due_on).days) if end else 0

"""The technician's means: the morning's test round, the box's own log, volume by the hour."""

from datetime import datetime, time

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

DEFAULT_ROUND_AT = time(7, 0)


class TestPlan(models.Model):
    """When the boxes of a unit (and below it, unless one there has its own) test themselves.

    A unit without any plan above it is tested silently at 07:00: nobody there has decided yet that
    its villages shall hear it. Personal data: none.
    """

    __test__ = False  # a model, not a test

    unit = models.OneToOneField("places.Unit", on_delete=models.CASCADE, related_name="+")
    at = models.TimeField(_("giờ kiểm tra"), default=DEFAULT_ROUND_AT)
    is_silent = models.BooleanField(_("chỉ tự kiểm tra, không phát tiếng"), default=True)
    is_on = models.BooleanField(_("kiểm tra hằng ngày"), default=True)

    def __str__(self) -> str:
        return f"{self.unit}: {self.at:%H:%M}"


class TestRound(models.Model):
    """One day's round in one unit: begun once, whoever asks again. Personal data: none."""

    __test__ = False

    on = models.DateField(_("ngày"))
    unit = models.ForeignKey("places.Unit", on_delete=models.CASCADE, related_name="+")
    is_silent = models.BooleanField(default=True)
    started_at = models.DateTimeField(default=timezone.now)
    # Who has not answered by then did not answer.
    closes_at = models.DateTimeField()

    class Meta:
        ordering = ["-on", "unit"]
        constraints = [
            models.UniqueConstraint(fields=["on", "unit"], name="one_test_round_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.on}"


class TestAnswer(models.Model):
    """What one box answered in a round; empty `answered_at` is no answer. Personal data: none."""

    __test__ = False

    round = models.ForeignKey(TestRound, on_delete=models.CASCADE, related_name="answers")
    box = models.ForeignKey("speakers.Box", on_delete=models.CASCADE, related_name="tests")
    command_id = models.CharField(max_length=64, unique=True)
    is_silent = models.BooleanField(default=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    is_good = models.BooleanField(null=True)
    findings = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "box"], name="one_answer_a_box"),
        ]

    def __str__(self) -> str:
        return f"{self.box_id} {self.round_id}"

    def state(self, now: datetime) -> str:
        """`good`, `faulty`, `waiting` or `none`."""
        if self.answered_at is not None:
            return "good" if self.is_good else "faulty"
        return "waiting" if now < self.round.closes_at else "none"


class LogPart(models.Model):
    """A part of the log that a box sent when asked; kept for 30 days.

    Personal data: none; the agent writes down neither keys nor what people say.
    """

    command = models.ForeignKey(
        "speakers.OutgoingCommand", on_delete=models.CASCADE, related_name="log_parts"
    )
    part = models.PositiveSmallIntegerField()
    parts = models.PositiveSmallIntegerField()
    lines = models.JSONField(default=list)
    received_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["part"]
        constraints = [
            models.UniqueConstraint(fields=["command", "part"], name="one_log_part"),
        ]

    def __str__(self) -> str:
        return f"{self.command_id} {self.part}/{self.parts}"


class VolumeProfile(models.Model):
    """How loud the boxes of a unit, or one box, are by the hour; the nearest one counts.

    `hours` is [{"start": "05:00", "end": "06:00", "volume": 40}] in local time; outside of them a
    box's own volume counts. Personal data: none.
    """

    unit = models.OneToOneField(
        "places.Unit", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    box = models.OneToOneField(
        "speakers.Box", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    hours = models.JSONField(default=list)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(unit=None) ^ models.Q(box=None),
                name="profile_of_unit_or_box",
            ),
        ]

    def __str__(self) -> str:
        return str(self.unit or self.box)

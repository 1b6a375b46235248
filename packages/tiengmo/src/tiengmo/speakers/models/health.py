"""How the fleet has fared: when each box was away and why, counted by hours and days.

Hours are kept for 14 days, days and outages for 400; `technician.tally.forget_old` sees to it.
"""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class OutageCause(models.TextChoices):
    """What the box's return said about its absence: a new boot, a new program, or neither."""

    UNKNOWN = "unknown", _("chưa rõ")
    POWER = "power", _("mất điện hoặc máy khởi động lại")
    PROGRAM = "program", _("chương trình khởi động lại")
    LINK = "link", _("mất đường truyền")
    ORDERLY = "orderly", _("được tắt đúng cách")


class Outage(models.Model):
    """A stretch in which a box was not heard; open while it lasts. Personal data: none."""

    box = models.ForeignKey("speakers.Box", on_delete=models.CASCADE, related_name="outages")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    cause = models.CharField(
        max_length=10, choices=OutageCause.choices, default=OutageCause.UNKNOWN
    )

    class Meta:
        ordering = ["-began_at"]
        indexes = [
            models.Index(fields=["box", "-began_at"]),
            models.Index(fields=["began_at"]),
            models.Index(fields=["ended_at"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["box"], condition=models.Q(ended_at=None), name="one_open_outage"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.box_id} {self.began_at:%Y-%m-%d %H:%M}"

    def lasted(self, now: datetime) -> float:
        """Seconds, until now where it goes on."""
        return ((self.ended_at or now) - self.began_at).total_seconds()


class Listening(models.Model):
    """A stretch in which the gateway had a broker. Outside of these nothing is known of any box.

    Personal data: none.
    """

    began_at = models.DateTimeField()
    until_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-until_at"]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M} – {self.until_at:%H:%M}"


class Tally(models.Model):
    """What one box did in one stretch of time. Uptime is online of known, not of the clock."""

    known_seconds = models.PositiveIntegerField(default=0)  # somebody listened, and it was enrolled
    online_seconds = models.PositiveIntegerField(default=0)
    outages = models.PositiveIntegerField(default=0)  # that began in it
    played = models.PositiveIntegerField(default=0)  # by the instant at which the report came
    cut = models.PositiveIntegerField(default=0)
    missed = models.PositiveIntegerField(default=0)
    refusals = models.PositiveIntegerField(default=0)
    bytes_in = models.PositiveBigIntegerField(default=0)
    bytes_out = models.PositiveBigIntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def percent(self) -> float | None:
        """Uptime, None when nothing is known."""
        return 100 * self.online_seconds / self.known_seconds if self.known_seconds else None


class HourTally(Tally):
    """One box's hour. Personal data: none."""

    box = models.ForeignKey("speakers.Box", on_delete=models.CASCADE, related_name="hours")
    hour_at = models.DateTimeField()
    # The box's counters as they stood when this was written: the next hour starts from them.
    bytes_in_total = models.PositiveBigIntegerField(default=0)
    bytes_out_total = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["box", "hour_at"], name="one_tally_an_hour"),
        ]
        indexes = [models.Index(fields=["hour_at"])]

    def __str__(self) -> str:
        return f"{self.box_id} {self.hour_at:%Y-%m-%d %H}"


class DayTally(Tally):
    """One box's day in the locality's calendar. Personal data: none."""

    box = models.ForeignKey("speakers.Box", on_delete=models.CASCADE, related_name="days")
    on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["box", "on"], name="one_tally_a_day"),
        ]
        indexes = [models.Index(fields=["on"])]

    def __str__(self) -> str:
        return f"{self.box_id} {self.on}"

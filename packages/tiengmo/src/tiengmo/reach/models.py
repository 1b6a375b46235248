import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    """What can still be done for a village, in the order of what it costs."""

    REPLAY = "replay", _("phát thêm một lần")
    EDITION = "edition", _("làm bản tiếng của thôn")
    REPAIR = "repair", _("sửa máy")
    SHEETS = "sheets", _("in và mang tờ rơi")
    VISIT = "visit", _("cử tổ tới từng hộ")


class Assignment(models.Model):
    """Somebody is to bring a release to a village that it missed, by a day; and what came of it.

    `households` is what the person who went wrote down: doors where the message was given, or
    households with somebody at the meeting. Personal data: the names of who gave the work, who is
    to do it and who did it.
    """

    class State(models.TextChoices):
        OPEN = "open", _("chưa xong")
        DONE = "done", _("đã làm")
        CANCELLED = "cancelled", _("đã huỷ")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    release = models.ForeignKey(
        "releases.Release", on_delete=models.CASCADE, related_name="assignments"
    )
    village = models.ForeignKey(
        "places.Village", on_delete=models.PROTECT, related_name="assignments"
    )
    act = models.CharField(max_length=12, choices=Act.choices)
    language = models.CharField(max_length=12, blank=True)  # the one it should be brought in
    reason = models.CharField(max_length=40)  # why it was missed on that day: reach.rules
    what = models.CharField(max_length=400)  # the act and its cost, as they were put to the person
    # Nobody by name: whoever works in the village's unit.
    person = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="assigned_work"
    )
    due_on = models.DateField()
    given_by_name = models.CharField(max_length=200)
    given_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    # The receipt. Its id is made on the form: sent twice, it counts once.
    receipt_id = models.UUIDField(null=True, unique=True)
    done_on = models.DateField(null=True)
    done_by_name = models.CharField(max_length=200, blank=True)
    households = models.PositiveIntegerField(default=0)
    language_used = models.CharField(max_length=12, blank=True)
    note = models.CharField(max_length=300, blank=True)  # also why it was cancelled
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_on", "given_at"]
        indexes = [models.Index(fields=["state", "due_on"], name="work_by_day")]
        constraints = [
            # Two people who press the button at once give the work once.
            models.UniqueConstraint(
                fields=["release", "village", "act"],
                condition=models.Q(state="open"),
                name="one_open_act_a_village",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()}: {self.village}"

    @property
    def is_overdue(self) -> bool:
        return self.state == self.State.OPEN and self.due_on < timezone.localdate()

    @property
    def counts_households(self) -> bool:
        """A play proves itself by the boxes' reports; only who goes to the doors counts doors."""
        return self.act in (Act.SHEETS, Act.VISIT)


class Tally(models.Model):
    """How every village fared in one release, counted once and kept for sums over months.

    `villages` is a table of little-endian int32, a row a village: its key, lo, hi, lo and hi in the
    village's own language, and the place of its reason in `reasons`. Personal data: none.
    """

    release = models.OneToOneField(
        "releases.Release", on_delete=models.CASCADE, primary_key=True, related_name="tally"
    )
    counted_at = models.DateTimeField(default=timezone.now)
    # Did any of its channels go to households? A page that waits to be read misses nobody.
    counts_households = models.BooleanField(default=True)
    villages = models.BinaryField(default=bytes)
    reasons = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.release_id}"


class Recount(models.Model):
    """Something came in for a release since its tally. Personal data: none.

    Rows and not a flag: two reports that come at once never wait for each other.
    """

    release = models.ForeignKey(
        "releases.Release", on_delete=models.CASCADE, related_name="recounts"
    )

    def __str__(self) -> str:
        return f"{self.release_id}"


class Goal(models.Model):
    """What a unit wants of its own reach. Personal data: the name of who set it."""

    unit = models.OneToOneField("places.Unit", on_delete=models.CASCADE, related_name="reach_goal")
    villages_percent = models.PositiveSmallIntegerField(_("thôn được tới, phần trăm"))
    on_time_percent = models.PositiveSmallIntegerField(_("việc làm xong đúng hạn, phần trăm"))
    set_by_name = models.CharField(max_length=200)
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(villages_percent__lte=100, on_time_percent__lte=100),
                name="goal_at_most_all",
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit}"

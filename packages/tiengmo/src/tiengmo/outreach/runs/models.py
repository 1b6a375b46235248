from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .rules import USUAL_RANGE_M


class Run(models.Model):
    """One drive of a loudspeaker vehicle. The id is made on the phone: sent twice, it counts once.

    Personal data: who wrote it down; `track` is where a vehicle on duty went, and is erased after
    90 days (`passes` stay: villages, no addresses).
    """

    id = models.UUIDField(primary_key=True, editable=False)
    revision = models.PositiveIntegerField(default=1)
    # What was taken in, as a mark of what it said: an answer that was lost can be given again.
    taken = models.JSONField(default=list)
    unit = models.ForeignKey("places.Unit", on_delete=models.PROTECT, related_name="runs")
    vehicle = models.CharField(_("xe"), max_length=40)
    route = models.CharField(_("tuyến"), max_length=160, blank=True)
    language = models.CharField(_("tiếng nói"), max_length=12)
    started_at = models.DateTimeField(_("bắt đầu phát"))
    ended_at = models.DateTimeField(_("kết thúc phát"))
    stops = models.PositiveIntegerField(_("số điểm dừng"), default=0)
    range_m = models.PositiveIntegerField(_("tầm loa (m)"), default=USUAL_RANGE_M)
    releases = models.ManyToManyField("releases.Release", related_name="runs")
    has_track = models.BooleanField(default=False)
    km = models.FloatField(null=True)
    # [[latitude, longitude], …], thinned, for the drawing.
    track = models.JSONField(default=list)
    author_id = models.CharField(max_length=64)
    author_name = models.CharField(max_length=200)
    noted_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-started_at"]
        indexes = [
            models.Index(fields=["unit", "started_at"]),
            models.Index(fields=["author_id", "-noted_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle}, {timezone.localtime(self.started_at):%H:%M %d/%m/%Y}"


class Pass(models.Model):
    """A village that a run went by, as its crew noted or as its track proves. Personal data: none.

    `counts`: reach may count it. Noted without a track: it does, with little trust; noted, and the
    track went elsewhere or only flitted by: it does not.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="passes")
    village = models.ForeignKey("places.Village", on_delete=models.PROTECT, related_name="passes")
    is_noted = models.BooleanField(default=False)
    counts = models.BooleanField(default=False)
    # None: there was no track, or it never came within range.
    nearest_m = models.FloatField(null=True)
    seconds = models.FloatField(null=True)
    kmh = models.FloatField(null=True)
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["first_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["run", "village"], name="one_pass_a_run")]

    def __str__(self) -> str:
        return f"{self.run} → {self.village}"

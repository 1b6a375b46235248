from django.db import models
from django.utils import timezone

from tiengmo.releases.models import Priority


class BoardLine(models.Model):
    """One release's words on a station's text boards. Personal data: none.

    editions: [{language, text}] in the release's order. hours: [{start, end}] in local time; none:
    the whole day. `first_version` is the first version of the station's signed text that has it,
    `withdrawn_version` the first that has it no more.
    """

    release = models.OneToOneField(
        "releases.Release", on_delete=models.CASCADE, related_name="board_line"
    )
    station = models.ForeignKey("places.Unit", on_delete=models.PROTECT, related_name="board_lines")
    areas = models.JSONField(default=list)
    editions = models.JSONField(default=list)
    hours = models.JSONField(default=list)
    priority = models.CharField(max_length=12, choices=Priority.choices, default=Priority.ROUTINE)
    start_at = models.DateTimeField()
    until_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)
    first_version = models.PositiveBigIntegerField(null=True)
    withdrawn_version = models.PositiveBigIntegerField(null=True)

    def __str__(self) -> str:
        return self.editions[0]["text"] if self.editions else self.name

    @property
    def name(self) -> str:
        """What boxes call it in their reports."""
        return str(self.release_id)

from django.db import models
from django.utils import timezone


class PressItem(models.Model):
    """A release as the press has it. Public from `until` on, by the clock: nothing must run first.

    Personal data: none beyond the release's.
    """

    release = models.OneToOneField(
        "releases.Release", on_delete=models.PROTECT, related_name="press_item"
    )
    slug = models.SlugField(max_length=200, unique=True)
    source = models.CharField(max_length=130, db_index=True)  # "newsroom.bulletin:7"
    until = models.DateTimeField(db_index=True)  # the embargo's end
    cleared_at = models.DateTimeField()
    # From when on it no longer stands: replaced before its hour, or by what is not for the press.
    dropped_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)
    gone_reason = models.TextField(blank=True)
    picture_sha256 = models.CharField(max_length=64, blank=True)
    picture_suffix = models.CharField(max_length=8, blank=True)

    class Meta:
        ordering = ["-until"]

    def __str__(self) -> str:
        return self.slug


class Reading(models.Model):
    """When a journalist first opened something under embargo, for when it was printed too soon.

    Personal data: who read what when; erased with the journalist and after a year.
    """

    item = models.ForeignKey(PressItem, on_delete=models.CASCADE, related_name="readings")
    journalist = models.ForeignKey(
        "press.Journalist", on_delete=models.CASCADE, related_name="readings"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["item", "journalist"], name="first_reading")]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.journalist_id}"

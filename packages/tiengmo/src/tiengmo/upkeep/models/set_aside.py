from django.db import models
from django.utils import timezone


class SetAside(models.Model):
    """A finding that somebody looked at and left as it is, until a day on which it comes back.

    Personal data: the printed name of the member of staff who decided.
    """

    kind = models.CharField(max_length=20)
    ref = models.CharField(max_length=80)
    unit = models.ForeignKey("places.Unit", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now)
    until_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "ref"], name="set_aside_once")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.ref}"

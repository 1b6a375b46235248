from django.db import models
from django.utils.translation import gettext_lazy as _


class LinkState(models.TextChoices):
    UNKNOWN = "unknown", _("chưa kiểm tra")
    GOOD = "good", _("mở được")
    DOUBTFUL = "doubtful", _("lần trước không mở được")
    BROKEN = "broken", _("hỏng")


class Link(models.Model):
    """An address that public texts point to, and what the last look at it found.

    Personal data: none.
    """

    url = models.CharField(max_length=2000)
    # A text of 2,000 characters is too long for a unique index on every database.
    url_hash = models.CharField(max_length=64, unique=True)
    is_outside = models.BooleanField()
    state = models.CharField(
        max_length=10, choices=LinkState.choices, default=LinkState.UNKNOWN, db_index=True
    )
    # Why it is broken: a status of HTTP, or what went wrong before there was one (links.reasons).
    reason = models.CharField(max_length=20, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    broken_on = models.DateField(null=True)
    checked_at = models.DateTimeField(null=True, db_index=True)

    def __str__(self) -> str:
        return self.url


class LinkUse(models.Model):
    """A public text that points to a link; written anew every night.

    Personal data: the printed name of whoever wrote the text.
    """

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="uses")
    source = models.CharField(max_length=40)
    ref = models.CharField(max_length=60)
    unit = models.ForeignKey("places.Unit", on_delete=models.CASCADE, related_name="+")
    title = models.CharField(max_length=400)
    owner = models.CharField(max_length=200, blank=True)
    mended_at = models.CharField(max_length=200)  # the staff page's path

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link", "source", "ref"], name="one_use_a_text")
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.ref}"

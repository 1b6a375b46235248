from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Pool(models.Model):
    """Sounds to fill time with: music, calls of the station. Personal data: none."""

    station = models.ForeignKey("places.Unit", on_delete=models.PROTECT, related_name="pools")
    title = models.CharField(_("tên kho âm thanh"), max_length=120)
    is_invented = models.BooleanField(default=False)

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class PoolSound(models.Model):
    """A sound of a pool. Personal data: none."""

    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="sounds")
    sound = models.ForeignKey("voices.Sound", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("tên"), max_length=200)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["pool", "sound"], name="once_in_a_pool"),
        ]

    def __str__(self) -> str:
        return self.title


class FillRule(models.Model):
    """What a station plays from `from_at` to `to_at`, local time, where no episode is on.

    Outside of every rule, and where nothing of the pool may be repeated yet, it is silent, and the
    grid says so. Personal data: none.
    """

    station = models.ForeignKey("places.Unit", on_delete=models.PROTECT, related_name="fill_rules")
    pool = models.ForeignKey(
        Pool, on_delete=models.PROTECT, related_name="fill_rules", verbose_name=_("kho âm thanh")
    )
    from_at = models.TimeField(_("từ"))
    to_at = models.TimeField(_("đến"))
    no_repeat_minutes = models.PositiveSmallIntegerField(
        _("không lặp lại trong (phút)"), default=120, validators=[MaxValueValidator(7 * 24 * 60)]
    )

    class Meta:
        ordering = ["from_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(from_at__lt=models.F("to_at")), name="fill_within_one_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_at:%H:%M}–{self.to_at:%H:%M} {self.pool}"

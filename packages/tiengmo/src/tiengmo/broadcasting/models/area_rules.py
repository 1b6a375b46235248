from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class AreaRules(models.Model):
    """What may sound in a unit and in every unit below it. Personal data: none.

    A lower unit may be stricter, never looser: hours add up, the smallest number holds
    (rules.allowed). Empty fields say nothing.
    """

    unit = models.OneToOneField(
        "places.Unit", on_delete=models.PROTECT, related_name="broadcasting_rules"
    )
    # [{"start": "21:00", "end": "05:00"}] in local time.
    quiet_hours = models.JSONField(_("giờ yên tĩnh"), default=list, blank=True)
    sessions_per_day = models.PositiveSmallIntegerField(
        _("số buổi phát mỗi ngày, nhiều nhất"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(48)],
    )
    session_minutes = models.PositiveSmallIntegerField(
        _("số phút mỗi buổi, nhiều nhất"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 60)],
    )
    gap_minutes = models.PositiveSmallIntegerField(
        _("nghỉ từ bao nhiêu phút thì tính là buổi khác"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(12 * 60)],
    )
    legal_basis = models.CharField(_("căn cứ"), max_length=300, blank=True)

    def __str__(self) -> str:
        return str(self.unit)

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Show(models.Model):
    """A programme of a station under one name. Personal data: the printed name of its host."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    station = models.ForeignKey(
        "places.Unit", on_delete=models.PROTECT, related_name="shows", verbose_name=_("đài")
    )
    title = models.CharField(_("tên chương trình"), max_length=120)
    language = models.CharField(_("ngôn ngữ"), max_length=12, default="vi")
    host = models.CharField(_("người dẫn"), max_length=120, blank=True)
    length_minutes = models.PositiveSmallIntegerField(
        _("thời lượng (phút)"),
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(240)],
    )
    jingle_in = models.ForeignKey(
        "voices.Sound",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("nhạc hiệu mở đầu"),
    )
    jingle_out = models.ForeignKey(
        "voices.Sound",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("nhạc hiệu kết thúc"),
    )
    is_invented = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class ShowRule(models.Model):
    """When a show is on: an RFC 5545 rule of local days, and the days it leaves out.

    `rrule` has no DTSTART: that is `starts_on` at `at`, local time. `skip_lunar` and `only_lunar`
    name days of the Vietnamese lunar calendar: "15" (every month), "15/7", "tet". Personal data:
    none.
    """

    show = models.ForeignKey(Show, on_delete=models.CASCADE, related_name="rules")
    rrule = models.CharField(_("quy tắc lặp (RFC 5545)"), max_length=300, default="FREQ=DAILY")
    starts_on = models.DateField(_("từ ngày"))
    until_on = models.DateField(_("đến hết ngày"), null=True, blank=True)
    at = models.TimeField(_("giờ phát"))
    length_minutes = models.PositiveSmallIntegerField(
        _("thời lượng (phút)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(240)],
    )
    skip_dates = models.JSONField(_("trừ các ngày"), default=list, blank=True)
    skip_holidays = models.BooleanField(_("trừ ngày nghỉ lễ"), default=False)
    skip_lunar = models.JSONField(_("trừ các ngày âm lịch"), default=list, blank=True)
    only_lunar = models.JSONField(_("chỉ các ngày âm lịch"), default=list, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.show}: {self.rrule} {self.at:%H:%M}"

    @property
    def minutes(self) -> int:
        return self.length_minutes or self.show.length_minutes

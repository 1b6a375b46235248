from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

WEEKDAYS = (
    (0, _("Thứ hai")),
    (1, _("Thứ ba")),
    (2, _("Thứ tư")),
    (3, _("Thứ năm")),
    (4, _("Thứ sáu")),
    (5, _("Thứ bảy")),
    (6, _("Chủ nhật")),
)


class RelaySource(models.TextChoices):
    URL = "url", _("địa chỉ luồng")
    STATION = "station", _("phát trực tiếp của đài khác trong hệ thống")


class RelayState(models.TextChoices):
    OFF = "off", _("ngoài giờ")
    SOURCE = "source", _("đang tiếp âm")
    FALLBACK = "fallback", _("đang phát chương trình thay thế")
    SILENT = "silent", _("nguồn hỏng, đang im lặng")


class Relay(models.Model):
    """What a station carries of another, and when. Personal data: none.

    The upper level may be a district, a province, another country's stream or none: it is data.
    """

    station = models.ForeignKey("places.Unit", on_delete=models.PROTECT, related_name="relays")
    title = models.CharField(_("tên chương trình"), max_length=200)
    areas = models.JSONField(_("địa bàn"), default=list)
    source = models.CharField(
        _("nguồn"), max_length=12, choices=RelaySource.choices, default=RelaySource.URL
    )
    url = models.CharField(_("địa chỉ luồng"), max_length=500, blank=True)
    upstream = models.ForeignKey(
        "places.Unit",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="relayed_by",
        verbose_name=_("đài được tiếp âm"),
    )
    is_enabled = models.BooleanField(_("đang dùng"), default=True)
    # An operator has put the fallback on by hand, until the end of this session.
    is_held_on_fallback = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    # what it does now, written by the playout process
    state = models.CharField(max_length=12, choices=RelayState.choices, default=RelayState.OFF)
    state_at = models.DateTimeField(default=timezone.now)
    # The takeover under which it is on air: one a session of its hours.
    takeover = models.CharField(max_length=64, blank=True)
    stream = models.CharField(max_length=64, blank=True)
    session_from = models.DateTimeField(null=True, blank=True)
    session_until = models.DateTimeField(null=True, blank=True)
    level_dbfs = models.FloatField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["station", "title"]
        verbose_name = _("tiếp âm")
        verbose_name_plural = _("tiếp âm")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(source="url", upstream=None)
                | models.Q(source="station", upstream__isnull=False),
                name="relay_source_named",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class RelayHours(models.Model):
    """On these days of the week, from one local time to another. Personal data: none.

    `ends` before `starts` runs past midnight, and belongs to the day on which it starts.
    """

    relay = models.ForeignKey(Relay, on_delete=models.CASCADE, related_name="hours")
    days = models.JSONField(default=list)  # 0 Monday … 6 Sunday, in the locality's calendar
    starts = models.TimeField(_("từ"))
    ends = models.TimeField(_("đến"))

    class Meta:
        ordering = ["starts"]

    def __str__(self) -> str:
        return f"{self.starts:%H:%M}–{self.ends:%H:%M}"


class RelayFallback(models.Model):
    """What plays when the source does not, in order and again from the start.

    None is silence, one is a programme, several are a pool. Personal data: none.
    """

    relay = models.ForeignKey(Relay, on_delete=models.CASCADE, related_name="fallbacks")
    sound = models.ForeignKey("voices.Sound", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"{self.relay} ← {self.sound_id}"

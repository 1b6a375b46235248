from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Output(models.TextChoices):
    """What a box drives. Only `device` makes a sound that a village can hear."""

    DEVICE = "device", _("loa thật")
    WAV = "wav", _("tệp âm thanh")
    NULL = "null", _("không phát ra loa")


class Box(models.Model):
    """A loudspeaker cluster's receiver: one amplifier, its horns, one key pair, one serial.

    The fields below `live state` are what the box last said about itself, written by the gateway
    and by nobody else. Personal data: none.
    """

    serial = models.CharField(_("số máy"), primary_key=True, max_length=40)
    name = models.CharField(_("tên cụm loa"), max_length=200)
    village = models.ForeignKey("places.Village", on_delete=models.PROTECT, related_name="boxes")
    latitude = models.FloatField()
    longitude = models.FloatField()
    horns = models.PositiveSmallIntegerField(_("số loa"), default=2)
    # Households of the village within range of this box's sound, as an interval with its method.
    households_lo = models.PositiveIntegerField(_("số hộ nghe được, ít nhất"))
    households_hi = models.PositiveIntegerField(_("số hộ nghe được, nhiều nhất"))
    range_method = models.CharField(_("cách tính"), max_length=120)

    public_key = models.JSONField()  # JWK, Ed25519: the private half never leaves the box
    key_thumbprint = models.CharField(max_length=64, unique=True)
    # PBKDF2 of the broker password, in the form that both brokers read: {salt, hash, iterations}.
    broker_password = models.JSONField(default=dict)
    # The broker knows this box's account and rights as they are now.
    is_broker_account_current = models.BooleanField(default=False)
    enrolled_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True, blank=True)

    volume = models.PositiveSmallIntegerField(_("âm lượng"), default=70)
    max_volume = models.PositiveSmallIntegerField(_("âm lượng tối đa"), default=100)
    is_test_mode = models.BooleanField(_("chế độ thử"), default=False)
    # [{"start": "21:00", "end": "05:00"}] in the locality's own time, beside the area's
    # (speakers.area_rules.quiet_hours_of has both).
    quiet_hours = models.JSONField(_("giờ yên tĩnh"), default=list)

    # live state
    is_online = models.BooleanField(default=False)
    online_since = models.DateTimeField(null=True, blank=True)
    silent_since = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    # The order of the last status taken: (session, sequence) rises for ever in one box's key.
    session = models.PositiveBigIntegerField(default=0)
    sequence = models.PositiveBigIntegerField(default=0)
    playing_item = models.CharField(max_length=64, blank=True)
    next_item = models.CharField(max_length=64, blank=True)
    next_start_at = models.DateTimeField(null=True, blank=True)
    reported_volume = models.PositiveSmallIntegerField(null=True, blank=True)
    clock_offset_ms = models.FloatField(null=True, blank=True)
    is_time_trusted = models.BooleanField(null=True)
    agent_version = models.CharField(max_length=40, blank=True)
    output = models.CharField(max_length=200, blank=True)  # with what is wrong with it
    held_count = models.PositiveIntegerField(default=0)
    # Which version of each station's schedule it goes by: {unit code: version}.
    schedules = models.JSONField(default=dict)
    # Its text board, if it has one: what drives it, with what is wrong with it.
    board = models.CharField(_("bảng chữ"), max_length=200, blank=True)
    # Which version of each station's texts the board goes by: {unit code: version}.
    texts = models.JSONField(default=dict)
    free_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    model = models.CharField(_("kiểu máy"), max_length=200, blank=True)
    missing_sounds = models.PositiveIntegerField(null=True, blank=True)
    is_test_mode_reported = models.BooleanField(null=True)
    # Which life of the machine and of the program it last spoke in: told apart after an outage.
    boot_id = models.CharField(max_length=64, blank=True)
    program_began_at = models.DateTimeField(null=True, blank=True)
    # Its counters run from the program's start; these run for ever.
    bytes_in = models.PositiveBigIntegerField(default=0)
    bytes_out = models.PositiveBigIntegerField(default=0)
    counted_in = models.PositiveBigIntegerField(default=0)
    counted_out = models.PositiveBigIntegerField(default=0)
    last_refusal_reason = models.CharField(max_length=60, blank=True)
    last_refusal_at = models.DateTimeField(null=True, blank=True)
    last_refusal_detail = models.TextField(blank=True)
    # Moves with every change the board shows, so that a board that has seen it answers cheaply.
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["serial"]
        verbose_name = _("cụm loa")
        verbose_name_plural = _("cụm loa")
        indexes = [
            models.Index(fields=["changed_at"]),
            models.Index(fields=["is_online", "last_seen_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(households_lo__lte=models.F("households_hi")),
                name="box_households_interval",
            ),
            models.CheckConstraint(
                condition=models.Q(volume__lte=models.F("max_volume")), name="box_volume_limit"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_retired(self) -> bool:
        return self.retired_at is not None

    @property
    def kept_quiet_hours(self) -> list[dict[str, str]]:
        from tiengmo.speakers.area_rules import quiet_hours_of

        return quiet_hours_of(self)

    def silent_seconds(self, now: datetime) -> float | None:
        return None if self.silent_since is None else (now - self.silent_since).total_seconds()

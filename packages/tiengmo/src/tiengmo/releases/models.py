import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Priority(models.TextChoices):
    """Circular 39/2020/TT-BTTTT's order: a strictly higher one interrupts at once."""

    ROUTINE = "routine", _("thường")
    PRIORITY = "priority", _("ưu tiên")
    EMERGENCY = "emergency", _("khẩn cấp")


class DeliveryStatus(models.TextChoices):
    CREATED = "created", _("vừa lập")
    SENDING = "sending", _("đang gửi")
    PENDING = "pending", _("đang chờ")
    SENT = "sent", _("đã gửi")
    DELIVERED = "delivered", _("đã tới")
    CANCELLED = "cancelled", _("đã huỷ")
    FAILED_TEMPORARILY = "failed_temporarily", _("lỗi tạm thời")
    FAILED_PERMANENTLY = "failed_permanently", _("không tới")
    IN_DOUBT = "in_doubt", _("chưa rõ")
    WITHDRAWN = "withdrawn", _("đã gỡ")


class Release(models.Model):
    """One cleared version of one message on its way to the households. Frozen: never edited.

    Personal data: the printed names of the author and of the one who cleared it.
    """

    class Status(models.TextChoices):
        SCHEDULED = "scheduled", _("chờ đến giờ")
        RELEASED = "released", _("đã phát hành")
        WITHDRAWN = "withdrawn", _("đã gỡ")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # What it was made from, by name and not by foreign key: sources live in higher apps.
    source_type = models.CharField(max_length=60)  # "newsroom.bulletin"
    source_id = models.CharField(max_length=64)
    source_version = models.CharField(max_length=64)
    title = models.CharField(max_length=300)
    slug = models.SlugField(max_length=200, unique=True)
    unit = models.ForeignKey("places.Unit", on_delete=models.PROTECT, related_name="releases")
    # What it is about, by code and by the name it was cleared under; the list is newsroom's.
    category = models.CharField(max_length=40, blank=True)
    category_name = models.CharField(max_length=60, blank=True)
    closes_on = models.DateField(null=True)  # last day of a tender, an announcement, a call
    audience = models.JSONField(default=list)  # area codes: units and villages
    channels = models.JSONField(default=list)  # channel codes
    priority = models.CharField(max_length=12, choices=Priority.choices, default=Priority.ROUTINE)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.SCHEDULED)
    release_at = models.DateTimeField()  # the embargo's end, or the moment of clearing
    window_end_at = models.DateTimeField()  # a box that comes back before this still plays it
    author_name = models.CharField(max_length=200)
    cleared_by_id = models.CharField(max_length=64)
    cleared_by_name = models.CharField(max_length=200)
    cleared_at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by_name = models.CharField(max_length=200, blank=True)
    withdrawal_reason = models.TextField(blank=True)
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by"
    )

    class Meta:
        ordering = ["-cleared_at"]
        indexes = [
            models.Index(fields=["status", "-released_at"]),
            models.Index(fields=["source_type", "source_id"]),
        ]
        constraints = [
            # Two people who press Approve at once make one release.
            models.UniqueConstraint(
                fields=["source_type", "source_id", "source_version"], name="one_release_a_version"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Rendition(models.Model):
    """A release in one language, frozen as it was cleared. Personal data: as its text has."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="renditions")
    language = models.CharField(max_length=12)
    headline = models.CharField(max_length=120)
    short_text = models.CharField(max_length=160, blank=True)
    summary = models.TextField(blank=True)
    body_html = models.TextField(blank=True)  # sanitised
    picture = models.JSONField(default=dict)  # {url, width, height, alt, credit, focus}
    script = models.TextField(blank=True)
    sound_duration_ms = models.PositiveIntegerField(null=True)
    opus_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    opus_bytes = models.PositiveBigIntegerField(null=True)
    mp3_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    mp3_bytes = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "language"], name="one_rendition_a_language")
        ]

    def __str__(self) -> str:
        return f"{self.headline} [{self.language}]"


class Delivery(models.Model):
    """One release to one target on one channel. Personal data: none (devices and pages)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=40)
    target = models.CharField(max_length=120)  # a box's serial, a page's slug
    target_name = models.CharField(max_length=200, blank=True)
    village = models.ForeignKey(
        "places.Village", on_delete=models.PROTECT, null=True, related_name="deliveries"
    )
    status = models.CharField(
        max_length=20, choices=DeliveryStatus.choices, default=DeliveryStatus.CREATED
    )
    # Was the target reachable when the release went out? Boxes that were not are judged apart.
    was_online = models.BooleanField(null=True)
    reason = models.CharField(max_length=40, blank=True)  # why it failed or waits: releases.rules
    detail = models.TextField(blank=True)
    reference = models.CharField(max_length=120, blank=True)  # the other side's id of it
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["release", "channel", "target"], name="one_delivery_a_target"
            )
        ]
        indexes = [models.Index(fields=["channel", "status"]), models.Index(fields=["reference"])]

    def __str__(self) -> str:
        return f"{self.channel} → {self.target_name or self.target}"


class Attempt(models.Model):
    """One try at a delivery, and what came of it. Personal data: none."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField(default=timezone.now)
    act = models.CharField(max_length=20, default="send")  # send | withdraw
    outcome = models.CharField(max_length=20)  # ok | failed | refused
    detail = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.act}: {self.outcome}"


class Receipt(models.Model):
    """Proof that a delivery did something, and for how many households of which village.

    `households_lo`..`households_hi` is an interval with a stated `method`, never "heard".
    `key` makes a repeated report count once. Personal data: none.
    """

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="receipts")
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=40)  # played | played_partly | missed | published | ...
    at = models.DateTimeField()
    village = models.ForeignKey(
        "places.Village", on_delete=models.PROTECT, null=True, related_name="receipts"
    )
    language = models.CharField(max_length=12, blank=True)
    households_lo = models.PositiveIntegerField(default=0)
    households_hi = models.PositiveIntegerField(default=0)
    method = models.CharField(max_length=80)
    proof = models.JSONField(default=dict)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

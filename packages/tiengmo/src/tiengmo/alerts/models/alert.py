from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tiengmo.alerts.workflow import State

from .template import Hazard, Template

if TYPE_CHECKING:
    from datetime import datetime


class Status(models.TextChoices):
    """CAP's `status`, as far as it is used here."""

    ACTUAL = "Actual", _("cảnh báo thật")
    EXERCISE = "Exercise", _("diễn tập")
    TEST = "Test", _("thử kỹ thuật")


class MsgType(models.TextChoices):
    """CAP's `msgType`, as far as it is used here."""

    ALERT = "Alert", _("cảnh báo")
    UPDATE = "Update", _("cập nhật")
    CANCEL = "Cancel", _("báo an toàn")


class Alert(models.Model):
    """One CAP message: an alert, its update or its all-clear. Never edited once it is composed.

    `wire_id` names the thread to the boxes, `version` orders its messages there. `payload` is what
    was signed. Personal data: the names of the two who issued it, which are public.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    identifier = models.CharField(max_length=120, unique=True)
    sender = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTUAL)
    msg_type = models.CharField(max_length=10, choices=MsgType.choices, default=MsgType.ALERT)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    hazard = models.CharField(max_length=20, choices=Hazard.choices)
    template = models.ForeignKey(
        Template, on_delete=models.SET_NULL, null=True, related_name="alerts"
    )
    # The smallest unit that contains the areas: its station speaks.
    station = models.ForeignKey("places.Unit", on_delete=models.PROTECT, related_name="alerts")
    areas = models.JSONField(default=list)
    area_text = models.CharField(max_length=500)
    # GeoJSON geometry (WGS 84) where the area is drawn more finely than its villages.
    polygon = models.JSONField(null=True, blank=True)
    category = models.CharField(max_length=12)
    event = models.CharField(max_length=120)
    response_types = models.JSONField(default=list)
    urgency = models.CharField(max_length=12)
    severity = models.CharField(max_length=12)
    certainty = models.CharField(max_length=12)
    repeat_minutes = models.PositiveIntegerField(default=0)  # 0: once
    lasts_minutes = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True)  # fixed when composed
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by"
    )
    proposal = models.ForeignKey(
        "alerts.Proposal", on_delete=models.SET_NULL, null=True, related_name="alerts"
    )
    # Whose signed message was the second signature, where it was no person's.
    standing = models.ForeignKey(
        "alerts.Standing", on_delete=models.PROTECT, null=True, related_name="alerts"
    )
    wire_id = models.CharField(max_length=36, db_index=True)
    version = models.PositiveBigIntegerField(null=True)
    payload = models.TextField(blank=True)

    composer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="alerts_composed"
    )
    composer_name = models.CharField(max_length=200)
    composed_at = models.DateTimeField(null=True)
    seconder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="alerts_seconded",
    )
    seconder_name = models.CharField(max_length=200, blank=True)
    rejection_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("cảnh báo")
        verbose_name_plural = _("cảnh báo")
        indexes = [models.Index(fields=["state", "expires_at"], name="alert_state")]

    def __str__(self) -> str:
        return self.headline

    @property
    def headline(self) -> str:
        info = self.main_info
        return info.headline if info is not None else self.event

    @property
    def main_info(self) -> Info | None:
        infos = sorted(self.infos.all(), key=lambda info: (info.language != "vi", info.pk))
        return infos[0] if infos else None

    def is_current_at(self, now: datetime) -> bool:
        """Is it a warning in force? An all-clear is news, not a warning."""
        return (
            self.state == State.ISSUED
            and self.msg_type != MsgType.CANCEL
            and self.expires_at is not None
            and now < self.expires_at
        )


class Info(models.Model):
    """An alert in one language, as text and as sound. Personal data: as its text has."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="infos")
    language = models.CharField(max_length=12)
    headline = models.CharField(max_length=300)
    description = models.TextField(blank=True)
    instruction = models.TextField(blank=True)
    script = models.TextField(blank=True)
    sound = models.ForeignKey(
        "voices.Sound", on_delete=models.PROTECT, null=True, related_name="alert_infos"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["alert", "language"], name="one_info_a_language"),
        ]

    def __str__(self) -> str:
        return f"{self.headline} [{self.language}]"


class CapFile(models.Model):
    """The CAP 1.2 message as it went out, signed; its address stays. Personal data: none."""

    alert = models.OneToOneField(Alert, on_delete=models.PROTECT, related_name="cap")
    xml = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.alert.identifier

"""Programs for boxes, and how each comes to the boxes: by stages, watched."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from speaker_link.updates import order_of


class Artifact(models.Model):
    """A program that boxes may install: its archive is a file named by its SHA-256.

    `envelope` is the statement that a key used once has signed; nothing on this server can make
    another. Revoking that key takes the program back. Personal data: the printed name of who
    released it.
    """

    sha256 = models.CharField(max_length=64)
    version = models.CharField(_("phiên bản"), max_length=32)
    architecture = models.CharField(_("kiến trúc"), max_length=20)
    python = models.CharField(max_length=8)
    size = models.PositiveBigIntegerField()
    unpacked_size = models.PositiveBigIntegerField()
    is_roll_back = models.BooleanField(default=False)
    # The highest version that a box may go down from; empty if it is no roll-back.
    from_at_most = models.CharField(max_length=32, blank=True)
    key = models.OneToOneField("speakers.StationKey", on_delete=models.PROTECT, related_name="+")
    envelope = models.TextField()
    expires_at = models.DateTimeField()
    released_at = models.DateTimeField(default=timezone.now)
    by_name = models.CharField(max_length=200)

    class Meta:
        ordering = ["-released_at"]
        indexes = [models.Index(fields=["sha256"])]

    def __str__(self) -> str:
        return f"{self.version} {self.architecture}"

    @property
    def is_good(self) -> bool:
        """May boxes install it now?"""
        return self.key.revoked_at is None and self.expires_at > timezone.now()

    def leads_down_from(self, version: str) -> bool:
        """May a box go back to it from this version?"""
        return bool(self.from_at_most) and order_of(version) <= order_of(self.from_at_most)


class DeploymentState(models.TextChoices):
    RUNNING = "running", _("đang triển khai")
    HALTED = "halted", _("đang dừng")
    FINISHED = "finished", _("đã xong")
    ENDED = "ended", _("đã kết thúc")


class Deployment(models.Model):
    """One version on its way to the boxes of an area, phase after phase.

    `phases` are the numbers of boxes that each phase reaches, all earlier ones included: [1, 15,
    75, 300]. Personal data: the printed name of who began it.
    """

    unit = models.ForeignKey("places.Unit", on_delete=models.PROTECT, related_name="+")
    version = models.CharField(_("phiên bản"), max_length=32)
    is_roll_back = models.BooleanField(default=False)
    phases = models.JSONField(default=list)
    plan = models.CharField(max_length=100)  # as the technician wrote it: 1, 5%, 25%, 100%
    soak_minutes = models.PositiveIntegerField(_("theo dõi sau mỗi đợt (phút)"))
    failure_percent = models.PositiveSmallIntegerField(_("ngưỡng dừng (%)"))
    state = models.CharField(
        max_length=10, choices=DeploymentState.choices, default=DeploymentState.RUNNING
    )
    phase = models.PositiveSmallIntegerField(default=0)
    # When every box of the phase that was there had answered: the soak begins.
    settled_at = models.DateTimeField(null=True, blank=True)
    halt_reason = models.CharField(max_length=300, blank=True)
    undoes = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by"
    )
    by_name = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.version} → {self.unit}"

    @property
    def is_open(self) -> bool:
        return self.state in {DeploymentState.RUNNING, DeploymentState.HALTED}


class InstallState(models.TextChoices):
    WAITING = "waiting", _("chờ đến lượt")
    ORDERED = "ordered", _("đã ra lệnh")
    INSTALLING = "installing", _("đang cài")
    CONFIRMED = "confirmed", _("đã chạy tốt")
    FAILED = "failed", _("không cài được")
    ROLLED_BACK = "rolled_back", _("đã quay về bản cũ")
    SILENT = "silent", _("im lặng sau khi cài")
    LEFT_OUT = "left_out", _("không còn trong đợt")


class Installation(models.Model):
    """One box in a deployment. Personal data: none."""

    deployment = models.ForeignKey(
        Deployment, on_delete=models.CASCADE, related_name="installations"
    )
    box = models.ForeignKey("speakers.Box", on_delete=models.CASCADE, related_name="installations")
    position = models.PositiveIntegerField()
    state = models.CharField(
        max_length=12, choices=InstallState.choices, default=InstallState.WAITING
    )
    command_id = models.CharField(max_length=64, blank=True, db_index=True)
    version_before = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=64, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    silent_ms = models.PositiveBigIntegerField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # It failed, a person saw that and went on; its next failure counts again.
    is_forgiven = models.BooleanField(default=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["position"]
        indexes = [models.Index(fields=["deployment", "state"])]
        constraints = [
            models.UniqueConstraint(fields=["deployment", "box"], name="one_installation_a_box"),
        ]

    def __str__(self) -> str:
        return f"{self.box_id} {self.state}"

    def become(self, state: str, **fields: Any) -> None:
        """Note where it stands; the caller has locked this row."""
        self.state, self.changed_at, self.is_forgiven = state, timezone.now(), False
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=["state", "changed_at", "is_forgiven", *fields])
